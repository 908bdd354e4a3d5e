"""Messages as OSCQuery declares their types: T and F for switches, an impulse for a trigger."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from livegan.parameters import Setting

_AT_ONCE = struct.pack(">Q", 1)
"""The time tag of a bundle that is meant now."""


def encode(address: str, value: Setting) -> bytes:
    """One message with one argument.

    `osc_out.encode` differs for switches: UDP controllers show 1 and 0, and half of them nothing
    for T and F, which is what the tree declares.
    """
    if isinstance(value, bool):
        return _padded(address) + (b",T\0\0" if value else b",F\0\0")
    if isinstance(value, str):
        return _padded(address) + b",s\0\0" + _padded(value)
    return _padded(address) + b",f\0\0" + struct.pack(">f", value)


def packet(messages: Sequence[bytes]) -> bytes:
    """One message as it is, several as a bundle."""
    if len(messages) == 1:
        return messages[0]
    elements = (struct.pack(">i", len(one)) + one for one in messages)
    return b"#bundle\0" + _AT_ONCE + b"".join(elements)


def _padded(text: str) -> bytes:
    data = text.encode()
    return data + b"\0" * (4 - len(data) % 4)
