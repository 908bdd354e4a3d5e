"""OSC packets, well made and hostile."""

from __future__ import annotations

import logging
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osc_messages import bundle, message

from livegan.control.osc_packets import (
    MOST_MESSAGES,
    PacketError,
    address_of,
    arguments_of,
    messages,
)

ZOOM = message("/livegan/source/zoom", 2.0)


@pytest.mark.parametrize(
    "arguments", [(2.0,), (3,), ("text",), (True,), (False,), (None,), (), (1, 0.5, "a", True)]
)
def test_what_others_send_is_read(arguments: tuple[object, ...]) -> None:
    made = message("/a/b", *arguments)
    assert address_of(made) == b"/a/b"
    assert arguments_of(made) == list(arguments)


def test_an_impulse_is_true_and_a_bare_address_has_no_arguments() -> None:
    assert arguments_of(b"/a/b\0\0\0\0,I\0\0") == [True]
    assert arguments_of(b"/a/b\0\0\0\0") == []


def test_a_bundle_is_taken_apart_in_order_whatever_its_time_tag() -> None:
    far_future = 0xFFFF_FFFF_0000_0000
    packet = bundle(b"/1", bundle(b"/2", b"/3", timetag=far_future), b"/4", timetag=far_future)
    assert messages(packet) == [b"/1", b"/2", b"/3", b"/4"]


@pytest.mark.parametrize("deep", [5, 3_000])
def test_deep_nests_are_refused(deep: int) -> None:
    packet = ZOOM
    for _ in range(deep):
        packet = bundle(packet)
    with pytest.raises(PacketError, match="nested deeper than 4"):
        messages(packet)


def test_bundles_are_bounded_and_must_be_whole() -> None:
    with pytest.raises(PacketError, match=f"more than {MOST_MESSAGES}"):
        messages(bundle(*[b"/a\0\0"] * (MOST_MESSAGES + 1)))
    whole = bundle(ZOOM, ZOOM)
    for cut in range(len(b"#bundle\0") + 9, len(whole)):
        if cut != len(bundle(ZOOM)):
            with pytest.raises(PacketError, match="cut short"):
                messages(whole[:cut])


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"/a\0\0,x\0\0", "types ',x'"),
        (b"/a\0\0,[f]\0\0\0\0", "types"),
        (b"/a\0\0,s\0\0\xff\xfe\0\0", "broken"),
        (b"/a\0\0,s\0\0text", "broken"),
        (b"/a\0\0,fffffffff\0\0", "types"),
        (message("/a", "x" * 2000), "the longest is 1024"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(packet: bytes, reason: str) -> None:
    with pytest.raises(PacketError, match=reason):
        arguments_of(packet)


VALID = [
    ZOOM,
    message("/livegan/output/view", "side_by_side"),
    message("/livegan/output/freeze", True),
    message("/livegan/latent/7", 1.5, 2, "three"),
    bundle(ZOOM, bundle(message("/livegan/source/pan_x", -0.5)), ZOOM),
]


@settings(deadline=None)
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.integers(1, 20))
def test_a_mutated_packet_is_read_or_refused_and_never_raises(
    packet: bytes, chance: random.Random, changes: int
) -> None:
    mutated = bytearray(packet)
    for _ in range(changes):
        at = chance.randrange(len(mutated) + 1)
        if chance.random() < 0.6 and at < len(mutated):
            mutated[at] = chance.randrange(256)
        elif chance.random() < 0.5:
            mutated[at:at] = bytes(chance.choices(b"\0,/#fsiTb\xff", k=chance.randrange(5)))
        else:
            del mutated[at : at + chance.randrange(5)]
    _read_all(bytes(mutated))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(packet: bytes) -> None:
    for prefix in (b"", b"#bundle\0", b"/a\0\0,", b"/a\0\0,ss\0"):
        _read_all(prefix + packet)


def _read_all(packet: bytes) -> None:
    try:
        for one in messages(packet):
            address_of(one)
            arguments_of(one)
    except PacketError as error:
        assert str(error)


def test_unknown_types_write_nothing_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(PacketError):
        arguments_of(b"/a\0\0,zzzz\0\0\0")
    assert not caplog.records
