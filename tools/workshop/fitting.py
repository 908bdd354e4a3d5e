"""Brings pictures of any size to the size of a dataset."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.frames import Image

WAYS = ("cover", "contain", "stretch")


@dataclass(frozen=True, eq=False)
class Fitted:
    """A picture at its new size.

    Args:
        picture: (H, W, 3) uint8 BGR.
        scale: (2,) how much larger it is than it was, across and down.
        shift: (2,) where the old picture's corner came to lie, in pixels.
    """

    picture: Image
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]

    def move(self, points: NDArray[Any]) -> NDArray[np.float32]:
        """(N, 3) landmarks of the old picture -> where they lie in the new one."""
        depth = [self.scale.mean()]
        moved = points * np.concatenate([self.scale, depth])
        moved[:, :2] += self.shift
        return np.asarray(moved, np.float32)


def fit(image: Image, size: tuple[int, int], way: str, *, labels: bool = False) -> Fitted:
    """A picture at another size.

    Args:
        image: (H, W, 3) or (H, W) uint8.
        size: height and width wanted.
        way: `cover` fills the size and cuts off what stands out, the same on both sides;
            `contain` shows all, with black bars; `stretch` shows all, out of shape.
        labels: colours are names and must not be mixed.
    """
    height, width = image.shape[:2]
    ratio = np.array([size[1] / width, size[0] / height])
    if way == "cover":
        scale = np.repeat(ratio.max(), 2)
        # Whole pixels are cut off, so that an area of whole pixels is averaged.
        kept = np.clip(np.rint(np.array([size[1], size[0]]) / scale), 1, [width, height])
        x, y = ((np.array([width, height]) - kept) // 2).astype(int)
        part = image[y : y + int(kept[1]), x : x + int(kept[0])]
        scale = np.array([size[1], size[0]]) / kept
        return Fitted(_resized(part, size, labels), scale, -scale * [x, y])
    if way == "contain":
        inner = np.clip(np.rint(np.array([width, height]) * ratio.min()), 1, [size[1], size[0]])
        x, y = ((np.array([size[1], size[0]]) - inner) // 2).astype(int)
        picture = np.zeros((*size, *image.shape[2:]), np.uint8)
        inside = (int(inner[1]), int(inner[0]))
        picture[y : y + inside[0], x : x + inside[1]] = _resized(image, inside, labels)
        return Fitted(picture, inner / [width, height], np.array([x, y], np.float64))
    return Fitted(_resized(image, size, labels), ratio, np.zeros(2))


def _resized(image: Image, size: tuple[int, int], labels: bool) -> Image:
    if image.shape[:2] == size:
        return np.ascontiguousarray(image)
    way = cv2.INTER_CUBIC
    if image.shape[0] >= size[0] and image.shape[1] >= size[1]:
        way = cv2.INTER_AREA
    if labels:
        way = cv2.INTER_NEAREST_EXACT
    return np.asarray(cv2.resize(image, size[::-1], interpolation=way), np.uint8)


def add_size_arguments(parser: argparse.ArgumentParser) -> None:
    """`--size` and `--fit`."""
    parser.add_argument(
        "--size", type=read_size, default=(256, 256), metavar="N|WxH",
        help="of drawing and picture in pixels: 256, 512, or width x height as in 512x256"
        " (default: 256)",
    )
    parser.add_argument(
        "--fit", choices=WAYS, default="cover",
        help="cover cuts off what stands out, contain adds black bars, stretch distorts"
        " (default: cover)",
    )


def read_size(text: str) -> tuple[int, int]:
    """Height and width of `256` or `512x256` (width first, as people say it).

    Raises:
        UsageError: it is no size, or not from 16 to 4096 pixels.
    """
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    if match is None:
        raise UsageError(f"--size is {text!r}, wanted pixels such as 256, or 512x256")
    width = int(match[1])
    height = int(match[2] or width)
    if not (16 <= height <= 4096 and 16 <= width <= 4096):
        raise UsageError(f"--size is {text}, wanted from 16 to 4096 pixels each way")
    return height, width
