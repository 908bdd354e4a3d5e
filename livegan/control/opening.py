"""Opens what plays a performance from outside, and says how to reach it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version

from livegan.control.endpoints import LOOPBACK, OSC_PORT, Endpoint, read_endpoint, read_networks
from livegan.control.face_out import FaceOut
from livegan.control.feedback import Feedback
from livegan.control.gauges import Gauges
from livegan.control.osc import OscIn
from livegan.control.osc_player import ROOT
from livegan.control.senders import Senders
from livegan.errors import ControlError
from livegan.performance import Performance

logger = logging.getLogger("livegan")

OFF = "off"


class Controls(AbstractContextManager["Controls"]):
    """The ways in and out that were asked for. They are open at once, and play later.

    Args:
        osc: where OSC comes in: `off`, a port, a host, or both; None is the default, without
            which a show goes on.
        allow: addresses and networks that may play, besides this machine.
        face_out: where the face goes to, None nowhere.

    Raises:
        ControlError: one can't be opened.
    """

    def __init__(
        self, *, osc: str | None = None, allow: Sequence[str] = (), face_out: str | None = None
    ) -> None:
        networks = read_networks(allow)
        target = read_endpoint("--face-out", face_out) if face_out else None
        self._osc: OscIn | None = None
        self._feedback: Feedback | None = None
        self._face_out = FaceOut(target) if target else None
        if osc is None:
            try:
                self._osc = OscIn(Endpoint(LOOPBACK, OSC_PORT), networks)
            except ControlError as error:
                logger.warning("%s; this show goes on without OSC", error)
        elif osc != OFF:
            where = read_endpoint("--osc", osc, host=LOOPBACK, port=OSC_PORT)
            self._osc = OscIn(where, networks)
        if allow and (self._osc is None or self._osc.where.is_loopback):
            self.close()
            raise ControlError(
                "--osc-allow lets other machines in, but OSC listens to this one only;"
                " add --osc 0.0.0.0"
            )

    def __exit__(self, *_: object) -> None:
        self.close()

    def play(self, performance: Performance) -> None:
        """Play a performance, and tell how it goes."""
        if self._osc:
            self._play_osc(self._osc, performance)
        if self._face_out:
            performance.watch(self._face_out.see)
            self._face_out.play(performance.health)

    def lines(self) -> list[str]:
        """How it goes, for the figures."""
        received, refused = self._osc.counts if self._osc else (0, 0)
        return [f"osc {received} messages, {refused} refused"] if received else []

    def close(self) -> None:
        """End all of them. May be called twice."""
        for one in (self._osc, self._feedback, self._face_out):
            if one:
                one.close()

    def _play_osc(self, osc: OscIn, performance: Performance) -> None:
        senders = Senders()
        port = osc.where.port + 1
        gauges = Gauges(performance, lambda: osc.counts)
        feedback = self._feedback = Feedback(performance.values, senders, port, gauges)

        def answer(sender: str) -> None:
            feedback.answer(sender, f"{ROOT}/pong", version("livegan"))

        feedback.start()
        osc.play(performance.values, senders, answer, performance.health)
        logger.info("osc        %s, %s; answers go to port %d", osc.where, _who(osc), port)


def _who(osc: OscIn) -> str:
    if osc.where.is_loopback:
        return "for this machine only (--osc 0.0.0.0 lets others play)"
    return "for the network" + ("" if osc.is_choosy else " (--osc-allow 192.168.1.0/24 narrows it)")
