"""Messages as they are declared, read back by the parser that livegan hears OSC with."""

from __future__ import annotations

import pytest
from pythonosc.osc_bundle import OscBundle

from livegan.control.osc_packets import address_of, arguments_of, messages
from livegan.control.oscquery.wire import encode, packet
from livegan.parameters import Setting


@pytest.mark.parametrize("value", [0.25, -3.0, True, False, "", "abc", "abcd", "Käthe"])
def test_a_value_comes_back_as_it_was(value: Setting) -> None:
    message = encode("/livegan/a", value)
    assert len(message) % 4 == 0
    assert address_of(message) == b"/livegan/a"
    (back,) = arguments_of(message)
    assert back == value and type(back) is type(value)


def test_one_message_is_a_packet_and_several_are_a_bundle() -> None:
    one, two = encode("/a", 1.0), encode("/b", "x")
    assert packet([one]) == one
    assert messages(packet([one, two])) == [one, two]
    assert OscBundle(packet([one, two])).num_contents == 2
