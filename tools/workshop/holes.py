"""Holes in pictures, for generators that learn to repair them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.frames import Image
from workshop.building import list_pictures

Mask = NDArray[np.uint8]
"""255 inside, 0 outside."""

FILLINGS = ("black", "magenta", "noise")
# The longer side of a shape before it is scaled, in parts of the picture's shorter side: five
# times that is half of it.
_SHAPE = 0.1
_LARGEST = 5.0
_DRAWN_PX = 128


def read_shapes(folder: Path) -> list[Mask]:
    """The shapes of a folder: white on black, or what is not transparent; cut to their bounds.

    Raises:
        UsageError: no such folder, or a picture in it is no shape.
    """
    shapes = []
    for path in list_pictures(folder):
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if image is None:
            raise UsageError(f"{path} is not a picture that can be read")
        if image.ndim == 3 and image.shape[2] == 4:
            inside = image[:, :, 3] > 127
        else:
            gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
            inside = gray > 127
        if inside.all() or not inside.any():
            raise UsageError(f"{path} is no shape; wanted white on black, or transparent around")
        x, y, width, height = cv2.boundingRect(inside.astype(np.uint8))
        shapes.append(np.asarray(255 * inside[y : y + height, x : x + width], np.uint8))
    return shapes


def random_shape(random: np.random.Generator) -> Mask:
    """A blot: round, with bays and capes, cut to its bounds."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = np.ones(48)
    for waves in (2, 3, 5):
        phase = random.uniform(0, 2 * np.pi)
        radius += random.uniform(0, 0.6 / waves) * np.sin(waves * angles + phase)
    outline = radius[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    outline *= [1.0, random.uniform(0.4, 1.0)]
    turn = random.uniform(0, np.pi)
    outline @= np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    outline -= outline.min(axis=0)
    points = np.rint(outline / outline.max() * (_DRAWN_PX - 1)).astype(np.int32)
    width, height = points.max(axis=0) + 1
    shape = np.zeros((height, width), np.uint8)
    cv2.fillPoly(shape, [points], (255,))
    return shape


def random_mask(
    size: tuple[int, int], shapes: Sequence[Mask], random: np.random.Generator
) -> Mask:
    """(H, W) uint8: one or two shapes, scaled 1 to 5 times, anywhere inside.

    Args:
        size: height and width.
        shapes: to choose from; none makes blots.
    """
    mask = np.zeros(size, np.uint8)
    for _ in range(int(random.integers(1, 3))):
        shape = shapes[random.integers(len(shapes))] if shapes else random_shape(random)
        longer = _SHAPE * float(random.uniform(1, _LARGEST)) * min(size)
        ratio = longer / max(shape.shape)
        width, height = (max(2, round(ratio * side)) for side in shape.shape[::-1])
        scaled = cv2.resize(shape, (width, height), interpolation=cv2.INTER_LINEAR)
        y = int(random.integers(0, size[0] - height + 1))
        x = int(random.integers(0, size[1] - width + 1))
        part = mask[y : y + height, x : x + width]
        part[scaled > 127] = 255
    return mask


def fill(picture: Image, mask: Mask, filling: str, random: np.random.Generator) -> Image:
    """(H, W, 3) uint8 BGR: the picture with its hole filled so that it says nothing.

    Args:
        filling: one of `FILLINGS`.
    """
    filled = picture.copy()
    inside = mask > 0
    if filling == "noise":
        filled[inside] = random.integers(0, 256, (int(inside.sum()), 3), dtype=np.uint8)
    else:
        filled[inside] = (0, 0, 0) if filling == "black" else (255, 0, 255)
    return filled
