"""The keys that let MIDI controls be learned."""

from __future__ import annotations

from livegan.control.learn_keys import LearnKeys
from livegan.parameters import LiveValues


class Keyboard:
    """The keys, and what they ask for."""

    def __init__(self) -> None:
        self.values = LiveValues()
        self.keys = LearnKeys(self.values)

    def press(self, *names: str) -> str:
        """Press keys, and say which parameter waits then."""
        for name in names:
            next(one.act for one in self.keys.bindings() if one.key == name)()
        return str(self.values.snapshot()["midi.learn"])


def test_l_lets_a_parameter_wait_and_shows_which_until_l_again() -> None:
    board = Keyboard()
    assert board.keys.notice() == []
    assert board.press("L") == "output.fade"
    board.values.measured({"midi.learning": "output.fade: move a control"})
    assert board.keys.notice() == [
        "MIDI plays output.fade", "UP DOWN LEFT RIGHT choose, L ends", "move a control",
    ]  # fmt: skip
    assert board.press("L") == "off"
    assert board.keys.notice() == []


def test_arrows_choose_the_parameter_and_the_group() -> None:
    board = Keyboard()
    assert board.press("L", "DOWN") == "output.brightness"
    assert board.press("UP", "UP") == "output.blackout"
    assert board.press("RIGHT") == "preset.next"
    assert board.press("LEFT") == "output.mirror"


def test_arrows_go_round_and_never_stand_on_what_cannot_be_learned() -> None:
    board = Keyboard()
    first = board.press("L", "DOWN")
    seen = {first}
    while (name := board.press("DOWN")) != first:
        seen.add(name)
    assert "source.freeze" in seen and "latent.32" in seen and "preset.next" in seen
    assert not seen & {"preset.load", "midi.learn", "system.fps", "preset.name"}


def test_arrows_mean_nothing_before_l() -> None:
    assert Keyboard().press("UP", "RIGHT", "BACKSPACE") == ""


def test_backspace_forgets_what_is_chosen() -> None:
    board = Keyboard()
    board.press("L", "BACKSPACE")
    assert board.values.take("midi.forget") == "output.fade"


def test_the_list_of_keys_has_one_line_for_them() -> None:
    described = [one.key for one in Keyboard().keys.bindings() if one.description]
    assert described == ["L"]
