"""OSC packets, taken apart within bounds.

python-osc reads single messages. Its bundles are not used: 3,200 of them nested in one datagram
raise RecursionError there, and a time tag from the future makes its server sleep. Here time tags
are passed over: programs stamp them by clocks of their own.
"""

from __future__ import annotations

import re
import struct

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageError
from pythonosc.parsing.osc_types import ParseError as TypeReadError

_BUNDLE = b"#bundle\0"
_HEADER = len(_BUNDLE) + 8  # the time tag
_DEEPEST = 4
MOST_MESSAGES = 2048
"""In one packet: more than a datagram of parameters with their values can hold."""
_LONGEST_MESSAGE = 1024
# What python-osc reads in time that grows with the length only, and without complaining in the log.
_TAGS = re.compile(rb",[ihfdsTFN]{0,8}")
_IMPULSE = b",I"


class PacketError(ValueError):
    """A packet that is not OSC, or is past the bounds; the text says why."""


def messages(packet: bytes) -> list[bytes]:
    """The messages of a packet, out of all its bundles, in order.

    Raises:
        PacketError: it is broken, nested deeper than 4 bundles, or of more than 2,048 messages.
    """
    if not packet.startswith(_BUNDLE):
        return [packet]
    found: list[bytes] = []
    waiting = [(packet, 1)]
    while waiting:
        element, depth = waiting.pop()
        if not element.startswith(_BUNDLE):
            found.append(element)
            if len(found) > MOST_MESSAGES:
                raise PacketError(f"more than {MOST_MESSAGES} messages in one packet")
        elif depth > _DEEPEST:
            raise PacketError(f"bundles nested deeper than {_DEEPEST}")
        else:
            # The last comes off the list first.
            waiting += [(one, depth + 1) for one in reversed(_elements(element))]
    return found


def _elements(bundle: bytes) -> list[bytes]:
    elements = []
    at = _HEADER
    while at < len(bundle):
        (size,) = struct.unpack_from(">i", bundle, at) if at + 4 <= len(bundle) else (-1,)
        at += 4
        if size <= 0 or at + size > len(bundle):
            raise PacketError("a bundle that is cut short")
        elements.append(bundle[at : at + size])
        at += size
    return elements


def address_of(message: bytes) -> bytes:
    """Where a message goes, as it stands in it."""
    return message.partition(b"\0")[0]


def arguments_of(message: bytes) -> list[object]:
    """What a message says: int, float, str, bool and None; an impulse is True.

    Raises:
        PacketError: it is broken, longer than 1,024 bytes, or holds other types.
    """
    if len(message) > _LONGEST_MESSAGE:
        raise PacketError(f"a message of {len(message)} bytes, the longest is {_LONGEST_MESSAGE}")
    tags = _tags_of(message)
    if tags == _IMPULSE:
        return [True]
    if tags and not _TAGS.fullmatch(tags):
        raise PacketError(f"arguments of the types {ascii(tags.decode('latin-1'))}")
    try:
        return list(OscMessage(message))
    except (MessageError, TypeReadError, UnicodeDecodeError):
        raise PacketError("a broken message") from None


def _tags_of(message: bytes) -> bytes:
    end = message.find(b"\0")
    at = (end // 4 + 1) * 4 if end >= 0 else len(message)
    return address_of(message[at:])
