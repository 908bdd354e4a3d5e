"""What a move makes of a value."""

from __future__ import annotations

import pytest
from midi_messages import control

from livegan.control.midi.assignments import Assignment
from livegan.control.midi.hand import Hand
from livegan.control.midi.moves import Kind
from livegan.parameters import Setting, find

FADE = "output.fade"
VIEW = "output.view"


class Played:
    """A parameter, and a hand that plays it."""

    def __init__(
        self, parameter: str, kind: Kind = "cc", number: int = 7, mode: str = "absolute",
        low: float | None = None, high: float | None = None, takeover: bool = True,
    ) -> None:  # fmt: skip
        assigned = Assignment(control(kind, number), parameter, mode, low, high, takeover)
        self.hand = Hand(assigned)
        self.value: Setting = find(parameter).default

    def move(self, *values: int) -> Setting:
        """Move the control, and say how the parameter stands then."""
        for value in values:
            self.set(self.hand.hear(value, self.value))
        return self.value

    def fine(self, value: int) -> Setting:
        """Move the lower half of the control."""
        self.set(self.hand.hear(value, self.value, fine=True))
        return self.value

    def set(self, value: Setting | None) -> None:
        """Set the parameter, unless it stays."""
        self.value = self.value if value is None else value


def test_a_fader_plays_the_whole_range_of_the_parameter() -> None:
    hue = Played("output.hue", takeover=False)
    assert hue.move(0) == -180
    assert hue.move(127) == 180


def test_a_control_that_stands_elsewhere_moves_nothing_until_it_has_passed_the_value() -> None:
    fade = Played(FADE)
    fade.value = 0.5
    assert fade.move(0, 20, 40, 60) == 0.5
    assert fade.move(70) == pytest.approx(70 / 127)
    assert fade.move(127) == 1.0
    assert fade.move(0) == 0.0


def test_a_control_passes_from_above_as_well() -> None:
    fade = Played(FADE)
    fade.value = 0.5
    assert fade.move(127, 80) == 0.5
    assert fade.move(50) == pytest.approx(50 / 127)


def test_a_control_that_meets_the_value_has_it_at_once() -> None:
    fade = Played(FADE)
    fade.value = 0.5
    assert fade.move(63) == pytest.approx(63 / 127)


def test_it_must_be_picked_up_again_after_the_value_changed_elsewhere() -> None:
    fade = Played(FADE)
    assert fade.move(0, 30) == pytest.approx(30 / 127)
    fade.value = 0.9
    assert fade.move(31, 60) == 0.9
    assert fade.move(120) == pytest.approx(120 / 127)


def test_where_it_stands_is_not_known_after_it_was_plugged_in_again() -> None:
    fade = Played(FADE)
    fade.move(0, 64)
    fade.hand.forget()
    assert fade.move(127) == pytest.approx(64 / 127)


def test_without_takeover_it_jumps() -> None:
    assert Played(FADE, takeover=False).move(100) == pytest.approx(100 / 127)


def test_a_value_beyond_its_part_of_the_range_is_picked_up_at_its_end() -> None:
    fade = Played(FADE, low=0.2, high=0.6)
    fade.value = 0.9
    assert fade.move(0, 100) == 0.9
    assert fade.move(127) == pytest.approx(0.6)


def test_low_above_high_turns_it_round() -> None:
    fade = Played(FADE, low=1.0, high=0.0, takeover=False)
    assert fade.move(127) == 0.0
    assert fade.move(0) == 1.0


@pytest.mark.parametrize(
    ("mode", "up", "down"),
    [("twos_complement", 2, 126), ("offset_64", 66, 62), ("sign_bit", 2, 66)],
)
def test_an_encoder_steps_from_where_the_value_is(mode: str, up: int, down: int) -> None:
    fade = Played(FADE, mode=mode)
    fade.value = 0.5
    assert fade.move(up) == pytest.approx(0.5 + 2 / 127)
    assert fade.move(down, down) == pytest.approx(0.5 - 2 / 127)
    assert fade.move(*[down] * 200) == 0.0
    assert fade.move(*[up] * 200) == 1.0


def test_an_encoder_steps_through_choices_and_stops_at_the_last() -> None:
    view = Played(VIEW, mode="twos_complement")
    assert view.move(1, 1, 1) == "side_by_side"
    assert view.move(127) == "picture"


def test_fourteen_bits_are_read_as_one_number() -> None:
    fade = Played(FADE, mode="14bit", takeover=False)
    fade.move(64)
    assert fade.fine(1) == pytest.approx((64 * 128 + 1) / 16383)


def test_the_upper_half_waits_for_the_lower_one_so_that_nothing_steps_back() -> None:
    fade = Played(FADE, mode="14bit", takeover=False)
    fade.move(7)
    seven = fade.fine(127)
    assert fade.move(8) == seven and fade.hand.waits
    assert fade.fine(0) == pytest.approx(8 * 128 / 16383) and not fade.hand.waits


