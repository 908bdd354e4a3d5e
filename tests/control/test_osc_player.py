"""What OSC messages play."""

from __future__ import annotations

import math

import pytest
from osc_messages import bundle, message

from livegan.control.complaints import Complaints
from livegan.control.osc_player import OscPlayer, address
from livegan.control.senders import Senders
from livegan.parameters import TABLE, LiveValues, Values

HOST = "10.0.0.1"


class Desk:
    """A player with all that belongs to it."""

    def __init__(self) -> None:
        self.values = LiveValues()
        self.senders = Senders()
        self.complaints = Complaints("osc", lambda: 0.0)
        self.player = OscPlayer(self.values, self.senders, self.complaints)

    def send(self, *packets: bytes) -> Values:
        """Play packets that come together, and give what is set then."""
        self.player.play((packet, HOST) for packet in packets)
        return self.values.snapshot()


@pytest.fixture
def desk() -> Desk:
    """A desk with everything at its default."""
    return Desk()


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.kind == "number"])
def test_one_float_moves_every_number(desk: Desk, name: str) -> None:
    row = TABLE[name]
    if row.read_only:
        assert desk.send(message(address(name), 1.0)) == Values()
        assert desk.complaints.count == 1
    else:
        halfway = (row.low + row.high) / 2
        assert desk.send(message(address(name), halfway)).number(name) == pytest.approx(halfway)


def test_switches_choices_and_triggers_are_played_by_whatever_controllers_send(desk: Desk) -> None:
    assert desk.send(message("/livegan/output/freeze", 1)).switch("output.freeze")
    assert not desk.send(message("/livegan/output/freeze", 0.0)).switch("output.freeze")
    assert desk.send(message("/livegan/output/view", 1.0)).choice("output.view") == "side_by_side"
    assert desk.send(message("/livegan/output/view", "picture")).choice("output.view") == "picture"
    assert desk.send(message("/livegan/puppet/neutral")).fired("puppet.neutral") == 1


def test_of_a_burst_all_are_counted_and_the_last_one_holds(desk: Desk) -> None:
    burst = [message("/livegan/output/fade", index / 5000) for index in range(5000)]
    assert desk.send(*burst).number("output.fade") == pytest.approx(4999 / 5000)
    assert desk.player.received == 5000
    assert desk.complaints.count == 0


def test_a_bad_message_hides_no_good_one_before_it(desk: Desk) -> None:
    values = desk.send(
        message("/livegan/source/zoom", 3.0),
        message("/livegan/source/zoom", math.nan),
        message("/livegan/source/zoom", "wide"),
    )
    assert values.number("source.zoom") == 3.0
    assert desk.complaints.count == 2


def test_a_button_that_is_let_go_in_the_same_moment_was_still_pressed(desk: Desk) -> None:
    pressed = [message("/livegan/puppet/neutral", value) for value in (1.0, 0.0)]
    assert desk.send(*pressed).fired("puppet.neutral") == 1
    assert desk.send(message("/livegan/puppet/neutral", 0.0)).fired("puppet.neutral") == 1


def test_a_bundle_changes_all_it_names_in_one_snapshot(desk: Desk) -> None:
    seen = []
    update = desk.values.update

    def watched(changes: dict[str, object]) -> None:
        update(changes)
        seen.append(dict(changes))

    desk.values.update = watched  # type: ignore[method-assign, assignment]
    desk.send(
        bundle(
            message("/livegan/source/pan_x", 0.5),
            message("/nobody/knows", 1.0),
            bundle(message("/livegan/source/pan_y", -0.5), message("/livegan/source/zoom", 2)),
        )
    )
    assert seen == [{"source.pan_x": 0.5, "source.pan_y": -0.5, "source.zoom": 2.0}]


@pytest.mark.parametrize(
    ("packet", "told"),
    [
        (message("/livegan/source/zom", 1.0), "did you mean /livegan/source/zoom?"),
        (message("/livegan/source/*", 1.0), "patterns are not matched"),
        (message("/livegan/source/zoom", "wide"), "'wide', wanted a number from 1 to 8"),
        (message("/livegan/source/zoom", math.inf), "wanted a finite number"),
        (message("/livegan/source/zoom", 1.0, 2.0), "takes one value, got 2"),
        (message("/livegan/system/fps", 60.0), "system.fps can't be set: livegan measures it"),
        (b"/livegan/source/zoom\0\0\0\0,b\0\0\0\0\0\1x\0\0\0", "types ',b'"),
        (b"#bundle\0nonsense", "a bundle that is cut short"),
    ],
)
def test_what_is_refused_is_told_once_with_the_reason(
    desk: Desk, packet: bytes, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    if packet.startswith(b"#bundle"):
        packet += b"\0\0\0\xff"
    for _ in range(3):
        assert desk.send(packet) == Values()
    (record,) = caplog.records
    assert told in record.getMessage()
    assert desk.complaints.count == desk.player.received == 3


def test_a_wildcard_bomb_costs_no_time(desk: Desk) -> None:
    bomb = message("/livegan/generator/" + "*" * 400 + "!", 1.0)
    desk.send(*[bomb] * 10_000)
    assert desk.complaints.count == 10_000


def test_who_asks_is_answered_once_however_often_he_asks(desk: Desk) -> None:
    ping = message("/livegan/ping")
    asking = desk.player.play([(ping, "10.0.0.1"), (ping, "10.0.0.2"), (ping, "10.0.0.1")])
    assert asking == ["10.0.0.1", "10.0.0.2"]
    assert desk.senders.all() == ["10.0.0.1", "10.0.0.2"]


def test_who_sends_nothing_that_can_be_played_is_no_sender(desk: Desk) -> None:
    desk.send(message("/other/program", 1.0), message("/livegan/source/zoom", "wide"))
    assert desk.senders.all() == []
