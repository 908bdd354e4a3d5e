"""What every source owes, asked of each in the same words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from sources.helpers import FakeCapture, FakeClock, camera, granting, grey, write_clip

from livegan.errors import SourceEnded, SourceLost
from livegan.sources.camera import Camera
from livegan.sources.clip import Clip
from livegan.sources.pattern import Pattern
from livegan.sources.pictures import Pictures
from livegan.sources.playback import Clock, SystemClock
from livegan.sources.source import Source

COUNT = 4

Recorded = Callable[[bool, Clock], Source]


@pytest.fixture(params=["clip", "folder", "picture", "pattern"])
def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> Recorded:
    """Opens a source that needs no device; it has 4 frames and a second between any two."""
    kind = request.param
    if kind == "clip":
        path = write_clip(tmp_path / "clip.mp4", COUNT, fps=1)
        return lambda live, clock: Clip(path, live=live, clock=clock)
    if kind == "pattern":
        return lambda live, clock: Pattern(fps=1, live=live, frames=COUNT, clock=clock)
    for number in range(COUNT if kind == "folder" else 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), grey(number))
    path = tmp_path if kind == "folder" else tmp_path / "0.png"
    return lambda live, clock: Pictures(path, fps=1, live=live, clock=clock)


@pytest.fixture
def fake() -> Iterator[FakeCapture]:
    capture = FakeCapture((grey(level) for level in range(COUNT)), granting(30))
    yield capture
    capture.unblock.set()


def frames_until_the_end(source: Source) -> list[int]:
    indices = []
    with pytest.raises(SourceEnded):
        while True:
            indices.append(source.read().index)
    return indices


def test_a_rendering_reads_every_frame_once_without_waiting_and_ends(recorded: Recorded) -> None:
    clock = FakeClock()
    source = recorded(False, clock)
    indices = frames_until_the_end(source)
    assert indices == list(range(len(indices)))
    assert len(indices) == (1 if source.name == "0.png" else COUNT)
    assert clock.waits_s == []
    with pytest.raises(SourceEnded):  # and stays ended
        source.read()


def test_on_stage_frames_come_at_their_rate_for_ever(recorded: Recorded) -> None:
    clock = FakeClock()
    source = recorded(True, clock)
    began_s = clock.time_s
    frames = [source.read() for _ in range(3 * COUNT)]
    assert [frame.index for frame in frames] == list(range(3 * COUNT))
    stamps = [frame.captured_at_s - began_s for frame in frames]
    assert stamps == pytest.approx(range(3 * COUNT))


def test_who_reads_late_gets_the_frame_that_is_due(recorded: Recorded) -> None:
    clock = FakeClock()
    source = recorded(True, clock)
    assert source.read().index == 0
    clock.time_s += 0.5 + 0.25
    assert source.read().index == 1
    clock.time_s += 1.75  # its successor's moment is past
    assert source.read().index == 2


def test_a_frame_is_whole(recorded: Recorded) -> None:
    frame = recorded(False, FakeClock()).read()
    assert frame.image.dtype == np.uint8
    assert frame.image.ndim == 3 and frame.image.shape[2] == 3
    assert frame.image.flags.c_contiguous


def test_it_says_what_it_is_in_one_line(recorded: Recorded) -> None:
    source = recorded(True, FakeClock())
    assert source.description.startswith(source.name)
    assert "1 fps" in source.description
    assert "\n" not in source.description


class WatchedClock(SystemClock):
    """Says when somebody waits in earnest."""

    def __init__(self) -> None:
        self.waiting = threading.Event()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        if timeout_s > 0:
            self.waiting.set()
        return super().wait(event, timeout_s)


def what_read_raises_when_closed(source: Source, blocked: threading.Event) -> Exception | None:
    raised: list[Exception] = []

    def read_on() -> None:
        try:
            while True:
                source.read()
        except Exception as error:
            raised.append(error)

    reader = threading.Thread(target=read_on, daemon=True)
    reader.start()
    assert blocked.wait(10)
    source.close()
    reader.join(10)
    return raised[0] if raised else None


def test_closing_ends_a_read_under_way(recorded: Recorded) -> None:
    clock = WatchedClock()
    source = recorded(True, clock)
    assert isinstance(what_read_raises_when_closed(source, clock.waiting), SourceLost)


def test_closing_a_camera_ends_a_read_under_way(fake: FakeCapture) -> None:
    source = Camera(camera(), stall_s=60, opener=fake)
    assert isinstance(what_read_raises_when_closed(source, fake.exhausted), SourceLost)


def test_it_may_be_closed_twice_and_gives_nothing_afterwards(recorded: Recorded) -> None:
    source = recorded(False, FakeClock())
    source.close()
    source.close()
    with pytest.raises(SourceLost):
        source.read()


def test_a_camera_may_be_closed_twice_and_gives_nothing_afterwards(fake: FakeCapture) -> None:
    source = Camera(camera(), opener=fake)
    assert fake.exhausted.wait(10)
    source.read()
    source.close()
    source.close()
    with pytest.raises(SourceLost):
        source.read()
