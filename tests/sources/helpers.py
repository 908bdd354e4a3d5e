"""Stand-ins for what the sources' tests must not need: a clock that passes, a camera, a clip."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image
from livegan.sources.camera_names import CameraIdentity, CameraInfo
from livegan.sources.capture import Request

LEVEL_STEP = 8


class FakeClock:
    """A clock on which waiting takes no time: it jumps to the end of the wait."""

    def __init__(self) -> None:
        self.time_s = 100.0
        self.waits_s: list[float] = []

    def now_s(self) -> float:
        return self.time_s

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        if event.is_set():
            return True
        if timeout_s > 0:
            self.waits_s.append(timeout_s)
            self.time_s += timeout_s
        return False


def grey(level: int, size: tuple[int, int] = (48, 64)) -> Image:
    """An even picture."""
    return np.full((*size, 3), level, np.uint8)


def write_clip(
    path: Path,
    count: int,
    *,
    fps: int = 25,
    stamps: Sequence[int] | None = None,
    pictures: Callable[[int], Image] = lambda index: grey(LEVEL_STEP * index),
    rotation: int = 0,
    pixel_ratio: Fraction | None = None,
) -> Path:
    """Write a clip; by default frame number n is an even grey of level 8 n.

    Args:
        stamps: when each frame is shown, in units of 1/fps; by default one after the other.
        rotation: by how much a player must turn it, in degrees against the clock.
        pixel_ratio: width of a pixel to its height.
    """
    with av.open(str(path), "w") as container:
        height, width = pictures(0).shape[:2]
        stream = container.add_stream("libx264", rate=fps, options={"crf": "1", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, fps)
        if pixel_ratio:
            stream.codec_context.sample_aspect_ratio = pixel_ratio
        if rotation:
            stream.set_display_rotation(rotation)
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(pictures(index), format="bgr24")
            frame.pts = stamps[index] if stamps else index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def number_of(image: Image) -> int:
    """Which frame of a clip by `write_clip` this is."""
    return round(float(image.mean()) / LEVEL_STEP)


class FakeCapture:
    """A camera without a device: gives what it was handed, then hangs as a lost one does.

    Args:
        answers: what each read returns: a picture, None for a failed read, or an error to raise.
        granted: properties that the device reports.
        opened: whether the device could be opened.
    """

    def __init__(
        self,
        answers: Iterable[NDArray[Any] | None | Exception] = (),
        granted: Mapping[int, float] | None = None,
        opened: bool = True,
    ) -> None:
        self._answers = iter(answers)
        self._granted = dict(granted or {})
        self._opened = opened
        self.exhausted = threading.Event()
        self.unblock = threading.Event()
        self.released_by: str | None = None

    def __call__(self, camera: CameraInfo, request: Request) -> FakeCapture:
        return self

    def isOpened(self) -> bool:  # noqa: N802
        return self._opened

    def read(self) -> tuple[bool, NDArray[Any] | None]:
        for answer in self._answers:
            if isinstance(answer, Exception):
                raise answer
            return answer is not None, answer
        self.exhausted.set()
        self.unblock.wait()
        raise cv2.error("the test is over")  # which ends the thread that reads

    def get(self, prop: int, /) -> float:
        return self._granted.get(prop, 0.0)

    def release(self) -> None:
        self.released_by = threading.current_thread().name


def granting(fps: float, letters: str = "MJPG") -> dict[int, float]:
    """The properties of a camera that runs at such a rate, in such a format."""
    return {
        cv2.CAP_PROP_FPS: fps,
        cv2.CAP_PROP_FOURCC: float(int.from_bytes(letters.encode(), "little")),
    }


def camera(
    index: int = 0,
    name: str = "HD Webcam",
    path: str = "port 1",
    twins: tuple[str, ...] = (),
    vid: int | None = 0x046D,
) -> CameraInfo:
    """A camera that is listed."""
    return CameraInfo(index, name, "V4L2", CameraIdentity(name, vid, 0x0825, path, twins))
