"""A generator whose pictures are meant to be seen in another shape than it paints them in."""

from __future__ import annotations

import cv2
import numpy as np

from livegan.errors import ModelError
from livegan.frames import Image
from livegan.generators.drawing_check import check_drawing
from livegan.generators.generator import Generator
from livegan.model_card import ModelCard

_MOST = 8.0


class Stretched:
    """Paints in the shape of the pictures that a generator learned from.

    Pix2pix learns from pictures of any shape, stretched to one that its halvings fit. So the
    drawing is made in the true shape and stretched likewise, and the painting is stretched back.

    Args:
        generator: what paints; it is closed with this.
        size: height and width of drawing and picture, in pixels.
    """

    def __init__(self, generator: Generator, size: tuple[int, int]) -> None:
        self._generator = generator
        self._size = size

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        return self._generator.description

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
        """
        check_drawing(image, self._size)
        drawing = _scaled(image, self._generator.size, cv2.INTER_AREA)
        return _scaled(self._generator.generate(drawing), self._size, cv2.INTER_LINEAR)

    def close(self) -> None:
        """Close the generator. May be called twice."""
        self._generator.close()


def as_shown(generator: Generator, card: ModelCard) -> Generator:
    """The generator in the shape that its card's `training.aspect_ratio` tells, width over height.

    One that is drawn a puppet's landmarks stays as it is: they lie in the picture that is painted.

    Raises:
        ModelError: the aspect ratio is none from 1/8 to 8.
    """
    ratio = card.training.get("aspect_ratio")
    by_landmarks = card.puppet is not None and card.conditioner.kind == "face_mesh"
    if ratio is None or by_landmarks:
        return generator
    if type(ratio) not in (int, float) or not 1 / _MOST <= ratio <= _MOST:
        raise ModelError(
            f"{card.name}: the card's aspect_ratio is {ratio!r}, wanted a number from"
            f" {1 / _MOST:g} to {_MOST:g}; export or import it again"
        )
    size = shown_size(generator.size, ratio)
    return generator if size == generator.size else Stretched(generator, size)


def shown_size(size: tuple[int, int], ratio: float) -> tuple[int, int]:
    """Height and width in which nothing that was painted is lost: one of both grows.

    Args:
        size: height and width as it paints, in pixels.
        ratio: width over height as it should be seen.
    """
    height, width = size
    return max(height, round(width / ratio)), max(width, round(height * ratio))


def _scaled(image: Image, size: tuple[int, int], way: int) -> Image:
    return np.asarray(cv2.resize(image, size[::-1], interpolation=way), np.uint8)
