"""Sinks that join, are full, and leave; and what is told of their recordings."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from fakes import PRESET, FakeSink, FakeSource, fake_look

import livegan.performance
import livegan.sink_rack
from livegan.errors import SinkError, SinkFull, SinkLost
from livegan.performance import Performance


class FakeFilm(FakeSink):
    """A recording without a file."""

    dropped = 2

    def __init__(self, name: str, faults: dict[int, Exception] | None = None) -> None:
        super().__init__(faults)
        self.name, self.path = name, Path(name)

    @property
    def written(self) -> int:
        return len(self.frames)


class Hall:
    """A performance that never ends by itself, whose sinks are handed over one by one."""

    def __init__(self, sinks: Mapping[str, Sequence[FakeSink]]) -> None:
        self.opened: list[str] = []
        self.gate = threading.Semaphore(1)
        self._sinks = {name: iter(queue) for name, queue in sinks.items()}
        self.performance = Performance(
            PRESET,
            open_source=lambda: FakeSource(itertools.repeat(1), self.gate),
            open_sink=self._open,
            sinks=list(sinks),
            make_look=lambda preset: fake_look(),
        )

    def _open(self, spec: str, *, size: tuple[int, int], fps: float) -> FakeSink:
        self.opened.append(spec)
        return next(self._sinks[spec])

    def play_until(self, sink: FakeSink, wanted: Callable[[int], bool]) -> bool:
        """Let it rest, which paints too, until so many frames were shown."""
        return sink.wait_for(lambda frames: wanted(len(frames)))


def test_a_full_disk_is_not_tried_again_and_its_neighbour_plays_on() -> None:
    full, main = FakeFilm("take.mp4", {3: SinkFull("no space left")}), FakeSink()
    hall = Hall({"null": [main], "take": [full]})
    with hall.performance as performance:
        assert hall.play_until(main, lambda count: count > 20)
        assert performance.sinks.specs() == ["null"]
        assert not performance.sinks.none_left
        assert any("no space left" in line for line in performance.hud())
    assert hall.opened.count("take") == 1
    assert full.closed
    assert performance.sinks.film_lost


def test_it_ends_when_the_only_sink_is_full() -> None:
    full = FakeFilm("take.mp4", {3: SinkFull("no space left")})
    hall = Hall({"take": [full]})
    glances = itertools.count()

    def tick() -> None:
        assert next(glances) < 50, "it plays on into nothing"

    with hall.performance as performance:
        performance.wait(tick=tick)
        assert performance.sinks.none_left
    assert performance.sinks.film_lost
    assert full.written == 3


def test_a_lost_recording_goes_on_in_another_and_is_not_forgotten() -> None:
    first, second = FakeFilm("take.mp4", {3: SinkLost("torn")}), FakeFilm("take-2.mp4")
    hall = Hall({"take": [first, second]})
    with hall.performance as performance:
        assert hall.play_until(second, lambda count: count > 2)
        recorded_s = performance.sinks.recorded_s(time.monotonic() + 60)
        assert recorded_s is not None and 60 < recorded_s < 70
    assert performance.sinks.recorded_s(time.monotonic()) is None
    assert hall.opened == ["take", "take"]
    assert performance.sinks.film_lost


def test_a_whole_recording_and_a_lost_device_are_no_lost_film() -> None:
    film, camera, again = FakeFilm("take.mp4"), FakeSink({1: SinkLost("gone")}), FakeSink()
    hall = Hall({"take": [film], "camera": [camera, again]})
    with hall.performance as performance:
        assert hall.play_until(again, lambda count: count > 2)
        performance.sinks.remove("take")
    assert film.closed
    assert not performance.sinks.film_lost


def test_each_recording_is_told_at_its_beginning_and_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    film = FakeFilm("take-2.mp4")
    hall = Hall({"take.mp4": [film]})
    with caplog.at_level(logging.INFO, "livegan"), hall.performance:
        assert hall.play_until(film, lambda count: count > 2)
    told = [record.message for record in caplog.records]
    assert "sink       take-2.mp4; take.mp4 is kept" in told
    (end,) = [line for line in told if line.startswith("recorded")]
    assert end.startswith(f"recorded   take-2.mp4, {film.written} frames, ")
    dropped = int(end.split()[-2])
    assert dropped >= film.dropped and end.endswith(" dropped")


def test_a_sink_that_is_there_is_not_added_twice() -> None:
    main = FakeSink()
    with Hall({"null": [main]}).performance as performance:
        with pytest.raises(SinkError, match="null is there already"):
            performance.sinks.add("null")
        assert main.wait_for(lambda frames: len(frames) > 2)


class SlowFilm(FakeFilm):
    """A recording that is finished only when it is allowed to be."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.allowed = threading.Event()
        self.whole = False

    def close(self) -> None:
        self.allowed.wait()
        self.whole = True
        super().close()


def test_a_recording_is_waited_for_when_devices_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livegan.performance, "CLOSE_WITHIN_S", 0.1)
    film = SlowFilm("take.mp4")
    hall = Hall({"take": [film]})
    with hall.performance as performance:
        assert hall.play_until(film, lambda frames: frames > 2)
        threading.Timer(0.5, film.allowed.set).start()
    assert film.whole
    assert not performance.sinks.film_lost


def test_a_recording_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livegan.performance, "CLOSE_WITHIN_S", 0.1)
    monkeypatch.setattr(livegan.sink_rack, "FILM_WITHIN_S", 0.1)
    film = SlowFilm("take.mp4")
    hall = Hall({"take": [film]})
    with hall.performance as performance:
        assert hall.play_until(film, lambda frames: frames > 2)
    assert performance.sinks.film_lost
    film.allowed.set()
