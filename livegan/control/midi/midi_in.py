"""Plays a performance by MIDI: one thread hears all that comes, whatever is plugged in."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from livegan.control.midi import system
from livegan.control.midi.assignments import FILE, Assignment, Assignments
from livegan.control.midi.far_ports import FarPorts, Office, PortProcess
from livegan.control.midi.moves import BEND_MIDDLE, FINE_OFFSET, Heard
from livegan.control.midi.player import BeatClock, Player
from livegan.control.midi.plugs import Plugged
from livegan.counting import counted
from livegan.errors import MissingExtraError
from livegan.keepsakes import state_folder
from livegan.parameters import LiveValues
from livegan.supervision import HealthBoard, one_line

logger = logging.getLogger("livegan")

OFF = "off"
_MOST_WAITING = 8192
_BREATH_S = 0.002
"""Pause after each batch, so that a flood is read in one go and the engine is not asked for
Python's lock at every message; a controller's own messages are a third of that apart."""
_PATIENCE_S = 0.02
"""The lower half of a value is a millisecond behind the upper one."""
_LIGHTS_S = 1 / 60


class MidiIn:
    """The MIDI of a performance.

    Args:
        parts: parts of the names of the ports that may play; none lets all; `off` none.
        start: starts the process that has the ports open.

    Raises:
        MissingExtraError: ports are asked for by name, and the packages are missing.
    """

    def __init__(
        self,
        parts: Sequence[str] = (),
        start: Callable[[Sequence[str]], Office] = PortProcess,
    ) -> None:
        self._parts = tuple(parts)
        self._start = start
        self._why_not = ""
        if OFF in self._parts:
            self._why_not = "MIDI is off; leave out --midi off"
        else:
            try:
                system.check_installed()
            except MissingExtraError as error:
                if parts:
                    raise
                self._why_not = str(error)
        # Before a performance begins: while it loads OpenCV, modules are looked for in OpenCV's
        # folder first, which has a `typing` of its own, and a process that is started then
        # inherits this.
        self._first: Office | None = None
        if not self._why_not:
            with suppress(OSError):  # it is tried again, and told
                self._first = start(self._parts)
        self._inbox: deque[Heard] = deque(maxlen=_MOST_WAITING)
        self._plugged: deque[Plugged] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._open: dict[str, bool] = {}
        """The ports that are there, and whether they show values."""
        self._ports: FarPorts | None = None
        self._player: Player | None = None
        self._thread: threading.Thread | None = None
        self._lit_s = 0.0
        self._owes_lights = False

    def play(
        self, values: LiveValues, health: HealthBoard, clock: BeatClock | None = None
    ) -> None:
        """Begin.

        Args:
            values: what is played.
            health: where it reports.
            clock: what follows MIDI clock.
        """
        path = None
        try:
            path = state_folder() / FILE
        except OSError as error:
            logger.warning("midi       what is learned is not kept: %s", error.strerror)
        assignments = Assignments(path)
        self._values, self._health = values, health
        self._player = Player(values, assignments, clock, self._why_not)
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)
        self._thread.start()
        threading.Thread(target=self._watch, name="midi-watch", daemon=True).start()
        if not self._why_not:
            self._ports = FarPorts(
                self._parts, self._hear, self._plug, health, self._first, self._start
            )
            self._ports.start()

    def lines(self) -> list[str]:
        """How it goes, for the figures."""
        lines = []
        if self._player and self._open:
            ports = ", ".join(list(self._open))
            lines.append(f"midi {counted(self._player.received, 'message')}, from {ports}")
        if self._player:
            learning = self._values.snapshot()["midi.learning"]
            lines += [f"midi learn {learning}"] if learning else []
        return lines

    def close(self) -> None:
        """End it. May be called twice."""
        self._closing.set()
        self._wake.set()
        if self._ports:
            self._ports.close()
        elif self._first:
            self._first.kill()
        if self._thread:
            self._thread.join(1.0)

    def _hear(self, heard: Sequence[Heard]) -> None:
        self._inbox.extend(heard)
        self._wake.set()

    def _plug(self, port: Plugged) -> None:
        self._plugged.append(port)
        self._wake.set()

    def _watch(self) -> None:
        """Wake the other thread when values change: for requests, and for what controls show."""
        seen = self._values.snapshot()
        while not self._closing.wait(_LIGHTS_S):
            now = self._values.wait(seen, 1.0)
            if now is not seen:
                seen = now
                self._wake.set()

    def _run(self) -> None:
        player, health = self._player, self._health
        assert player
        idled_s = 0.0
        while not self._closing.is_set():
            hurries = player.impatient or self._owes_lights
            self._wake.wait(_PATIENCE_S if hurries else None)
            self._wake.clear()
            try:
                self._take_plugged(player)
                # As many as wait now, and no more: a flood has no end.
                player.play([self._inbox.popleft() for _ in range(len(self._inbox))])
                now_s = time.monotonic()
                if now_s - idled_s >= _PATIENCE_S:
                    idled_s = now_s
                    player.idle(now_s)
                player.hear_requests()
                self._show(player, now_s)
            except Exception as error:  # whatever is sent, the next message must be heard
                health.report("midi", "degraded", one_line(error), error)
            self._closing.wait(_BREATH_S)

    def _take_plugged(self, player: Player) -> None:
        while self._plugged:
            port = self._plugged.popleft()
            there = {name: shows for name, shows in self._open.items() if name != port.name}
            name = ascii(port.name)[1:-1]
            if port.opened:
                there[port.name] = port.shows
                player.plugged(port.name, again=port.again)
                if not port.again:
                    logger.info("midi       %s plays", name)
            else:
                logger.info("midi       %s is gone", name)
            self._open = there

    def _show(self, player: Player, now_s: float) -> None:
        """Send controls what they are to show: motor faders, rings and lights."""
        shows = [name for name, shows in self._open.items() if shows]
        self._owes_lights = bool(shows) and now_s - self._lit_s < _LIGHTS_S
        if not shows or self._owes_lights or self._ports is None:
            return
        self._lit_s = now_s
        for one, value in player.lights(shows):
            for kind, fields in shown(one, value):
                self._ports.send(one.control.port, kind, fields)


def shown(one: Assignment, value: int) -> list[tuple[str, dict[str, int]]]:
    """The messages that let a control show a value: type and fields, as mido has them.

    Args:
        one: the control, and how it is played.
        value: as it would send it itself.
    """
    control, channel = one.control, one.control.channel - 1

    def change(number: int, sent: int) -> tuple[str, dict[str, int]]:
        return "control_change", {"channel": channel, "control": number, "value": sent}

    if control.kind == "note":
        return [("note_on", {"channel": channel, "note": control.number, "velocity": value})]
    if control.kind == "bend":
        return [("pitchwheel", {"channel": channel, "pitch": value - BEND_MIDDLE})]
    fine = one.mode == "14bit"
    upper = value >> 7 if fine else value
    if control.kind == "cc":
        lower = [change(control.number + FINE_OFFSET, value & 127)] if fine else []
        return [change(control.number, upper), *lower]
    chosen = [change(99, control.number >> 7), change(98, control.number & 127), change(6, upper)]
    return [*chosen, change(38, value & 127)] if fine else chosen
