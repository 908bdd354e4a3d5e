"""MediaPipe's face mesh, wrapped so that nothing else knows of it.

Version 0.10.21 is the last release that has this face mesh with its models inside the wheel; later
ones need a downloaded model and are reported to send telemetry.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

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
        with _quiet():
            self._mesh: Any = _face_mesh().FaceMesh(
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
        with nullcontext() if self._has_spoken else _quiet():
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


def _unpack(message: bytes) -> Landmarks:
    """(478, 3) from a landmark list as protocol buffers write it.

    Reading 1434 floats one by one takes 0.2 ms. As bytes each landmark is a record of one shape:
    tag and length, then x, y and z, each a tag and four bytes.
    """
    records = np.frombuffer(message, _RECORD, count=COUNT)
    return np.stack([records["x"], records["y"], records["z"]], axis=1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MediaPipe's own log off the terminal: it writes past Python, and until its first face
    has six lines to say that are meant for its developers."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _face_mesh() -> Any:
    """The module `mediapipe.python.solutions.face_mesh`, without the rest of its package.

    MediaPipe's package file imports every solution, the tasks and matplotlib: 1.5 s and 40 MiB,
    half of the time that a performance may take to begin. The face mesh alone takes 0.07 s. So its
    parents are entered as empty packages first, unless somebody has imported them already.
    """
    if "mediapipe" not in sys.modules:
        found = importlib.util.find_spec("mediapipe")
        if found is None or not found.submodule_search_locations:
            raise UsageError("mediapipe is not installed; run: pip install mediapipe==0.10.21")
        root = Path(found.submodule_search_locations[0])
        for name in ("mediapipe", "mediapipe.python", "mediapipe.python.solutions"):
            package = types.ModuleType(name)
            package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
            sys.modules[name] = package
    from mediapipe.python.solutions import face_mesh  # type: ignore[import-untyped]

    return face_mesh
