"""Every parameter as a node."""

from __future__ import annotations

import json

import pytest

from livegan.control.oscquery.tree import Tree, host_info
from livegan.parameters import TABLE, LiveValues, Values

TREE = Tree({"preset.load": lambda: ["mona-lisa", "pearl"]})


def node(path: str, values: Values | None = None) -> dict[str, object]:
    found = TREE.node(path, values or Values())
    assert found
    return found


def test_a_number_says_all_that_a_slider_needs() -> None:
    live = LiveValues({"output.delay": 120.0})
    assert node("/livegan/output/delay", live.snapshot()) == {
        "FULL_PATH": "/livegan/output/delay",
        "TYPE": "f",
        "ACCESS": 3,
        "VALUE": [120.0],
        "DEFAULT_VALUE": [0.0],
        "RANGE": [{"MIN": 0.0, "MAX": 500.0}],
        "CLIPMODE": ["both"],
        "UNIT": ["time.ms"],
        "DESCRIPTION": TABLE["output.delay"].description,
        "TAGS": ["number", "preset"],
    }


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("source/mirror", {"TYPE": "T", "ACCESS": 3, "VALUE": [False]}),
        ("output/view", {"TYPE": "s", "RANGE": [{"VALS": ["picture", "side_by_side"]}]}),
        ("puppet/neutral", {"TYPE": "I", "ACCESS": 2}),
        ("preset/load", {"TYPE": "s", "ACCESS": 2, "RANGE": [{"VALS": ["mona-lisa", "pearl"]}]}),
        ("preset/save", {"TYPE": "s", "ACCESS": 2}),
        ("system/fps", {"TYPE": "f", "ACCESS": 1, "UNIT": ["frames/s"]}),
        ("system/face_found", {"TYPE": "T", "ACCESS": 1}),
        ("system/health", {"TYPE": "s", "ACCESS": 1, "VALUE": [""]}),
    ],
)
def test_each_kind_has_the_type_and_access_that_clients_make_its_control_of(
    path: str, wanted: dict[str, object]
) -> None:
    found = node(f"/livegan/{path}")
    assert {name: found[name] for name in wanted} == wanted
    assert ("VALUE" in found) == (wanted.get("ACCESS") != 2)


def test_containers_hold_what_is_below_them_in_the_tables_order() -> None:
    root = node("/")
    assert root["FULL_PATH"] == "/" and "TYPE" not in root and "VALUE" not in root
    group = root["CONTENTS"]["livegan"]["CONTENTS"]["source"]  # type: ignore[index]
    assert group == node("/livegan/source") == node("/livegan/source/")
    assert group["FULL_PATH"] == "/livegan/source"
    wanted = [name.split(".")[1] for name in TABLE if name.startswith("source.")]
    assert list(group["CONTENTS"]) == wanted


def test_every_parameter_is_a_node_that_is_found_by_its_own_path() -> None:
    found = {}

    def walk(one: dict[str, dict[str, object]]) -> None:
        for child in one.get("CONTENTS", {}).values():
            walk(child)  # type: ignore[arg-type]
        if "CONTENTS" not in one:
            found[one["FULL_PATH"]] = one

    walk(json.loads(json.dumps(node("/"), allow_nan=False)))
    assert len(found) == len(TABLE)
    for path, leaf in found.items():
        assert node(str(path)) == leaf


@pytest.mark.parametrize("path", ["/nothing", "/livegan/source/zoom/x", "/livegan/sour"])
def test_there_is_nothing_else(path: str) -> None:
    assert TREE.node(path, Values()) is None


def test_host_info_says_where_osc_goes_and_only_where_there_is_some() -> None:
    assert host_info(("10.0.0.1", 7770))["OSC_PORT"] == 7770
    assert "OSC_PORT" not in host_info(None)
