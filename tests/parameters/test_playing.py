"""What people type and what controllers send, as a parameter holds it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.errors import ParameterError
from livegan.parameters import TABLE, find, played, read_assignment


def test_a_typed_switch_is_asked_for_in_the_words_of_the_list() -> None:
    for typed, meant in (("on", True), ("Off", False), ("true", True), ("false", False)):
        assert read_assignment(f"output.freeze={typed}") == ("output.freeze", meant)
    with pytest.raises(ParameterError, match=r"output\.freeze is 'maybe', wanted on or off"):
        read_assignment("output.freeze=maybe")


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("system.fps", "system.fps can't be set: livegan measures it"),
        ("clock.tempo_now", "clock.tempo_now can't be set; send clock.tempo instead"),
        ("puppet.neutral", "happens while it plays; send it from the panel, or by OSC"),
        ("preset.name", "name it: livegan pearl"),
        ("preset.load", "name it: livegan pearl"),
    ],
)
def test_what_cannot_be_set_before_it_plays_is_told_with_what_can(name: str, cure: str) -> None:
    with pytest.raises(ParameterError, match=cure):
        read_assignment(f"{name}=1")


def test_a_mistyped_name_is_guessed_among_those_that_can_be_set() -> None:
    with pytest.raises(ParameterError, match=r"did you mean clock\.tempo\?"):
        read_assignment("clock.tempo_no=120")


@pytest.mark.parametrize(
    ("name", "sent", "meant"),
    [
        ("source.zoom", 2.5, 2.5),
        ("source.zoom", 3, 3.0),
        ("source.zoom", 99.0, 8.0),
        ("output.freeze", True, True),
        ("output.freeze", 1.0, True),
        ("output.freeze", 0.49, False),
        ("output.freeze", 0, False),
        ("output.freeze", "on", True),
        ("output.view", "side_by_side", "side_by_side"),
        ("output.view", 1, "side_by_side"),
        ("output.view", 0.0, "picture"),
        ("puppet.neutral", 1.0, True),
        ("puppet.neutral", 0.01, True),
        ("puppet.neutral", "bang", True),
        ("puppet.neutral", 0, False),
        ("puppet.neutral", False, False),
        ("preset.load", "pearl", "pearl"),
        ("preset.load", 3, "3"),
        ("preset.load", 3.0, "3"),
    ],
)
def test_one_value_is_enough(name: str, sent: object, meant: object) -> None:
    assert played(find(name), [sent]) == meant


def test_a_trigger_needs_no_value() -> None:
    assert played(find("puppet.neutral"), []) is True


@pytest.mark.parametrize(
    ("name", "sent", "reason"),
    [
        ("source.zoom", ["2"], "wanted a number from 1 to 8"),
        ("source.zoom", [True], "wanted a number from 1 to 8"),
        ("source.zoom", [math.nan], "wanted a finite number"),
        ("source.zoom", [math.inf], "wanted a finite number"),
        ("source.zoom", [], "takes one value, got 0"),
        ("source.zoom", [1.0, 2.0], "takes one value, got 2"),
        ("output.freeze", [math.nan], "wanted a finite number"),
        ("output.freeze", ["maybe"], "'maybe', wanted true or false"),
        ("output.view", [2], "an index from 0 to 1: picture, side_by_side"),
        ("output.view", [-1.0], "an index from 0 to 1"),
        ("output.view", [True], "one of picture, side_by_side"),
        ("system.fps", [1.0], "can't be set: livegan measures it"),
        ("preset.name", ["pearl"], "can't be set; send preset.load instead"),
        ("preset.load", [True], "wanted a name of at most 64 characters"),
        ("preset.load", ["x" * 65], "wanted a name of at most 64 characters"),
        ("preset.load", ["two\nlines"], "wanted a name of at most 64 characters"),
        ("preset.load", [math.nan], "wanted a finite number"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(
    name: str, sent: list[object], reason: str
) -> None:
    with pytest.raises(ParameterError, match=reason):
        played(find(name), sent)


@given(
    st.sampled_from(sorted(name for name, row in TABLE.items() if not row.read_only)),
    st.lists(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()), max_size=3
    ),
)
def test_whatever_is_sent_is_either_held_or_refused(name: str, sent: list[object]) -> None:
    row = find(name)
    try:
        value = played(row, sent)
    except ParameterError:
        return
    assert row.accept(value) == value


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.kind == "number"])
def test_exactly_one_float_plays_every_number(name: str) -> None:
    row = find(name)
    if not row.read_only:
        assert played(row, [row.high]) == row.high
