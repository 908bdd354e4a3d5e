"""What messages play, learn and tell the time."""

from __future__ import annotations

import pytest
from midi_messages import PORT, bend, cc, control, heard, note, plain, program

from livegan.control.midi.assignments import Assignment, Assignments
from livegan.control.midi.player import Player
from livegan.parameters import LiveValues, Setting

FADE = "output.fade"


class FakeClock:
    """Writes down what a MIDI clock says."""

    def __init__(self) -> None:
        self.said: list[object] = []

    def midi_tick(self, now_s: float) -> None:
        self.said.append(now_s)

    def midi_start(self, now_s: float) -> None:
        self.said.append("start")

    def midi_continue(self, now_s: float) -> None:
        self.said.append("continue")

    def midi_stop(self) -> None:
        self.said.append("stop")


class Desk:
    """A player whose values can be looked at."""

    def __init__(self, *assignments: Assignment, why_not: str = "") -> None:
        self.values = LiveValues()
        self.kept = Assignments(None)
        for one in assignments:
            self.kept.learn(one)
        self.clock = FakeClock()
        self.player = Player(self.values, self.kept, self.clock, why_not)

    def __getitem__(self, name: str) -> Setting:
        return self.values.snapshot()[name]

    def ask(self, **requests: str) -> None:
        """Send a request: `learn` or `forget`."""
        self.values.update({f"midi.{key}": value for key, value in requests.items()})
        self.player.hear_requests()


def fader(**options: object) -> Assignment:
    """A fader that plays without being picked up."""
    return Assignment(control("cc", 7), FADE, takeover=False, **options)  # type: ignore[arg-type]


def test_what_is_moved_plays_and_what_is_not_assigned_does_nothing() -> None:
    desk = Desk(fader())
    before = desk.values.snapshot()
    desk.player.play(heard(cc(8, 127), cc(7, 127, channel=2), note(7, 127)))
    desk.player.play(heard(cc(7, 127), port="Other"))
    assert desk.values.snapshot() is before
    desk.player.play(heard(cc(7, 127)))
    assert desk[FADE] == 1.0
    assert desk.player.received == 5


def test_all_of_a_batch_changes_at_once_and_the_latest_value_wins() -> None:
    desk = Desk(fader(), Assignment(control("bend"), "output.hue", takeover=False))
    before = desk.values.snapshot()
    seen = []
    update = desk.values.update
    desk.values.update = lambda changes: (seen.append(dict(changes)), update(changes))  # type: ignore[method-assign,func-returns-value,assignment]
    desk.player.play(heard(*(cc(7, value) for value in range(128)), bend(8191)))
    assert seen == [{FADE: 1.0, "output.hue": 180.0}]
    assert before[FADE] == 0.0


def test_a_switch_that_is_pressed_twice_in_a_batch_is_where_it_was() -> None:
    desk = Desk(Assignment(control("note", 1), "output.blackout", "toggle"))
    desk.player.play(heard(note(1, 9), note(1, 0), note(1, 9), note(1, 0)))
    assert desk["output.blackout"] is False
    desk.player.play(heard(note(1, 9)))
    assert desk["output.blackout"] is True


def test_every_step_of_an_encoder_counts() -> None:
    desk = Desk(Assignment(control("cc", 7), FADE, "offset_64"))
    desk.player.play(heard(*[cc(7, 65)] * 30))
    assert desk[FADE] == pytest.approx(30 / 127)


def test_fourteen_bits_come_by_two_controls() -> None:
    desk = Desk(fader(mode="14bit"))
    desk.player.play(heard(cc(7, 1), cc(39, 127)))
    assert desk[FADE] == pytest.approx(255 / 16383)
    desk.player.play(heard(cc(7, 2)))
    assert desk[FADE] == pytest.approx(255 / 16383) and desk.player.impatient
    desk.player.idle(1.0)
    assert desk[FADE] == pytest.approx(383 / 16383) and not desk.player.impatient


def test_a_programme_change_is_a_preset_by_its_place() -> None:
    desk = Desk()
    desk.player.play(heard(program(3)))
    assert desk.values.take("preset.load") == "3"


def test_arm_move_done() -> None:
    desk = Desk()
    desk.ask(learn=FADE)
    assert desk["midi.learning"] == "output.fade: move a control"
    for value in range(20):
        desk.player.play(heard(cc(7, value), time_s=value / 100))
    assert desk.player.impatient
    desk.player.idle(0.2)
    assert not desk.kept.all
    desk.player.idle(1.0)
    assert desk["midi.learning"] == "output.fade: cc 7, channel 1 of Box"
    assert desk[FADE] == 0.0
    assert desk.values.snapshot()["midi.learn"] == ""
    desk.player.play(heard(cc(7, 0), cc(7, 60)))
    assert desk[FADE] == pytest.approx(60 / 127)


