"""The table of what can be played."""

from __future__ import annotations

import math
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.errors import ParameterError
from livegan.parameters import TABLE, find

NUMBERS = sorted(name for name, row in TABLE.items() if row.kind == "number")


@pytest.mark.parametrize("name", TABLE)
def test_every_row_takes_its_own_default_and_says_what_it_is(name: str) -> None:
    row = TABLE[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z0-9_]+", name)
    assert row.accept(row.default) == row.default
    assert row.description.endswith(".")
    assert row.range_text
    assert not row.instead or not find(row.instead).read_only


def test_what_a_show_needs_is_there() -> None:
    wanted = {
        "source": "bypass mirror freeze zoom pan_x pan_y",
        "canny": "blur low high",
        "face_mesh": "tessellation contours irises lips line_width",
        "puppet": "mouth_gain brows_gain eyes_gain head_gain gaze_gain smoothing neutral",
        "generator": "mix persistence_in persistence_out",
        "output": "mirror blackout fade brightness hue delay freeze",
        "system": "fps latency face_found health",
    }
    for group, names in wanted.items():
        for name in names.split():
            assert find(f"{group}.{name}").read_only == (group == "system")


@given(st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_out_inside_its_range(name: str, value: float) -> None:
    row = TABLE[name]
    accepted = row.accept(value)
    assert isinstance(accepted, float)
    assert row.low <= accepted <= row.high
    if row.low <= value <= row.high:
        assert accepted == value


def test_a_number_that_no_float_can_hold_is_beyond_its_range() -> None:
    assert find("source.zoom").accept(10**400) == find("source.zoom").high
    assert find("output.hue").accept(-(10**400)) == find("output.hue").low


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "wide", True, None, [1.0]])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(ParameterError, match=r"face_mesh\.line_width.*1 to 8"):
        find("face_mesh.line_width").accept(value)


@pytest.mark.parametrize("value", [1, 0.0, "on", None])
@pytest.mark.parametrize("name", ["output.freeze", "puppet.neutral"])
def test_a_switch_takes_only_true_and_false(name: str, value: object) -> None:
    with pytest.raises(ParameterError, match="true or false"):
        find(name).accept(value)


def test_a_choice_takes_only_what_it_lists() -> None:
    assert find("output.view").accept("side_by_side") == "side_by_side"
    with pytest.raises(ParameterError, match="picture, side_by_side"):
        find("output.view").accept("upside_down")


def test_an_endless_value_is_not_repeated_whole() -> None:
    with pytest.raises(ParameterError) as refused:
        find("output.view").accept("x" * 100_000)
    assert len(str(refused.value)) < 200


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"did you mean face_mesh\.line_width\?"):
        find("face_mesh.linewidth")


def test_everything_that_a_preset_can_hold_as_a_number_can_swing_but_what_swings_it() -> None:
    targets = find("lfo.1_target").choices
    assert targets[0] == "none"
    assert {"source.zoom", "latent.32", "generator.mix", "output.hue"} <= set(targets)
    assert not {"clock.tempo", "lfo.2_depth", "preset.morph", "system.fps"} & set(targets)


def test_a_choice_of_very_many_is_not_listed_whole() -> None:
    with pytest.raises(ParameterError) as refused:
        find("lfo.1_target").accept("source.zoomm")
    assert str(refused.value).endswith("wanted none, or the name of a number, such as output.hue")


def test_a_text_can_be_told_to_every_program_whatever_a_file_is_called() -> None:
    named = os.fsdecode("café".encode("latin-1"))
    assert str(find("preset.name").accept(named)).encode() == b"caf?"
