"""Draws the drawing half of a pair as the stage would, with the stage's own imperfections."""

from __future__ import annotations

import cv2
import numpy as np

from livegan.conditioners.canny import Canny
from livegan.conditioners.face_drawing import draw_face
from livegan.frames import Frame
from livegan.parameters import TABLE, Setting, Values
from workshop.painting import Array, Picture

# The detector's jitter on a still face under camera noise, in pixels of a 256 picture: 0.24 to
# 0.35 (measured on 720p with noise of sigma 6), of which smoothing leaves about half.
_JITTER = 0.2 / 256


class PairDrawer:
    """Draws for one kind of conditioner.

    Args:
        kind: "face_mesh" or "canny".
        size: side of the drawing in pixels.
    """

    def __init__(self, kind: str, size: int) -> None:
        self._kind = kind
        self._size = size
        self._canny = Canny((size, size))
        self._values = Values()

    @staticmethod
    def settings(kind: str) -> dict[str, Setting]:
        """The parameters that drawings of this kind depend on, as they were drawn."""
        return {name: row.default for name, row in TABLE.items() if name.startswith(f"{kind}.")}

    def draw(
        self, picture: Picture, landmarks: Array, seed: int | None
    ) -> tuple[Picture, Picture, Array]:
        """Drawing and picture of one pair, and where the face lies in them.

        Args:
            picture: (S, S, 3) uint8 BGR.
            landmarks: (478, 3) in pixels of it.
            seed: of the imperfections; None leaves them out.
        """
        random = None if seed is None else np.random.default_rng(seed)
        if self._kind == "face_mesh":
            return self._draw_face(landmarks, random), picture, landmarks
        if random is None:
            return self._draw_edges(picture, self._values), picture, landmarks
        picture, landmarks = _reframed(picture, landmarks, random)
        drawing = self._draw_edges(picture, _some_thresholds(random))
        return _worn(drawing, random), picture, landmarks

    def _draw_face(self, landmarks: Array, random: np.random.Generator | None) -> Picture:
        if random is not None:
            noise = random.normal(0, _JITTER * self._size, landmarks.shape)
            # Most of the jitter is common to neighbours: half of it moves the face as a whole.
            noise = noise + random.normal(0, _JITTER * self._size, (1, 3))
            landmarks = landmarks + noise
        return draw_face(landmarks.astype(np.float32), (self._size, self._size), self._values)

    def _draw_edges(self, picture: Picture, values: Values) -> Picture:
        return self._canny.condition(Frame(picture, 0, 0.0), values).image


def _some_thresholds(random: np.random.Generator) -> Values:
    """Edges of any strength, as cameras and rooms give them."""
    blur = float(random.uniform(0.7, 3.0))
    low = float(random.uniform(15, 90))
    automatic = bool(random.random() < 0.6)
    return Values({"canny.blur": blur, "canny.automatic": automatic, "canny.low": low,
                   "canny.high": low * float(random.uniform(1.8, 3.0))})


def _reframed(
    picture: Picture, landmarks: Array, random: np.random.Generator
) -> tuple[Picture, Array]:
    """Zoomed by up to a third and shifted within what that leaves over."""
    size = picture.shape[0]
    side = round(size / float(random.uniform(1.0, 1.35)))
    x, y = (int(v) for v in random.integers(0, size - side + 1, 2))
    part = picture[y : y + side, x : x + side]
    large = cv2.resize(part, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8), (landmarks - [x, y, 0]) * (size / side)


def _worn(drawing: Picture, random: np.random.Generator) -> Picture:
    """Some edges gone: blots of up to a tenth of the picture, no more than four."""
    worn = drawing.copy()
    size = drawing.shape[0]
    for _ in range(int(random.integers(0, 5))):
        x, y = (int(v) for v in random.integers(0, size, 2))
        cv2.circle(worn, (x, y), int(random.integers(2, size // 10)), (0, 0, 0), -1)
    return worn
