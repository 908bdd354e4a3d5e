"""What the looks of a show share of whom the camera sees: what finds the face, and its neutral."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np

from livegan.conditioners.face_detector import FaceDetector
from livegan.face_topology import Landmarks
from livegan.frames import Image
from livegan.puppetry.neutral import Neutral

_GLANCE = np.s_[::37, ::41]


class Finder(Protocol):
    """Finds one face and follows it from picture to picture."""

    def find(self, image: Image) -> Landmarks | None:
        """(478, 3) float32 in pixels of `image`, or None; see `FaceDetector`."""

    def close(self) -> None:
        """Give the models back. May be called twice."""


class Performer:
    """One for a show. A look that is loaded takes the performer over as the others know him.

    A detector is shared by all looks whose drawings have one shape, and given back with the last of
    them: to make one takes 30 ms and 20 MiB. While two looks are mixed each picture is looked at
    once, not twice: 3 ms at 480 lines.

    Args:
        open_detector: opens what finds faces.
    """

    def __init__(self, open_detector: Callable[[], Finder] = FaceDetector) -> None:
        self.neutral = Neutral()
        """In parts of the square that the performer is seen in: looks are of different sizes."""
        self._open = open_detector
        self._lock = threading.Lock()
        self._shared: dict[float, _Shared] = {}

    def detector(self, size: tuple[int, int]) -> Finder:
        """A detector for drawings of this height and width; close it as one's own."""
        shape = size[1] / size[0]
        with self._lock:
            if shape not in self._shared:
                self._shared[shape] = _Shared(self._open())
            shared = self._shared[shape]
            shared.lent += 1
        return _Lent(shared, lambda: self._give_back(shape))

    def _give_back(self, shape: float) -> None:
        with self._lock:
            shared = self._shared[shape]
            shared.lent -= 1
            if not shared.lent:
                del self._shared[shape]
        if not shared.lent:
            shared.detector.close()


class _Shared:
    """A detector, and what it found last."""

    def __init__(self, detector: Finder) -> None:
        self.detector = detector
        self.lent = 0
        self._image: Image | None = None
        self._found: Landmarks | None = None

    def find(self, image: Image) -> Landmarks | None:
        if self.lent < 2:
            return self.detector.find(image)
        if not _same(image, self._image):
            # Not before it was found: an image that failed is looked at again.
            self._found, self._image = self.detector.find(image), image
        return None if self._found is None else self._found.copy()


class _Lent:
    """A detector that somebody else may have too."""

    def __init__(self, shared: _Shared, give_back: Callable[[], None]) -> None:
        self._shared = shared
        self._give_back: Callable[[], None] | None = give_back

    def find(self, image: Image) -> Landmarks | None:
        return self._shared.find(image)

    def close(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back:
            give_back()


def _same(image: Image, other: Image | None) -> bool:
    if other is None or image.shape != other.shape:
        return False
    # Of two frames some pixel of the few differs, so that hardly any is compared whole.
    return np.array_equal(image[_GLANCE], other[_GLANCE]) and np.array_equal(image, other)
