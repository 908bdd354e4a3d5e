"""The part that the rest of livegan sees, cut out of the incoming picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image
from livegan.parameters import Values

# A detector cuts the face out by itself, so that a larger crop costs it little: 3.6 ms at 720
# against 3.1 at 256. Shrinking 720 to 512 for it took 2.7.
_LARGEST_LOOKED_AT = 720


@dataclass(frozen=True)
class Part:
    """Where the crop lies in the picture, before it is mirrored; in pixels, not rounded.

    Args:
        left, top: the corner.
        height, width: in the shape of the drawing.
    """

    left: float
    top: float
    height: float
    width: float


def find_part(height: int, width: int, values: Values, size: tuple[int, int]) -> Part:
    """The part that zoom and pan choose in a picture of that height and width.

    At zoom 1 it is the largest of its shape. Pan is as the performer sees it: where the picture is
    mirrored, right is right in the mirror.

    Args:
        height, width: of the picture, in pixels.
        values: `source.mirror`, `source.zoom`, `source.pan_x` and `source.pan_y` are read.
        size: height and width of the drawing: its shape.
    """
    shape = size[1] / size[0]
    zoom = values.number("source.zoom")
    # The side that reaches from edge to edge is not computed from the other: it stays exact.
    if height * size[1] <= width * size[0]:
        high = height / zoom
        wide = high * shape
    else:
        wide = width / zoom
        high = wide / shape
    across = values.number("source.pan_x") * (-1 if values.switch("source.mirror") else 1)
    down = values.number("source.pan_y")
    return Part((width - wide) * (across + 1) / 2, (height - high) * (down + 1) / 2, high, wide)


def cut_part(image: Image, values: Values, size: tuple[int, int]) -> Image:
    """Cut the part out, scale it, and mirror it if that is asked.

    Args:
        image: (H, W, 3) uint8 BGR; it is not written into.
        values: as for `find_part`.
        size: height and width of what comes out, in pixels.

    Returns:
        (*size, 3) uint8 BGR, C-contiguous. It may be `image` itself.
    """
    part = find_part(image.shape[0], image.shape[1], values, size)
    # Both sides shrink or neither does, but for the last digit of the one that was computed.
    shrinks = part.height >= size[0] or part.width >= size[1]
    scaled = _shrink(image, part, size) if shrinks else _enlarge(image, part, size)
    mirrored = cv2.flip(scaled, 1) if values.switch("source.mirror") else scaled
    return np.ascontiguousarray(mirrored, np.uint8)


def size_to_look_at(
    image: Image, values: Values, size: tuple[int, int], least: int
) -> tuple[int, int]:
    """The height and width at which faces are looked for in the part.

    Args:
        image: (H, W, 3) uint8 BGR, what comes in.
        values: as for `find_part`.
        size: height and width of the drawing, in pixels.
        least: that the shorter side shall have, in pixels.
    """
    part = find_part(image.shape[0], image.shape[1], values, size)
    shorter = round(min(part.height, part.width))
    while shorter > _LARGEST_LOOKED_AT:
        shorter //= 2
    scale = max(shorter, least) / min(size)
    return round(size[0] * scale), round(size[1] * scale)


def _shrink(image: Image, part: Part, size: tuple[int, int]) -> Image:
    # Whole pixels: what is lost is less than one pixel of the result.
    left, top, height, width = (
        round(value) for value in (part.left, part.top, part.height, part.width)
    )
    inside = _halved(image[top : top + height, left : left + width], size)
    # Every pixel counts the same, so that a thin line doesn't shimmer as it moves.
    return inside if inside.shape[:2] == size else _resized(inside, size, cv2.INTER_AREA)


def quickly_resized(image: Image, size: tuple[int, int]) -> Image:
    """(H, W, 3) uint8 -> (*size, 3), for looking at: 480 to 256 takes 0.1 ms where `cut_part`
    takes 0.8. It may be `image` itself."""
    part = _halved(image, size)
    return part if part.shape[:2] == size else _resized(part, size, cv2.INTER_LINEAR)


def _halved(image: Image, size: tuple[int, int]) -> Image:
    # OpenCV averages 2 x 2 pixels 10 times as fast as any other area: 720 to 256 takes 1.1 ms in
    # two steps, and 2.1 in one. An odd row or column at the edge is given up for it.
    height, width = image.shape[:2]
    while height >= 2 * size[0] and width >= 2 * size[1]:
        height, width = height // 2, width // 2
        image = _resized(image[: 2 * height, : 2 * width], (height, width), cv2.INTER_AREA)
    return image


def _resized(image: Image, size: tuple[int, int], way: int) -> Image:
    return np.asarray(cv2.resize(image, size[::-1], interpolation=way), np.uint8)


def from_part(left: float, top: float, across: float, down: float) -> NDArray[np.float64]:
    """(2, 3) the affine matrix, for OpenCV's inverse map, that cuts a part out.

    It leads from the centre of a pixel in the result to that of one in the picture.

    Args:
        left, top: corner of the part in the picture, in pixels.
        across, down: pixels of the picture for each one of the result.
    """
    return np.array([[across, 0, left + across / 2 - 0.5], [0, down, top + down / 2 - 0.5]])


def _enlarge(image: Image, part: Part, size: tuple[int, int]) -> Image:
    # Not rounded: at eight times zoom a slow pan would move in visible steps.
    matrix = from_part(part.left, part.top, part.width / size[1], part.height / size[0])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(
        image, matrix, size[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)
