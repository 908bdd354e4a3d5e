"""A whole performance out of fakes: what reaches the sinks, and what a fault does not stop."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from fakes import (
    PRESET,
    FakeConditioner,
    FakeGenerator,
    FakeSink,
    FakeSource,
    fake_look,
    levels,
    picture,
)

from livegan.errors import SinkError, SinkLost, SourceError, SourceLost
from livegan.frames import Image
from livegan.look import Look
from livegan.performance import CLOSE_WITHIN_S, Performance
from livegan.presets import Preset

RESTING = 99
Script = list[int | Exception]


def make(
    sources: list[FakeSource] | FakeSource,
    sinks: dict[str, list[FakeSink]],
    make_look: Callable[[Preset], Look] | None = None,
) -> Performance:
    """A performance whose sources and sinks are opened one after the other."""
    waiting = iter(sources if isinstance(sources, list) else [sources])
    openings = {spec: iter(opened) for spec, opened in sinks.items()}

    def open_sink(spec: str, *, size: tuple[int, int], fps: float) -> FakeSink:
        return next(openings[spec])

    return Performance(
        PRESET,
        open_source=lambda: next(waiting),
        open_sink=open_sink,
        sinks=list(sinks),
        make_look=make_look or (lambda preset: fake_look()),
    )


def endless(value: int) -> FakeSource:
    """A source of one grey level that never ends, at about 200 frames a second."""
    gate = threading.Semaphore(0)
    source = FakeSource(itertools.repeat(value), gate)

    def feed() -> None:
        while not source.closed:
            gate.release()
            time.sleep(0.005)

    threading.Thread(target=feed, daemon=True).start()
    return source


def test_the_last_frame_of_a_source_is_shown_and_then_it_ends() -> None:
    source, sink = FakeSource([1, 2, 3]), FakeSink()
    with make(source, {"null": [sink]}) as performance:
        performance.wait(seconds=10)
    assert levels(sink.frames)[-1] == 3
    assert sink.closed and source.closed


def test_the_puppet_rests_before_the_first_frame_and_wakes_with_it() -> None:
    gate = threading.Semaphore(0)
    sink = FakeSink()
    with make(FakeSource([5, 5, 5], gate), {"null": [sink]}):
        assert sink.wait_for(lambda frames: RESTING in levels(frames))
        gate.release()
        assert sink.wait_for(lambda frames: 5 in levels(frames))


def test_the_puppet_rests_while_the_source_gives_nothing() -> None:
    gate = threading.Semaphore(1)
    sink = FakeSink()
    with make(FakeSource([5, 5], gate), {"null": [sink]}):
        assert sink.wait_for(lambda frames: 5 in levels(frames))
        assert sink.wait_for(lambda frames: levels(frames)[-1] == RESTING)


def test_a_lost_source_is_opened_again() -> None:
    sink = FakeSink()
    first = FakeSource([1, SourceLost("unplugged")])
    with make([first, endless(2)], {"null": [sink]}) as performance:
        assert sink.wait_for(lambda frames: 2 in levels(frames))
        states = {health.name: health.state for health in performance.health.all()}
    assert first.closed
    assert states["source"] == "ok"


def test_a_lost_source_is_told_on_the_hud() -> None:
    gone = FakeSource([SourceLost("the camera was unplugged")])
    sink = FakeSink()
    with make([gone], {"null": [sink]}) as performance:
        assert sink.wait_for(lambda frames: len(frames) > 3)
        assert any("the camera was unplugged" in line for line in performance.hud())


def test_a_generator_that_fails_holds_the_last_picture_and_tries_again() -> None:
    def paint(image: Image) -> Image:
        if image[0, -1, 0] == 2:
            raise RuntimeError("out of memory")
        return image.copy()

    gate = threading.Semaphore(1)
    sink = FakeSink()
    look = fake_look(generator=FakeGenerator(paint))
    with make(FakeSource([1, 2, 3], gate), {"null": [sink]}, lambda _: look) as performance:
        assert sink.wait_for(lambda frames: 1 in levels(frames))
        gate.release()
        shown = len(sink.frames)
        assert sink.wait_for(
            lambda frames: len(frames) > shown
            and any("out of memory" in line for line in performance.hud())
        )
        assert levels(sink.frames)[-1] == 1
        gate.release()
        assert sink.wait_for(lambda frames: 3 in levels(frames))
    totals = performance.statistics.totals()
    assert (totals.frames, totals.dropped) == (2, 1), "a picture that stands is no frame shown"


def test_a_lost_sink_is_opened_again_and_its_neighbour_never_notices() -> None:
    broken, again = FakeSink({2: SinkLost("no room")}), FakeSink()
    neighbour = FakeSink()
    sinks = {"null": [neighbour], "virtual-camera": [broken, again]}
    with make(endless(1), sinks):
        assert again.wait_for(lambda frames: len(frames) > 2)
        assert neighbour.wait_for(lambda frames: len(frames) > len(broken.frames))
    assert broken.closed and again.closed


def test_a_sink_that_breaks_unforeseen_is_opened_again_too() -> None:
    broken, again = FakeSink({1: RuntimeError("driver")}), FakeSink()
    with make(endless(1), {"null": [broken, again]}):
        assert again.wait_for(lambda frames: len(frames) > 2)


@pytest.mark.parametrize("seconds", [None, 30.0])
def test_a_source_that_cannot_be_opened_ends_the_performance_at_once(
    seconds: float | None,
) -> None:
    def open_source() -> FakeSource:
        raise SourceError("no camera is called 'x'")

    performance = Performance(
        PRESET,
        open_source=open_source,
        open_sink=lambda spec, size, fps: FakeSink(),
        sinks=["null"],
        make_look=lambda preset: fake_look(),
    )
    with performance, pytest.raises(SourceError, match="no camera"):
        performance.wait(seconds)


def test_a_sink_that_cannot_be_opened_ends_the_performance() -> None:
    def open_sink(spec: str, *, size: tuple[int, int], fps: float) -> FakeSink:
        raise SinkError("no such folder")

    performance = Performance(
        PRESET,
        open_source=lambda: endless(1),
        open_sink=open_sink,
        sinks=["x.mp4"],
        make_look=lambda preset: fake_look(),
    )
    with performance, pytest.raises(SinkError, match="no such folder"):
        performance.wait(30)


def test_it_ends_soon_though_the_source_is_blocked() -> None:
    with make(FakeSource([1], threading.Semaphore(0)), {"null": [FakeSink()]}) as performance:
        performance.request_stop()
        performance.wait()
        began_s = time.monotonic()
    assert CLOSE_WITHIN_S < 2
    assert time.monotonic() - began_s < 20  # a slow day's, where for ever is the fault


def test_it_ends_though_its_source_hangs_as_it_is_closed() -> None:
    class Stuck(FakeSource):
        def close(self) -> None:
            released.wait()
            super().close()

    released, sink = threading.Event(), FakeSink()
    source = Stuck([1, 1], threading.Semaphore(1))
    with make(source, {"null": [sink]}) as performance:
        assert sink.wait_for(lambda frames: 1 in levels(frames))
        ending = threading.Thread(target=performance.close)
        ending.start()
        ending.join(10)
        hangs = ending.is_alive()
        released.set()
    assert not hangs


def test_everything_is_closed_at_the_end() -> None:
    conditioner, generator = FakeConditioner(), FakeGenerator()
    sink = FakeSink()
    look = fake_look(generator=generator, conditioner=conditioner)
    with make(endless(1), {"null": [sink]}, lambda _: look):
        assert sink.wait_for(lambda frames: len(frames) > 2)
    assert conditioner.closed and generator.closed and sink.closed


def test_blackout_mirror_and_freeze_reach_the_sink() -> None:
    sink = FakeSink()
    with make(endless(1), {"null": [sink]}) as performance:
        assert sink.wait_for(lambda frames: 1 in levels(frames))
        performance.values.update({"output.mirror": True})
        mirrored = picture(1)[:, ::-1]
        assert sink.wait_for(lambda frames: np.array_equal(frames[-1].image, mirrored))
        assert sink.frames[-1].image.flags.c_contiguous
        performance.values.update({"output.blackout": True})
        assert sink.wait_for(lambda frames: levels(frames)[-1] == 0)


def test_freeze_holds_the_picture_and_gives_it_back() -> None:
    gate = threading.Semaphore(1)
    sink = FakeSink()
    with make(FakeSource([1, 2, 3], gate), {"null": [sink]}) as performance:
        assert sink.wait_for(lambda frames: 1 in levels(frames))
        performance.values.update({"output.freeze": True})
        held = levels(sink.frames)[-1]
        gate.release()
        assert sink.wait_for(lambda frames: frames[-1].index == 1)
        assert levels(sink.frames)[-1] in (held, 2)  # 2 where it was painted before the freeze
        performance.values.update({"output.freeze": False})
        gate.release()
        assert sink.wait_for(lambda frames: 3 in levels(frames))


def test_every_sink_knows_the_age_of_what_it_shows() -> None:
    sinks = {"null": [FakeSink()], "virtual-camera": [FakeSink()]}
    with make(endless(1), sinks) as performance:
        for opened in sinks.values():
            assert opened[0].wait_for(lambda frames: len(frames) > 5)
        hud = "\n".join(performance.hud())
    assert "capture to shown" in hud
    assert "virtual-camera" in hud
    assert performance.statistics.totals().latency.max_ms > 0


def test_the_next_preset_takes_over_between_two_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make_look(preset: Preset) -> Look:
        if preset.name == "fake":
            return fake_look("fake", conditioner=old)
        return fake_look(
            preset.name,
            FakeGenerator(lambda image: image + np.uint8(100)),
        )

    old = FakeConditioner()
    monkeypatch.setattr("livegan.preset_names.list_presets", lambda: ["fake", "other"])
    monkeypatch.setattr(
        "livegan.repertoire.read_preset",
        lambda name: Preset(name, name, values={"face_mesh.line_width": 3.0}),
    )
    sink = FakeSink()
    with make(endless(1), {"null": [sink]}, make_look) as performance:
        assert sink.wait_for(lambda frames: 1 in levels(frames))
        performance.values.update({"source.zoom": 2.0})
        performance.values.update({"preset.next": True})
        assert sink.wait_for(lambda frames: levels(frames)[-1] == 101)
        values = performance.values.snapshot()
    assert values.number("face_mesh.line_width") == 3.0
    assert values.number("source.zoom") == 2.0, "the camera's crop is no matter of the look"


def test_a_preset_that_cannot_be_loaded_leaves_the_present_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("livegan.preset_names.list_presets", lambda: ["fake", "gone"])
    sink = FakeSink()
    with make(endless(1), {"null": [sink]}) as performance:
        assert sink.wait_for(lambda frames: 1 in levels(frames))
        performance.values.update({"preset.next": True})
        deadline_s = time.monotonic() + 10
        while time.monotonic() < deadline_s and not any("gone" in s for s in performance.hud()):
            time.sleep(0.01)
        assert any("gone" in line for line in performance.hud())
        shown = len(sink.frames)
        assert sink.wait_for(lambda frames: len(frames) > shown + 2)
        assert levels(sink.frames)[-1] == 1


def test_a_sink_can_join_and_leave_while_it_plays() -> None:
    recording = FakeSink()
    main = FakeSink()
    performance = Performance(
        PRESET,
        open_source=lambda: endless(1),
        open_sink=lambda spec, size, fps: {"null": main, "take.mp4": recording}[spec],
        sinks=["null"],
        make_look=lambda preset: fake_look(),
    )
    with performance:
        assert main.wait_for(lambda frames: len(frames) > 2)
        performance.sinks.add("take.mp4")
        assert recording.wait_for(lambda frames: len(frames) > 2)
        performance.sinks.remove("take.mp4")
        shown = len(main.frames)
        assert main.wait_for(lambda frames: len(frames) > shown + 5)
        assert performance.sinks.specs() == ["null"]
    assert recording.closed
