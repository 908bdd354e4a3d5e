"""Which control is meant, and what sort it is."""

from __future__ import annotations

import pytest
from midi_messages import control

from livegan.control.midi.assignments import Assignment
from livegan.control.midi.learner import LONGEST_S, SETTLED_S, Learner, relative_mode
from livegan.control.midi.moves import Control, Move

FADE = "output.fade"
SWITCH = "output.blackout"


def learned(parameter: str, *moves: tuple[Control, int]) -> Assignment | None:
    """What is learned of moves, a hundredth of a second apart, after a pause."""
    learner = Learner()
    learner.begin(parameter)
    for number, (moved, value) in enumerate(moves):
        learner.hear(Move(moved, value, number / 100))
        assert learner.result(number / 100) is None
    return learner.result(len(moves) / 100 + SETTLED_S)


def test_what_is_moved_is_learned_when_it_rests() -> None:
    fader = control("cc", 7)
    assert learned(FADE, *((fader, value) for value in range(10, 40))) == Assignment(fader, FADE)


def test_what_is_moved_on_and_on_is_learned_all_the_same() -> None:
    learner = Learner()
    learner.begin(FADE)
    now_s = 0.0
    while now_s < LONGEST_S:
        learner.hear(Move(control("cc", 7), int(now_s * 60), now_s))
        now_s += SETTLED_S / 2
    assert learner.result(now_s) == Assignment(control("cc", 7), FADE)


def test_nothing_is_learned_while_nothing_waits() -> None:
    learner = Learner()
    assert learner.result(100.0) is None
    learner.begin(FADE)
    learner.hear(Move(control("cc", 7), 5, 0.0))
    learner.begin("")
    assert learner.result(100.0) is None and not learner.hears


def test_a_fader_that_sends_a_note_as_it_is_touched_is_learned_as_a_fader() -> None:
    touch, fader = control("note", 104), control("bend", channel=3)
    moves = [(touch, 127), (fader, 8000), (fader, 8100), (touch, 0)]
    assert learned(FADE, *moves) == Assignment(fader, FADE)


def test_a_pad_that_sends_its_pressure_too_is_learned_for_a_switch_as_a_pad() -> None:
    pad, pressure = control("note", 36), control("cc", 20)
    moves = [(pad, 90), (pressure, 20), (pressure, 60), (pressure, 0), (pad, 0)]
    assert learned(SWITCH, *moves) == Assignment(pad, SWITCH, "toggle")


def test_a_knob_that_trembles_is_not_the_one_that_is_meant() -> None:
    tremble, fader = control("cc", 1), control("cc", 7)
    moves = [(tremble, 60), (tremble, 61), (fader, 10), (fader, 20), (tremble, 60), (fader, 40)]
    assert learned(FADE, *moves) == Assignment(fader, FADE)


def test_a_control_whose_lower_half_comes_too_has_fourteen_bits() -> None:
    upper, lower = control("cc", 7), control("cc", 39)
    moves = [pair for value in range(5) for pair in ((upper, 60 + value), (lower, value * 20))]
    assert learned(FADE, *moves) == Assignment(upper, FADE, "14bit")


def test_a_control_above_31_that_moves_alone_is_itself() -> None:
    lower = control("cc", 39)
    assert learned(FADE, (lower, 5), (lower, 9)) == Assignment(lower, FADE)


@pytest.mark.parametrize("fine", [False, True])
def test_an_nrpn_has_fourteen_bits_if_its_lower_half_comes(fine: bool) -> None:
    learner = Learner()
    learner.begin(FADE)
    learner.hear(Move(control("nrpn", 300), 5, 0.0))
    if fine:
        learner.hear(Move(control("nrpn", 300), 5, 0.0, fine=True))
    mode = "14bit" if fine else "absolute"
    assert learner.result(1.0) == Assignment(control("nrpn", 300), FADE, mode)


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ([1, 1, 1, 1], "twos_complement"),
        ([127, 127, 126, 127, 127], "twos_complement"),
        ([1, 2, 1, 127, 1, 127], "twos_complement"),
        ([65, 65, 65, 66, 65], "offset_64"),
        ([63, 63, 65, 65, 65], "offset_64"),
        ([1, 2, 3, 4, 5, 6], "absolute"),
        ([62, 63, 64, 65, 66], "absolute"),
        ([127, 0, 127, 0], "absolute"),
        ([90, 90, 90, 90], "absolute"),
        ([1, 1], "absolute"),
        ([0, 1, 1, 2, 3, 5, 9], "absolute"),
    ],
)
def test_encoders_are_told_from_knobs(values: list[int], mode: str) -> None:
    assert relative_mode(values) == mode


def test_a_button_for_a_switch_is_no_encoder() -> None:
    button = control("cc", 20)
    assert learned(SWITCH, *[(button, 127)] * 5) == Assignment(button, SWITCH)


def test_a_thousand_controls_take_no_memory() -> None:
    learner = Learner()
    learner.begin(FADE)
    for number in range(10_000):
        learner.hear(Move(control("nrpn", number), 1, 0.0))
    assert len(learner._moves) <= 32
