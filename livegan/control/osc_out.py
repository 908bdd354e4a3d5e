"""OSC messages that leave."""

from __future__ import annotations

import socket
from contextlib import suppress

from pythonosc.osc_message_builder import OscMessageBuilder

from livegan.parameters import Setting


def encode(address: str, value: Setting) -> bytes:
    """One message with one argument: a float, a string, or 1 and 0 for a switch.

    Not T and F: half of all controllers show nothing for them.
    """
    builder = OscMessageBuilder(address)
    kind = "i" if isinstance(value, bool) else "s" if isinstance(value, str) else "f"
    builder.add_arg(int(value) if isinstance(value, bool) else value, kind)
    return bytes(builder.build().dgram)


class OscOut:
    """Sends messages by UDP; whether anybody hears them it can't know."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # A full queue loses the message, never the time of who sends it.
        self._socket.setblocking(False)

    def send(self, to: tuple[str, int], address: str, value: Setting) -> None:
        """Send one message."""
        # No route, nobody there, no room: the next one may get through.
        with suppress(OSError):
            self._socket.sendto(encode(address, value), to)

    def close(self) -> None:
        """Close the socket. May be called twice."""
        self._socket.close()
