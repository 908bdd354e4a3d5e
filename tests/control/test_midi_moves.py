"""What messages tell of controls."""

from __future__ import annotations

import pytest
from midi_messages import PORT, bend, cc, control, note, plain

from livegan.control.midi.moves import Message, Move, Reader


def read(*messages: Message) -> list[Move | None]:
    """What one reader makes of messages."""
    reader = Reader()
    return [reader.read(PORT, one, 0.0) for one in messages]


@pytest.mark.parametrize(
    ("message", "moved"),
    [
        (cc(7, 100, channel=16), Move(control("cc", 7, 16), 100, 0.0)),
        (note(36, 90), Move(control("note", 36), 90, 0.0)),
        (note(36, 0), Move(control("note", 36), 0, 0.0)),
        (bend(-8192), Move(control("bend"), 0, 0.0)),
        (bend(0), Move(control("bend"), 8192, 0.0)),
        (bend(8191), Move(control("bend"), 16383, 0.0)),
        (plain("sysex"), None),
        (plain("reset"), None),
    ],
)
def test_a_message_says_which_control_moved_where_to(message: Message, moved: Move | None) -> None:
    assert read(message) == [moved]


def test_a_key_that_ends_is_at_nought_however_it_says_so() -> None:
    off = note(36, 64)
    off.type = "note_off"  # type: ignore[misc]
    assert read(off) == [Move(control("note", 36), 0, 0.0)]


def test_an_nrpn_is_chosen_once_and_then_moved() -> None:
    chosen = [cc(99, 2), cc(98, 44)]
    moved = read(*chosen, cc(6, 10), cc(38, 3), cc(6, 11))
    assert moved[:2] == [None, None]
    assert moved[2:] == [
        Move(control("nrpn", 300), 10, 0.0),
        Move(control("nrpn", 300), 3, 0.0, fine=True),
        Move(control("nrpn", 300), 11, 0.0),
    ]


@pytest.mark.parametrize("unchosen", [[], [cc(99, 127), cc(98, 127)], [cc(99, 2), cc(101, 0)]])
def test_without_an_nrpn_data_entry_is_a_control_like_others(unchosen: list[Message]) -> None:
    assert read(*unchosen, cc(6, 10))[-1] == Move(control("cc", 6), 10, 0.0)


def test_an_nrpn_of_one_channel_or_port_says_nothing_of_others() -> None:
    reader = Reader()
    for message in (cc(99, 0), cc(98, 5)):
        reader.read(PORT, message, 0.0)
    assert reader.read(PORT, cc(6, 1, channel=2), 0.0) == Move(control("cc", 6, 2), 1, 0.0)
    assert reader.read("Other", cc(6, 1), 0.0) == Move(control("cc", 6, port="Other"), 1, 0.0)
    reader.forget(PORT)
    assert reader.read(PORT, cc(6, 1), 0.0) == Move(control("cc", 6), 1, 0.0)
