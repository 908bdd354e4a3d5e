"""Opens what plays a performance from outside, and says how to reach it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version

from livegan.control.endpoints import (
    LOOPBACK,
    OSC_PORT,
    Endpoint,
    Network,
    read_endpoint,
    read_networks,
)
from livegan.control.face_out import FaceOut
from livegan.control.feedback import Feedback
from livegan.control.gauges import Gauges
from livegan.control.midi.assignments import learnable
from livegan.control.midi.midi_in import MidiIn
from livegan.control.osc import OscIn
from livegan.control.osc_player import ROOT
from livegan.control.oscquery.played import Played
from livegan.control.oscquery.service import PanelServer
from livegan.control.oscquery.tree import Choices
from livegan.control.senders import Senders
from livegan.counting import counted
from livegan.errors import ControlError
from livegan.parameters import TABLE
from livegan.parameters.midi_rows import LEARN_NOTHING
from livegan.performance import Performance
from livegan.presets import list_presets

logger = logging.getLogger("livegan")

OFF = "off"
_LEARNABLE = [row.name for row in TABLE.values() if learnable(row)]
_CHOICES: Choices = {
    "preset.load": list_presets,
    "deck.load": list_presets,
    "midi.learn": lambda: [*_LEARNABLE, LEARN_NOTHING],
    "midi.forget": lambda: _LEARNABLE,
}
"""What names can be sent, where that is known."""


class Controls(AbstractContextManager["Controls"]):
    """The ways in and out that were asked for. They are open at once, and play later.

    Args:
        osc: where OSC comes in: `off`, a port, a host, or both; None is the default, without
            which a show goes on.
        panel: where OSCQuery and the browser panel are, likewise; by default on this machine
            only, at the port of OSC, and off where OSC is.
        allow: addresses and networks that may play, besides this machine.
        face_out: where the face goes to, None nowhere.
        midi: parts of the names of the MIDI ports that may play; none lets all, `off` no one.

    Raises:
        ControlError: one can't be opened.
    """

    def __init__(
        self,
        *,
        osc: str | None = None,
        panel: str | None = None,
        allow: Sequence[str] = (),
        face_out: str | None = None,
        midi: Sequence[str] = (),
    ) -> None:
        networks = read_networks(allow)
        osc_at = _asked("--osc", osc, OSC_PORT)
        panel_at = _asked("--panel", panel, osc_at.port if osc_at else OSC_PORT)
        target = read_endpoint("--face-out", face_out) if face_out else None
        self._osc: OscIn | None = None
        self._panel: PanelServer | None = None
        self._feedback: Feedback | None = None
        self._face_out = FaceOut(target) if target else None
        self._midi: MidiIn | None = None
        try:
            self._midi = MidiIn(midi)
            if osc != OFF:
                self._open_osc(osc_at, networks)
            if panel != OFF and (osc != OFF or panel_at):
                port = osc_at.port if osc_at else OSC_PORT
                self._open_panel(panel_at, port, networks)
            if target and self._osc and _hears(self._osc.where, target):
                raise ControlError(
                    f"--face-out {target} is where livegan itself hears OSC;"
                    " name the port of the program that is to hear the face"
                )
            if allow and all(one.where.is_loopback for one in self._listening()):
                raise ControlError(
                    "--osc-allow lets other machines in, but livegan listens to this one only;"
                    " add --osc 0.0.0.0 or --panel 0.0.0.0"
                )
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def play(self, performance: Performance) -> None:
        """Play a performance, and tell how it goes."""
        gauges = Gauges(performance, self._counts)
        if self._osc:
            self._play_osc(self._osc, performance, gauges)
        if self._panel:
            self._play_panel(self._panel, performance, gauges)
        if self._face_out:
            performance.watch(self._face_out.see)
            self._face_out.play(performance.health)
        if self._midi:
            self._midi.play(performance.values, performance.health, performance.clock)

    def lines(self) -> list[str]:
        """How it goes, for the figures."""
        received, refused = self._counts()
        osc = [f"osc {counted(received, 'message')}, {refused} refused"] if received else []
        return [*osc, *(self._midi.lines() if self._midi else [])]

    def close(self) -> None:
        """End all of them. May be called twice."""
        for one in (self._osc, self._feedback, self._panel, self._face_out, self._midi):
            if one:
                one.close()

    def _open_osc(self, asked: Endpoint | None, networks: Sequence[Network]) -> None:
        if asked:
            self._osc = OscIn(asked, networks)
            return
        try:
            self._osc = OscIn(Endpoint(LOOPBACK, OSC_PORT), networks)
        except ControlError as error:
            logger.warning("%s; this show goes on without OSC", error)

    def _open_panel(
        self, asked: Endpoint | None, port: int, networks: Sequence[Network]
    ) -> None:
        if asked:
            self._panel = PanelServer(asked, networks)
            return
        try:
            self._panel = PanelServer(Endpoint(LOOPBACK, port), networks)
        except ControlError as error:
            logger.warning("%s; this show goes on without the panel", error)

    def _listening(self) -> list[OscIn | PanelServer]:
        listening: list[OscIn | PanelServer] = []
        listening += [self._osc] if self._osc else []
        listening += [self._panel] if self._panel else []
        return listening

    def _counts(self) -> tuple[int, int]:
        """OSC messages that came, by whatever way, and that were refused."""
        counts = [one.counts for one in self._listening()]
        return sum(came for came, _ in counts), sum(refused for _, refused in counts)

    def _play_osc(self, osc: OscIn, performance: Performance, gauges: Gauges) -> None:
        senders = Senders()
        port = osc.where.port + 1
        feedback = self._feedback = Feedback(performance.values, senders, port, gauges)

        def answer(sender: str) -> None:
            feedback.answer(sender, f"{ROOT}/pong", version("livegan"))

        feedback.start()
        osc.play(
            performance.values, senders, answer, performance.health, performance.between_frames
        )
        logger.info("osc        %s, %s; answers go to port %d", osc.where, _who(osc), port)

    def _play_panel(
        self, panel: PanelServer, performance: Performance, gauges: Gauges
    ) -> None:
        played = Played(
            values=performance.values,
            gauges=gauges.read,
            picture=lambda: performance.picture,
            health=performance.health,
            osc=self._osc.where if self._osc else None,
            choices=_CHOICES,
        )
        panel.play(played, lambda: performance.statistics.started_at_s is not None)
        logger.info("panel      %s, %s", panel.url, _who(panel))


def _asked(option: str, text: str | None, port: int) -> Endpoint | None:
    """Where it is to be; None where nothing is said of that, or that it is to be off."""
    if text is None or text == OFF:
        return None
    return read_endpoint(option, text, host=LOOPBACK, port=port)


def _hears(where: Endpoint, sent_to: Endpoint) -> bool:
    """Whether what this machine sends there comes in."""
    same = sent_to.host == where.host or (where.host == "0.0.0.0" and sent_to.is_loopback)
    return same and sent_to.port == where.port


def _who(opened: OscIn | PanelServer) -> str:
    if opened.where.is_loopback:
        if isinstance(opened, PanelServer):
            return "for this machine only (--panel 0.0.0.0 lets others see and play)"
        return "for this machine only (--osc 0.0.0.0 lets others play)"
    narrow = "" if opened.is_choosy else " (--osc-allow 192.168.1.0/24 narrows it)"
    return f"for the network{narrow}"
