"""The camera, on a device that does as it is told."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sources.helpers import FakeCapture, camera, granting, grey

from livegan.errors import SourceError, SourceLost
from livegan.sources.camera import Camera, open_first_camera
from livegan.sources.camera_names import CameraInfo
from livegan.sources.capture import Capture, Request

HD = Request((720, 1280), 30.0)


class Stage:
    """Makes captures and cameras whose threads end with the test."""

    def __init__(self) -> None:
        self._captures: list[FakeCapture] = []
        self._sources: list[Camera] = []

    def capture(
        self,
        answers: Iterable[NDArray[Any] | None | Exception] = (),
        granted: Mapping[int, float] | None = None,
        opened: bool = True,
    ) -> FakeCapture:
        self._captures.append(FakeCapture(answers, granted, opened))
        return self._captures[-1]

    def camera(self, capture: FakeCapture, request: Request = HD, **options: Any) -> Camera:
        self._sources.append(Camera(camera(), request, opener=capture, **options))
        return self._sources[-1]

    def clear(self) -> None:
        for capture in self._captures:
            capture.unblock.set()
        for source in self._sources:
            source.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.clear()


def levels(*values: int) -> list[NDArray[Any]]:
    return [grey(value) for value in values]


def test_only_the_newest_frame_is_handed_over(stage: Stage) -> None:
    capture = stage.capture(levels(0, 1, 2, 3, 4), granting(30))
    source = stage.camera(capture, stall_s=0.05)
    assert capture.exhausted.wait(10)
    frame = source.read()
    assert (int(frame.image[0, 0, 0]), frame.index) == (4, 4)


def test_a_frame_is_stamped_as_the_device_hands_it_over(stage: Stage) -> None:
    times = itertools.count(10.0, 10.0)
    capture = stage.capture(levels(0, 1, 2), granting(30))
    source = stage.camera(capture, now_s=lambda: next(times))
    assert capture.exhausted.wait(10)
    assert source.read().captured_at_s == 30.0


def test_a_camera_that_stops_is_lost_though_its_driver_hangs(stage: Stage) -> None:
    capture = stage.capture(levels(0), granting(30))
    source = stage.camera(capture, stall_s=0.05)
    source.read()
    with pytest.raises(SourceLost, match=r"camera:0 'HD Webcam' gave no frame for 0\.05 s"):
        source.read()


def test_a_frame_that_fails_now_and_then_is_no_loss(stage: Stage) -> None:
    capture = stage.capture([None, grey(0), None, None, grey(1)], granting(30))
    source = stage.camera(capture)
    assert capture.exhausted.wait(10)
    assert source.read().index == 1


def test_an_error_of_opencv_is_a_loss(stage: Stage) -> None:
    source = stage.camera(stage.capture([grey(0), cv2.error("boom")], granting(30)))
    source.read()
    with pytest.raises(SourceLost):
        source.read()


def test_a_row_of_bytes_becomes_a_picture_where_the_format_is_known(stage: Stage) -> None:
    picture = np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3)
    granted = granting(30, "BGR3") | {cv2.CAP_PROP_FRAME_WIDTH: 64, cv2.CAP_PROP_FRAME_HEIGHT: 48}
    source = stage.camera(stage.capture([picture.reshape(1, -1)], granted))
    np.testing.assert_array_equal(source.read().image, picture)
    assert "64x48" in source.description


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (np.zeros((1, 921600), np.uint8), r"gives uint8 \(1, 921600\), wanted uint8 \(H, W, 3\)"),
        (np.zeros((48, 64, 2), np.uint8), r"gives uint8 \(48, 64, 2\)"),
        (np.zeros((48, 64, 3), np.uint16), r"gives uint16"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_shape(
    stage: Stage, odd: NDArray[Any], told: str
) -> None:
    with pytest.raises(SourceError, match=told):
        stage.camera(stage.capture([odd], granting(30, "YUYV")), opening_s=0.1)


def test_a_camera_that_gives_nothing_is_refused_in_time(stage: Stage) -> None:
    with pytest.raises(SourceError, match=r"gave no picture within 0\.05 s"):
        stage.camera(stage.capture(), opening_s=0.05)


def test_a_camera_that_hangs_is_not_opened_beside_itself(stage: Stage) -> None:
    hanging, later = stage.capture(), stage.capture(levels(7), granting(30))
    openings: list[str] = []

    def opener(which: CameraInfo, request: Request) -> Capture:
        openings.append(which.name)
        return hanging if len(openings) == 1 else later

    for told in ("gave no picture", "still hangs in its driver", "still hangs in its driver"):
        with pytest.raises(SourceError, match=told):
            Camera(camera(), HD, opening_s=0.05, opener=opener)
    assert len(openings) == 1
    hanging.unblock.set()
    with Camera(camera(), HD, opener=opener) as source:
        assert int(source.read().image[0, 0, 0]) == 7
        later.unblock.set()


def test_a_camera_that_cannot_be_opened_names_a_cure(stage: Stage) -> None:
    with pytest.raises(SourceError, match=r"camera:0 'HD Webcam' cannot be opened; close other"):
        stage.camera(stage.capture(opened=False))


def test_it_says_what_was_granted_and_asked_only_where_that_differs(stage: Stage) -> None:
    asked = Request((48, 64), 30)
    same = stage.camera(stage.capture(levels(0), granting(30)), asked)
    assert same.description == "camera:0 'HD Webcam' 64x48 at 30 fps MJPG"
    less = stage.camera(stage.capture(levels(0), granting(15, "YUYV")))
    assert less.description == ("camera:0 'HD Webcam' 64x48 at 15 fps YUYV (asked 1280x720 at 30)")
    silent = stage.camera(stage.capture(levels(0)), asked)
    assert silent.description == (
        "camera:0 'HD Webcam' 64x48 at an unknown rate (asked 64x48 at 30)"
    )


class Ticking:
    """A clock that goes on by the same step at each look."""

    def __init__(self, step_s: float) -> None:
        self._time_s, self._step_s = 0.0, step_s

    def __call__(self) -> float:
        self._time_s += self._step_s
        return self._time_s


@pytest.mark.parametrize(("fps", "told"), [(10.0, 1), (29.0, 0)])
def test_a_camera_slower_than_it_promised_is_told_once(
    stage: Stage, caplog: pytest.LogCaptureFixture, fps: float, told: int
) -> None:
    capture = stage.capture(levels(*range(130)), granting(30))
    with caplog.at_level(logging.WARNING, "livegan"):
        stage.camera(capture, now_s=Ticking(1 / fps))
        assert capture.exhausted.wait(10)
    assert len(caplog.records) == told
    if told:
        assert "promised 30 frames a second and gives 10.0" in caplog.text


def test_the_device_is_released_by_the_thread_that_reads_it(stage: Stage) -> None:
    capture = stage.capture(levels(0), granting(30))
    source = stage.camera(capture)
    assert capture.exhausted.wait(10)
    capture.unblock.set()
    source.close()
    assert capture.released_by == "camera:0"


def test_the_first_camera_that_gives_a_picture_is_taken(stage: Stage) -> None:
    refusing, good = stage.capture(opened=False), stage.capture(levels(5), granting(30))
    captures = {0: stage.capture(levels(1), granting(30)), 1: refusing, 2: good}

    def opener(which: CameraInfo, request: Request) -> Capture:
        return captures[which.index]

    cameras = [camera(0, "OBS Virtual Camera"), camera(1, "Busy"), camera(2, "Free")]
    source = open_first_camera(cameras=cameras, opener=opener)
    assert source.name == "camera:2"
    assert int(source.read().image[0, 0, 0]) == 5


def test_without_a_camera_that_gives_a_picture_it_says_why(stage: Stage) -> None:
    cameras = [camera(0, "OBS Virtual Camera"), camera(1, "Busy")]
    with pytest.raises(SourceError, match="camera:1 'Busy' cannot be opened"):
        open_first_camera(cameras=cameras, opener=stage.capture(opened=False))
    with pytest.raises(SourceError, match=r"by itself: there are camera:0 'OBS Virtual Camera'"):
        open_first_camera(cameras=cameras[:1], opener=stage.capture())
