"""MediaPipe's face mesh and face boxes, wrapped so that nothing else knows of it.

Version 0.10.21 is the last release that has this face mesh with its models inside the wheel; later
ones need a downloaded model and are reported to send telemetry.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from livegan.errors import UsageError
from livegan.face_topology import COUNT, Landmarks
from livegan.frames import Image

_RECORD = np.dtype(
    [("head", "V2"), ("x_tag", "V1"), ("x", "<f4"), ("y_tag", "V1"), ("y", "<f4"),
     ("z_tag", "V1"), ("z", "<f4")]
)


class FaceDetector:
    """Finds one face and follows it from picture to picture.

    Args:
        still: look for the face anew in each picture, for pictures that are no film.
    """

    def __init__(self, *, still: bool = False) -> None:
        self._has_spoken = False
        with quiet():
            self._mesh: Any = solution("face_mesh").FaceMesh(
                static_image_mode=still, max_num_faces=1, refine_landmarks=True
            )
            # Its threads go on talking until a first picture has gone all the way through.
            self._mesh.process(np.zeros((192, 192, 3), np.uint8))

    def find(self, image: Image) -> Landmarks | None:
        """The landmarks of the face, or None. About 3 ms at 512 on one core.

        Args:
            image: (H, W, 3) uint8 BGR.

        Returns:
            (478, 3) float32 in pixels of `image`.
        """
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        with nullcontext() if self._has_spoken else quiet():
            faces = self._mesh.process(rgb).multi_face_landmarks
        if not faces:
            return None
        self._has_spoken = True
        height, width = image.shape[:2]
        points = _unpack(faces[0].SerializeToString())
        # MediaPipe gives x and z in parts of the width, y in parts of the height.
        return np.asarray(points * np.array([width, height, width], np.float32))

    def close(self) -> None:
        """Give the models back. May be called twice."""
        mesh, self._mesh = self._mesh, None
        if mesh is not None:
            mesh.close()


class FaceBox(NamedTuple):
    """Where a face is, from brow to chin, in pixels, and how sure that is: 0.5 to 1."""

    left: float
    top: float
    width: float
    height: float
    score: float


class FaceBoxes:
    """Finds any number of faces in a picture.

    Both of MediaPipe's detectors look, and of two boxes on one face the surer counts. The one for
    long range finds faces of 7 % of the picture's width and misses some that fill it; the one for
    short range finds those, down to 15 % (tried with 5 performers and 4 portraits).
    """

    def __init__(self) -> None:
        with quiet():
            detection = solution("face_detection")
            self._detectors: list[Any] = [
                detection.FaceDetection(model_selection=model) for model in (0, 1)
            ]
            for detector in self._detectors:
                detector.process(np.zeros((192, 192, 3), np.uint8))

    def find(self, image: Image) -> list[FaceBox]:
        """All faces, the surest first. About 7 ms on one core.

        Args:
            image: (H, W, 3) uint8 BGR.
        """
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        height, width = image.shape[:2]
        seen = []
        for detector in self._detectors:
            for detection in detector.process(rgb).detections or ():
                box = detection.location_data.relative_bounding_box
                seen.append(
                    FaceBox(box.xmin * width, box.ymin * height, box.width * width,
                            box.height * height, float(detection.score[0]))
                )
        return once_each(seen)

    def close(self) -> None:
        """Give the models back. May be called twice."""
        detectors, self._detectors = self._detectors, []
        for detector in detectors:
            detector.close()


def once_each(boxes: list[FaceBox]) -> list[FaceBox]:
    """The surest box of each face, the surest face first.

    Two boxes are one face's if they share more than 40 % of the smaller one: neighbours in a
    crowd share less, and a box for the whole of a face shares all of one for its middle.
    """
    kept: list[FaceBox] = []
    for box in sorted(boxes, key=lambda box: -box.score):
        if all(_shared(box, other) <= 0.4 for other in kept):
            kept.append(box)
    return kept


def _shared(one: FaceBox, other: FaceBox) -> float:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(across, 0.0) * max(down, 0.0) / max(smaller, 1e-9)


def _unpack(message: bytes) -> Landmarks:
    """(478, 3) from a landmark list as protocol buffers write it.

    Reading 1434 floats one by one takes 0.2 ms. As bytes each landmark is a record of one shape:
    tag and length, then x, y and z, each a tag and four bytes.
    """
    records = np.frombuffer(message, _RECORD, count=COUNT)
    return np.stack([records["x"], records["y"], records["z"]], axis=1)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep MediaPipe's own log off the terminal: it writes past Python, and until its first face
    has six lines to say that are meant for its developers."""
    _silence.begin()
    try:
        yield
    finally:
        _silence.end()


class _Silence:
    """Standard error leads nowhere for as long as anybody wants it: while a look plays, another
    thread loads the next one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._kept = -1

    def begin(self) -> None:
        with self._lock:
            if self._wanted == 0:
                sys.stderr.flush()
                self._kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 2)
                os.close(nowhere)
            self._wanted += 1

    def end(self) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0:
                os.dup2(self._kept, 2)
                os.close(self._kept)


_silence = _Silence()
"""Of the whole process, as its standard error is."""


def solution(name: str) -> Any:
    """MediaPipe's module `mediapipe.python.solutions.NAME`, without the rest of its package.

    MediaPipe's package file imports every solution, the tasks and matplotlib: 1.5 s and 40 MiB,
    half of the time that a performance may take to begin. The face mesh alone takes 0.07 s. So its
    parents are entered as empty packages first, unless somebody has imported them already.
    """
    if "mediapipe" not in sys.modules:
        found = importlib.util.find_spec("mediapipe")
        if found is None or not found.submodule_search_locations:
            raise UsageError("mediapipe is not installed; run: pip install mediapipe==0.10.21")
        root = Path(found.submodule_search_locations[0])
        for parent in ("mediapipe", "mediapipe.python", "mediapipe.python.solutions"):
            package = types.ModuleType(parent)
            package.__path__ = [str(root.joinpath(*parent.split(".")[1:]))]
            sys.modules[parent] = package
    return importlib.import_module(f"mediapipe.python.solutions.{name}")
