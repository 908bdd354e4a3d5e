"""OSC packets as other programs make them."""

from __future__ import annotations

import struct

from pythonosc.osc_message_builder import OscMessageBuilder


def message(address: str, *arguments: object) -> bytes:
    """A message."""
    builder = OscMessageBuilder(address)
    for one in arguments:
        builder.add_arg(one)  # type: ignore[arg-type]
    return bytes(builder.build().dgram)


def bundle(*elements: bytes, timetag: int = 1) -> bytes:
    """A bundle, as OSC 1.0 writes it."""
    parts = [struct.pack(">i", len(one)) + one for one in elements]
    return b"#bundle\0" + struct.pack(">Q", timetag) + b"".join(parts)
