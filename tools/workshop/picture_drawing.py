"""Draws what the stage's conditioners draw, for pictures of any shape."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from livegan.conditioners.canny import draw_edges
from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_drawing import draw_face
from livegan.conditioners.grayscale import without_colour
from livegan.conditioners.opening import KINDS
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.model_card import ConditionerCard
from livegan.parameters import TABLE, Setting, Values, read_assignment
from workshop.assembly import Pair
from workshop.fitting import Fitted, fit

# A face is looked for in a picture that is shrunk to this: above it nothing is found that is not
# found in it, as the detector itself looks at 128 pixels first.
_LARGEST_LOOKED_AT = 1280


class PictureDrawer:
    """Makes pairs of pictures.

    Args:
        card: kind and settings of the conditioner.
        size: height and width of drawing and picture in pixels.
        way: how pictures are brought to that size, see `workshop.fitting.fit`.
    """

    def __init__(self, card: ConditionerCard, size: tuple[int, int], way: str) -> None:
        self._kind, self._size, self._way = card.kind, size, way
        self._values = Values(card.settings)
        self._detector = FaceDetector(still=True) if card.kind == "face_mesh" else None

    def pair(self, image: Image) -> Pair | None:
        """The pair of one picture, or None if there should be a face in it and is none.

        Args:
            image: (H, W, 3) uint8 BGR, of any size.
        """
        fitted = fit(image, self._size, self._way)
        if self._detector is not None:
            return self._face_pair(image, fitted, self._detector)
        return Pair(self._draw(fitted.picture), fitted.picture)

    def _draw(self, picture: Image) -> Image:
        if self._kind == "canny":
            return draw_edges(picture, self._values)
        return without_colour(picture) if self._kind == "grayscale" else picture

    def _face_pair(self, image: Image, fitted: Fitted, detector: FaceDetector) -> Pair | None:
        shrink = max(1.0, max(image.shape[:2]) / _LARGEST_LOOKED_AT)
        size = tuple(round(side / shrink) for side in image.shape[1::-1])
        looked_at = image if shrink == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        seen = detector.find(np.asarray(looked_at, np.uint8))
        if seen is None:
            return None
        landmarks = fitted.move(seen * np.float32(shrink))
        drawing = draw_face(landmarks, self._size, self._values)
        return Pair(drawing, fitted.picture, landmarks)


def conditioner_card(kind: str, changes: Sequence[str] = ()) -> ConditionerCard:
    """The card of a conditioner as it draws for a dataset.

    Args:
        kind: one of `livegan.conditioners.opening.KINDS`.
        changes: `NAME=VALUE` of its parameters, where they are not the usual ones.

    Raises:
        UsageError: no such parameter, not one of this conditioner's, or no such value.
    """
    settings: dict[str, Setting] = {
        name: row.default for name, row in TABLE.items() if name.startswith(f"{kind}.")
    }
    given: Mapping[str, Setting] = dict(read_assignment(text) for text in changes)
    for name, value in given.items():
        if name not in settings:
            known = ", ".join(settings) or "none"
            raise UsageError(f"--set {name} does not change a {kind} drawing; what does: {known}")
        settings[name] = value
    return ConditionerCard(kind, KINDS[kind].version, settings)


def add_conditioner_arguments(parser: argparse.ArgumentParser, kinds: Sequence[str]) -> None:
    """`--conditioner` and `--set`."""
    parser.add_argument(
        "--conditioner", choices=kinds, default=kinds[0],
        help=f"what draws the pictures (default: {kinds[0]})",
    )
    add_set_argument(parser)


def add_set_argument(parser: argparse.ArgumentParser) -> None:
    """`--set`."""
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="a parameter of the drawing, such as face_mesh.contours=off; may stand several times",
    )
