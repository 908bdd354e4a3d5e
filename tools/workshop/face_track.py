"""Where a face lies in each frame of a film, and a square round it that moves as calmly as a
camera operator would move it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.crop import from_part
from livegan.conditioners.face_detector import FaceDetector
from livegan.errors import SourceEnded, UsageError
from livegan.face_topology import COUNT, eye_distance
from livegan.frames import Image
from livegan.puppetry import pose
from livegan.sources import open_source
from workshop.appearance import sharpness

Array = NDArray[np.float64]

# The square is this much larger than the face from forehead to chin: room for hair, and for the
# head to move in.
_SQUARE_OF_FACE = 1.9
# Of the Gaussian that the square's way is smoothed with. It looks ahead as far as back, so that
# the square is never late.
_SMOOTHING_S = 0.5
# A face that is somewhere else in the next frame, by more than this many eye distances, is after
# a cut, or another face.
_JUMP = 1.0
_LOOKED_AT_PX = 96
"""What a face is shrunk to before its sharpness is judged, so that near and far count alike."""


@dataclass(frozen=True, eq=False)
class Track:
    """What was seen in a film.

    Args:
        landmarks: (F, 478, 3) float32 in pixels of the film; NaN in frames without a face.
        sharpness: (F,) float32, how sharp the face is, see `appearance.sharpness`.
        fps: frames a second.
        size: height and width of the film in pixels.
    """

    landmarks: NDArray[np.float32]
    sharpness: NDArray[np.float32]
    fps: float
    size: tuple[int, int]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(F,) whether there is a face."""
        return np.asarray(np.isfinite(self.landmarks[:, 0, 0]))

    def save(self, path: Path) -> None:
        """Write it, whole or not at all.

        Raises:
            UsageError: the disk is full.
        """
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                np.savez(
                    file, landmarks=self.landmarks, sharpness=self.sharpness, fps=self.fps,
                    size=self.size,
                )
            os.replace(partial, path)
        except OSError as error:
            raise UsageError(f"can't write {path}: {error.strerror}") from error

    @classmethod
    def load(cls, path: Path) -> Track:
        """Read what `save` wrote."""
        with np.load(path) as file:
            height, width = (int(side) for side in file["size"])
            return cls(
                file["landmarks"], file["sharpness"], float(file["fps"]), (height, width)
            )


def watch(path: Path, progress: Callable[[int, int | None], None] | None = None) -> Track:
    """Look for the face in all frames of a film.

    Args:
        path: the film.
        progress: told how many frames of how many were seen.

    Raises:
        UsageError: it can't be read.
    """
    source = open_source(str(path), live=False)
    detector = FaceDetector()
    total = getattr(source, "frame_count", None)
    fps = float(getattr(source, "fps", None) or 30.0)
    faces, sharp = [], []
    size = (1, 1)
    try:
        while True:
            frame = source.read()
            size = frame.image.shape[0], frame.image.shape[1]
            face = detector.find(frame.image)
            faces.append(np.full((COUNT, 3), np.nan, np.float32) if face is None else face)
            sharp.append(0.0 if face is None else face_sharpness(frame.image, face))
            if progress:
                progress(len(faces), total)
    except SourceEnded:
        pass
    finally:
        source.close()
        detector.close()
    return Track(np.stack(faces), np.array(sharp, np.float32), fps, size)


def face_sharpness(image: Image, landmarks: NDArray[np.float32]) -> float:
    """How sharp a face is, see `appearance.sharpness`; 0 for one of next to no pixels.

    Args:
        image: (H, W, 3) uint8 BGR.
        landmarks: (478, 3) in pixels of it.
    """
    low = np.maximum(landmarks[:, :2].min(axis=0), 0).astype(int)
    high = np.minimum(landmarks[:, :2].max(axis=0), image.shape[1::-1]).astype(int)
    if (high - low).min() < 8:
        return 0.0
    return sharpness(image[low[1] : high[1], low[0] : high[0]], _LOOKED_AT_PX)


def face_squares(track: Track, zoom: float) -> Array:
    """(F, 3) left, top and side of a square round the face, in pixels of the film and inside it.

    Args:
        track: what was seen. A frame without a face has its neighbours' square, or NaN where a
            cut is near.
        zoom: 1 leaves the usual room; more cuts nearer.

    Raises:
        UsageError: no frame shows a face.
    """
    seen = np.flatnonzero(track.seen)
    if not len(seen):
        raise UsageError("no frame shows a face")
    faces = track.landmarks[seen].astype(np.float64)
    units = np.array([eye_distance(face) for face in faces])
    centres = np.array([pose.centre(face)[:2] for face in faces])
    low, high = faces[:, :, :2].min(axis=1), faces[:, :, :2].max(axis=1)
    # Measured over the film in eye distances: a mouth that opens must not move the square.
    height = np.median((high - low)[:, 1] / units)
    middle = np.median(((low + high) / 2 - centres) / units[:, None], axis=0)
    rows = np.column_stack([centres + units[:, None] * middle, units])
    smooth = np.full((len(track.landmarks), 3), np.nan)
    for part in _takes(seen, centres, units):
        inside = np.arange(seen[part][0], seen[part][-1] + 1)
        smooth[inside] = _smoothed(rows[part], seen[part], inside, _SMOOTHING_S * track.fps)
    room = np.array(track.size[::-1], np.float64)
    sides = np.minimum(_SQUARE_OF_FACE / zoom * height * smooth[:, 2], room.min())
    corners = np.clip(smooth[:, :2] - sides[:, None] / 2, 0, room - sides[:, None])
    return np.column_stack([corners, sides])


def _takes(seen: NDArray[np.int64], centres: Array, units: Array) -> list[NDArray[np.bool_]]:
    """Which of the seen frames belong together, between cuts."""
    jumps = np.linalg.norm(np.diff(centres, axis=0), axis=1) > _JUMP * units[:-1] * np.diff(seen)
    numbers = np.concatenate([[0], np.cumsum(jumps)])
    return [numbers == number for number in range(numbers[-1] + 1)]


def _smoothed(
    rows: Array, at: NDArray[np.int64], wanted: NDArray[np.int64], sigma: float
) -> Array:
    """(len(wanted), C) the rows, which lie at `at`, as a Gaussian-weighted mean around `wanted`."""
    result = np.empty((len(wanted), rows.shape[1]))
    for index, frame in enumerate(wanted):
        nearest = np.abs(at - frame).min()
        weights = np.exp(-0.5 * (np.maximum(np.abs(at - frame) - nearest, 0) / sigma) ** 2)
        result[index] = weights @ rows / weights.sum()
    return result


def cut_square(image: Image, square: Array, size: int) -> Image:
    """The square at another size.

    Args:
        image: (H, W, 3) uint8 BGR.
        square: left, top and side in pixels, see `whole_pixels`; inside the picture.
        size: side of the result.
    """
    left, top, side = square
    if side >= size:
        x, y, length = round(left), round(top), round(side)
        part = image[y : y + length, x : x + length]
        return np.asarray(cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    ratio = side / size
    matrix = from_part(left, top, ratio, ratio)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    return np.asarray(
        cv2.warpAffine(image, matrix, (size, size), flags=flags, borderMode=border), np.uint8
    )


def whole_pixels(squares: Array, size: int) -> Array:
    """(F, 3) the squares as `cut_square` cuts them: those that are shrunk begin and end at whole
    pixels, so that an area of whole pixels is averaged."""
    return np.where(squares[:, 2:] >= size, np.floor(squares), squares)