def test_off_ends_learning_and_what_was_assigned_plays_again() -> None:
    desk = Desk(fader())
    desk.ask(learn="output.hue")
    desk.player.play(heard(cc(7, 127)))
    assert desk[FADE] == 0.0
    desk.ask(learn="off")
    assert desk["midi.learning"] == ""
    desk.player.play(heard(cc(7, 127)))
    desk.player.idle(100.0)
    assert desk[FADE] == 1.0 and desk.kept.all == (fader(),)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("output.fad", "did you mean output.fade?"),
        ("system.fps", "system.fps can't be played by a control"),
        ("midi.learn", "midi.learn can't be played by a control"),
    ],
)
def test_what_cannot_be_learned_is_answered(asked: str, answer: str) -> None:
    desk = Desk()
    desk.ask(learn=asked)
    assert answer in str(desk["midi.learning"])
    desk.player.play(heard(cc(7, 1)))
    assert not desk.player.impatient


def test_where_there_is_no_midi_it_says_so_to_who_wants_to_learn() -> None:
    desk = Desk(why_not="MIDI needs mido")
    desk.ask(learn=FADE)
    assert desk["midi.learning"] == "MIDI needs mido"


def test_what_is_forgotten_plays_no_more_and_that_is_told() -> None:
    desk = Desk(fader())
    desk.ask(forget=FADE)
    assert desk["midi.learning"] == "output.fade: forgotten"
    desk.player.play(heard(cc(7, 127)))
    assert desk[FADE] == 0.0
    desk.ask(forget=FADE)
    assert desk["midi.learning"] == "output.fade: no control plays it"


def test_learning_one_control_leaves_the_others_picked_up() -> None:
    desk = Desk(Assignment(control("cc", 7), FADE))
    desk.player.play(heard(cc(7, 0), cc(7, 20)))
    desk.ask(learn="output.hue")
    desk.player.play(heard(cc(1, 5)))
    desk.player.idle(10.0)
    desk.player.play(heard(cc(7, 90)))
    assert desk[FADE] == pytest.approx(90 / 127)


def test_a_port_that_was_plugged_in_again_must_be_picked_up_and_others_not() -> None:
    other = Assignment(control("cc", 7, port="Other"), "output.brightness")
    desk = Desk(Assignment(control("cc", 7), FADE), other)
    desk.player.play([*heard(cc(7, 0)), *heard(cc(7, 64), port="Other")])
    desk.player.plugged(PORT)
    desk.player.play([*heard(cc(7, 127)), *heard(cc(7, 127), port="Other")])
    assert desk[FADE] == 0.0
    assert desk["output.brightness"] == 2.0


def test_controls_show_what_others_change_once_and_all_of_it_when_they_are_plugged_in() -> None:
    desk = Desk(Assignment(control("cc", 7), FADE))
    assert [value for _, value in desk.player.lights([PORT])] == [0]
    assert desk.player.lights([PORT]) == []
    desk.values.update({FADE: 1.0})
    assert desk.player.lights(["Other"]) == []
    assert [value for _, value in desk.player.lights([PORT])] == [127]
    desk.player.plugged(PORT)
    assert [value for _, value in desk.player.lights([PORT])] == [127]


def test_a_port_that_was_opened_anew_needs_no_picking_up_and_is_shown_all_again() -> None:
    desk = Desk(Assignment(control("cc", 7), FADE))
    desk.player.play(heard(cc(7, 0), cc(7, 10)))
    assert desk.player.lights([PORT]) == []
    desk.player.plugged(PORT, again=True)
    assert [value for _, value in desk.player.lights([PORT])] == [10]
    desk.player.play(heard(cc(7, 100)))
    assert desk[FADE] == pytest.approx(100 / 127)


def test_the_clock_hears_ticks_as_they_came_and_what_begins_and_ends() -> None:
    desk = Desk()
    desk.player.play([
        *heard(plain("start"), time_s=1.0),
        *heard(plain("clock"), time_s=1.02),
        *heard(plain("clock"), time_s=1.04),
        *heard(plain("stop"), plain("continue"), time_s=1.05),
    ])  # fmt: skip
    assert desk.clock.said == ["start", 1.02, 1.04, "stop", "continue"]
    assert desk.player.received == 0


def test_of_two_ports_that_tell_the_time_one_is_heard_until_it_falls_silent() -> None:
    desk = Desk()
    for now_s in (1.0, 1.02):
        desk.player.play(heard(plain("clock"), time_s=now_s))
        desk.player.play(heard(plain("clock"), port="Other", time_s=now_s + 0.001))
    assert desk.clock.said == [1.0, 1.02]
    desk.player.play(heard(plain("clock"), port="Other", time_s=3.0))
    assert desk.clock.said == [1.0, 1.02, 3.0]
