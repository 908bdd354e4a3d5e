"""How long a message by OSC takes to the first picture that it changes.

    pytest -s tests/devices/osc_to_picture.py

Plain `pytest` leaves this out, because its name is not that of a test: it takes a minute, and its
figures mean something only on a machine that does nothing else.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from control_ports import HOST, free_pair, udp
from osc_messages import message

from livegan.control.opening import Controls
from livegan.frames import Frame, Image
from livegan.look import open_look
from livegan.options import DEFAULT_PRESET
from livegan.performance import Performance
from livegan.presets import read_preset
from livegan.sinks.null import NullSink
from livegan.sources.opening import bundled_clip, source_factory

TIMES = 200
PERIOD_MS, MOST_BESIDE_MS = 1e3 / 30, 5.0
"""Of the bundled clip."""


class Gallery(NullSink):
    """Says when a picture came that is black, or is not any more."""

    def __init__(self) -> None:
        super().__init__()
        self.turned = threading.Condition()
        self.turned_s = 0.0
        self.black = False

    def show(self, frame: Frame) -> None:
        super().show(frame)
        black = is_black(frame.image)
        with self.turned:
            if black != self.black:
                self.black, self.turned_s = black, time.monotonic()
                self.turned.notify()


def is_black(picture: Image) -> bool:
    """Whether nothing is to be seen."""
    return not picture[::8, ::8].any()


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Gallery, int]]:
    """A puppet that plays, where it is shown, and the port where it hears."""
    port, gallery = free_pair(), Gallery()
    performance = Performance(
        read_preset(DEFAULT_PRESET),
        open_source=source_factory(str(bundled_clip())),
        open_sink=lambda spec, *, size, fps: gallery,
        sinks=["null"],
        make_look=open_look,
    )
    with Controls(osc=str(port)) as controls, performance:
        controls.play(performance)
        while performance.ready_at_s is None:
            time.sleep(0.1)
        time.sleep(2)
        yield gallery, port


def test_a_blackout_is_seen_within_a_frame(stage: tuple[Gallery, int]) -> None:
    gallery, port = stage
    chance, took_ms = random.Random(1), []
    with udp() as sender:
        for _ in range(TIMES):
            time.sleep(chance.uniform(0.1, 0.2))
            wanted = not gallery.black
            sent_s = time.monotonic()
            sender.sendto(message("/livegan/output/blackout", float(wanted)), (HOST, port))
            with gallery.turned:
                assert gallery.turned.wait_for(lambda: gallery.black == wanted, 5)  # noqa: B023
                took_ms.append((gallery.turned_s - sent_s) * 1e3)
    p50_ms, p95_ms, most_ms = np.percentile(took_ms, [50, 95, 100])
    print(f"\nOSC to picture: p50 {p50_ms:.1f}, p95 {p95_ms:.1f}, most {most_ms:.1f} ms")
    assert p95_ms < PERIOD_MS + MOST_BESIDE_MS
