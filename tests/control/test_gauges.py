"""What a performance says of itself."""

from __future__ import annotations

import threading
import time

from fakes import PRESET, FakeSink, FakeSource, fake_look

from livegan.control.gauges import Gauges
from livegan.parameters import TABLE, LiveValues
from livegan.performance import Performance


def test_every_measured_parameter_is_read_and_taken() -> None:
    gate, sink = threading.Semaphore(3), FakeSink()
    performance = Performance(
        PRESET,
        open_source=lambda: FakeSource([5] * 10, gate),
        open_sink=lambda spec, size, fps: sink,
        sinks=["null"],
        make_look=lambda preset: fake_look(),
    )
    with performance:
        assert sink.wait_for(lambda frames: frames[-1:] != [] and frames[-1].index == 2)
        gauges = Gauges(performance, lambda: (12, 3)).read(time.monotonic())
        performance.health.report("source", "lost", "unplugged")
        trouble = Gauges(performance, lambda: (0, 0)).read(time.monotonic())
    assert set(gauges) == {
        name
        for name, row in TABLE.items()
        if row.read_only and row.group in ("system", "clock")
    }
    assert gauges["system.face_found"] is True
    assert gauges["system.osc_received"] == 12 and gauges["system.osc_refused"] == 3
    assert gauges["system.health"] == "ok"
    assert trouble["system.health"] == "source lost: unplugged"
    live = LiveValues()
    live.measured(gauges)
    assert live.snapshot().number("system.latency") == gauges["system.latency"]
