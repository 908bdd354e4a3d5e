"""Hears OSC by UDP, in one thread, whatever is sent."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from livegan.control.allowance import Allowance
from livegan.control.complaints import Complaints
from livegan.control.endpoints import LOOPBACK, Endpoint, Guests, Network, cannot_listen
from livegan.control.osc_player import OscPlayer
from livegan.control.senders import Senders
from livegan.parameters import LiveValues
from livegan.supervision import HealthBoard, one_line

_LARGEST = 65536
_BUFFER = 4 << 20
"""Asked of the system for what waits to be read: 5,000 messages of 768 bytes with their frames.
Linux grants as much as net.core.rmem_max says, by default room for about 550."""
_MOST_AT_ONCE = 64
"""Packets that are played in one go: half a millisecond, in which whoever paints may have to wait
for Python's lock."""
_BURST_S, _FLOOD_SHARE = 0.05, 0.1
"""Of one core's time: so much at once for a burst, some 6,000 messages; and that share of a flood,
10,000 a second. What is beyond that no instrument sends, and it is left to the system to drop."""
_LONGEST_FRAME_S = 0.05
"""So long a flood waits while a frame is painted. Read in between, 50,000 messages a second made
frames 0.1 ms longer on two cores; read at any time, 1.5 ms."""
_BREATH_S = 0.001
"""The shortest rest: whoever paints need not ask for Python's lock at every message of a flood."""


class OscIn(threading.Thread):
    """Reads packets and hands them on, many at once where many wait.

    Args:
        where: where it listens.
        networks: who may play besides this machine; empty lets everybody.

    Raises:
        ControlError: the port is taken, or the address is not this machine's.
    """

    def __init__(self, where: Endpoint, networks: Sequence[Network]) -> None:
        super().__init__(name="osc", daemon=True)
        self.where = where
        self.is_choosy = bool(networks)
        """Whether only those on a list may play."""
        self._guests = Guests(networks)
        self._complaints = Complaints("osc")
        self._player: OscPlayer | None = None
        self._answer: Callable[[str], None] | None = None
        self._health: HealthBoard | None = None
        self._closing = threading.Event()
        self._between_frames: threading.Event | None = None
        self._buffer = bytearray(_LARGEST)
        self._socket = _bound(where)

    @property
    def counts(self) -> tuple[int, int]:
        """Messages that came, and that were refused."""
        return self._player.received if self._player else 0, self._complaints.count

    def play(
        self,
        values: LiveValues,
        senders: Senders,
        answer: Callable[[str], None],
        health: HealthBoard,
        between_frames: threading.Event,
    ) -> None:
        """Begin.

        Args:
            values: what is played.
            senders: told who plays.
            answer: called with each who asks whether anybody is here.
            health: where it reports a fault of livegan's own; what others send is none.
            between_frames: set while nothing is painted; a flood is read then.
        """
        self._player = OscPlayer(values, senders, self._complaints)
        self._answer = answer
        self._health = health
        self._between_frames = between_frames
        self.start()

    def run(self) -> None:
        """Read until it is closed."""
        player, answer, health = self._player, self._answer, self._health
        between_frames = self._between_frames
        assert player and answer and health and between_frames
        allowance = Allowance(_BURST_S, _FLOOD_SHARE)
        while not self._closing.is_set():
            select.select([self._socket], [], [])
            worked_s = time.thread_time()
            batch = self._read_all()
            try:
                for sender in player.play(batch):
                    answer(sender)
                health.report("osc", "ok")
            except Exception as error:  # whatever is sent, the next message must be heard
                health.report("osc", "degraded", one_line(error), error)
            rest_s = allowance.spend(time.monotonic(), time.thread_time() - worked_s)
            if rest_s > 0:
                self._closing.wait(max(rest_s, _BREATH_S))
                between_frames.wait(_LONGEST_FRAME_S)
        self._socket.close()

    def close(self) -> None:
        """End it. May be called twice."""
        if self.ident is None:
            self._socket.close()
        elif not self._closing.is_set():
            self._closing.set()
            self._wake()
            self.join(1.0)

    def _read_all(self) -> list[tuple[bytes, str]]:
        """What waits, each with who sent it."""
        batch = []
        view = memoryview(self._buffer)
        for _ in range(_MOST_AT_ONCE):
            try:
                size, (host, _) = self._socket.recvfrom_into(self._buffer)
            except BlockingIOError:
                break
            except OSError:  # Windows: an answer of ours found nobody there
                continue
            if not self._guests.may(host):
                self._complaints.refuse(host, lambda: "it is not on the list of --osc-allow")
            elif size:
                batch.append((bytes(view[:size]), host))
        return batch

    def _wake(self) -> None:
        host = LOOPBACK if self.where.host == "0.0.0.0" else self.where.host
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", (host, self.where.port))


def _bound(where: Endpoint) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        with suppress(OSError):  # some systems refuse what is too much, others give what they may
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        bound.setblocking(False)
        bound.bind((where.host, where.port))
    except OSError as error:
        bound.close()
        raise cannot_listen("OSC", "--osc", where, error) from None
    return bound