def test_an_upper_half_that_comes_alone_counts_after_a_moment() -> None:
    fade = Played(FADE, mode="14bit", takeover=False)
    fade.move(127)
    assert fade.fine(127) == 1.0
    fade.move(3)
    fade.set(fade.hand.settle(fade.value))
    assert fade.value == pytest.approx((3 * 128 + 127) / 16383)


def test_the_bend_has_fourteen_bits_by_itself() -> None:
    fade = Played(FADE, "bend", 0, takeover=False)
    assert fade.move(1) == pytest.approx(1 / 16383)
    assert fade.move(16383) == 1.0


def test_a_key_plays_a_number_by_how_hard_it_is_struck() -> None:
    fade = Played(FADE, "note", 36)
    fade.value = 0.1
    assert fade.move(127) == 1.0
    assert fade.move(0) == 1.0
    assert fade.move(64) == pytest.approx(64 / 127)


def test_a_key_turns_a_switch_over_and_letting_it_go_does_nothing() -> None:
    blackout = Played("output.blackout", "note", mode="toggle")
    assert blackout.move(100) is True
    assert blackout.move(0) is True
    assert blackout.move(100, 0) is False
    assert blackout.move(100, 100) is False  # some keys never say that they are let go


def test_a_momentary_key_holds_a_switch() -> None:
    blackout = Played("output.blackout", "note", mode="momentary")
    assert blackout.move(100) is True
    assert blackout.move(0) is False


@pytest.mark.parametrize(("value", "on"), [(127, True), (64, True), (63, False), (0, False)])
def test_a_control_change_is_on_from_64(value: int, on: bool) -> None:
    blackout = Played("output.blackout")
    blackout.value = not on
    assert blackout.move(127 if not on else 0) is (not on)
    assert blackout.move(value) is on


def test_a_fader_does_not_turn_back_a_switch_that_was_set_elsewhere() -> None:
    blackout = Played("output.blackout")
    blackout.move(0, 100)
    blackout.value = False
    assert blackout.move(101) is False


def test_a_button_that_says_only_that_it_is_pressed_turns_over_each_time() -> None:
    blackout = Played("output.blackout", mode="toggle")
    assert [blackout.move(127) for _ in range(4)] == [True, False, True, False]


@pytest.mark.parametrize(("kind", "weak"), [("note", 1), ("cc", 64)])
def test_a_press_fires_a_trigger_once(kind: Kind, weak: int) -> None:
    hand = Played("puppet.neutral", kind).hand
    assert hand.hear(weak, 0.0) is True
    assert hand.hear(0, 1.0) is None
    assert hand.hear(127, 1.0) is True


def test_a_fader_passing_on_above_64_fires_no_trigger_again() -> None:
    hand = Played("puppet.neutral").hand
    fired = [hand.hear(value, 0.0) for value in range(128)]
    assert fired.count(True) == 1


def test_a_key_walks_through_choices_and_a_fader_is_divided_among_them() -> None:
    view = Played(VIEW, "note")
    assert [view.move(100), view.move(0), view.move(90)] == [
        "side_by_side", "side_by_side", "picture",
    ]  # fmt: skip
    view = Played(VIEW)
    assert [view.move(0), view.move(63), view.move(64), view.move(127)] == [
        "picture", "picture", "side_by_side", "side_by_side",
    ]  # fmt: skip


def test_a_control_is_shown_what_changed_elsewhere_and_not_what_it_played_itself() -> None:
    fade = Played(FADE)
    fade.move(0, 64)
    assert fade.hand.light(fade.value) is None
    assert fade.hand.light(0.25) == 32
    assert fade.hand.light(0.25) is None


def test_an_echo_of_what_was_shown_does_not_round_the_value() -> None:
    fade = Played(FADE)
    fade.value = 0.501
    shown = fade.hand.light(fade.value)
    assert shown == 64
    assert fade.move(shown) == 0.501
    assert fade.move(65) == pytest.approx(65 / 127)


@pytest.mark.parametrize(
    ("parameter", "kind", "mode", "value", "shown"),
    [
        (FADE, "bend", "absolute", 0.5, 8192),
        (FADE, "cc", "14bit", 1.0, 16383),
        (FADE, "cc", "twos_complement", 1.0, 127),
        ("output.blackout", "note", "toggle", True, 127),
        ("output.blackout", "note", "toggle", False, 0),
        (VIEW, "cc", "absolute", "side_by_side", 127),
        ("puppet.neutral", "note", "absolute", 3.0, None),
    ],
)
def test_what_controls_show(
    parameter: str, kind: Kind, mode: str, value: Setting, shown: int | None
) -> None:
    assert Played(parameter, kind, 7, mode).hand.light(value) == shown
