"""The table of what can be played, and its live values."""

from __future__ import annotations

import math
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.errors import ParameterError
from livegan.parameters import TABLE, LiveValues, Values, find, read_assignment

NUMBERS = sorted(name for name, row in TABLE.items() if row.kind == "number")


@pytest.mark.parametrize("name", TABLE)
def test_every_row_takes_its_own_default_and_says_what_it_is(name: str) -> None:
    row = TABLE[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z0-9_]+", name)
    assert row.accept(row.default) == row.default
    assert row.description.endswith(".")
    assert row.range_text


@given(st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_out_inside_its_range(name: str, value: float) -> None:
    row = TABLE[name]
    accepted = row.accept(value)
    assert isinstance(accepted, float)
    assert row.low <= accepted <= row.high
    if row.low <= value <= row.high:
        assert accepted == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "wide", True, None, [1.0]])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(ParameterError, match=r"face_mesh\.line_width.*1 to 8"):
        find("face_mesh.line_width").accept(value)


@pytest.mark.parametrize("value", [1, 0.0, "on", None])
def test_a_switch_takes_only_true_and_false(value: object) -> None:
    with pytest.raises(ParameterError, match="true or false"):
        find("output.freeze").accept(value)


def test_a_typed_switch_is_asked_for_in_the_words_of_the_list() -> None:
    for typed, meant in (("on", True), ("Off", False), ("true", True), ("false", False)):
        assert read_assignment(f"output.freeze={typed}") == ("output.freeze", meant)
    with pytest.raises(ParameterError, match=r"output\.freeze is 'maybe', wanted on or off"):
        read_assignment("output.freeze=maybe")


def test_a_choice_takes_only_what_it_lists() -> None:
    assert find("output.view").accept("side_by_side") == "side_by_side"
    with pytest.raises(ParameterError, match="picture, side_by_side"):
        find("output.view").accept("upside_down")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"did you mean face_mesh\.line_width\?"):
        find("face_mesh.linewidth")


def test_values_change_together_or_not_at_all() -> None:
    live = LiveValues()
    before = live.snapshot()
    with pytest.raises(ParameterError):
        live.update({"source.zoom": 2.0, "output.freeze": "yes"})
    assert dict(live.snapshot()) == dict(before)


def test_a_snapshot_never_changes() -> None:
    live = LiveValues({"source.zoom": 2.0})
    snapshot = live.snapshot()
    live.update({"source.zoom": 3.0})
    assert snapshot.number("source.zoom") == 2.0
    assert live.snapshot().number("source.zoom") == 3.0


def test_toggling_from_many_threads_loses_nothing() -> None:
    live = LiveValues()
    threads = [
        threading.Thread(target=lambda: [live.toggle("output.freeze") for _ in range(101)])
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert live.snapshot().switch("output.freeze") is True  # 505 times


def test_values_speak_in_their_types() -> None:
    values = Values({"output.view": "side_by_side"})
    assert values.choice("output.view") == "side_by_side"
    assert values.number("source.zoom") == 1.0
    assert values.switch("source.mirror") is False
    assert len(values) == len(TABLE)
