"""The last touch on a picture before it leaves: `output.*`."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image
from livegan.parameters import Values

_LUMA_RGB = np.array([0.213, 0.715, 0.072])


class Finish:
    """Freezes, colours, mirrors and blacks out."""

    def __init__(self) -> None:
        self._held: Image | None = None

    def __call__(self, picture: Image, values: Values) -> Image:
        """The picture as it leaves; it may be `picture` itself.

        Args:
            picture: (H, W, 3) uint8 BGR; it is not written into.
            values: `output.*`.
        """
        if not values.switch("output.freeze"):
            self._held = None
        elif self._held is None:
            self._held = picture
        if self._held is not None:
            picture = self._held
        if values.switch("output.blackout"):
            return np.zeros_like(picture)
        gain = values.number("output.brightness") * (1 - values.number("output.fade"))
        picture = coloured(picture, gain, values.number("output.hue"))
        if values.switch("output.mirror"):
            picture = np.ascontiguousarray(picture[:, ::-1])
        return picture


def coloured(picture: Image, gain: float, hue_deg: float) -> Image:
    """The picture brighter or darker, its colours turned; itself where nothing changes.

    Args:
        picture: (H, W, 3) uint8 BGR.
        gain: times as bright.
        hue_deg: by how much the colours turn, in degrees: 120 makes red green.
    """
    if hue_deg:
        turned: Any = gain * hue_matrix(hue_deg)
        return np.asarray(cv2.transform(picture, turned), np.uint8)
    if gain == 1:
        return picture
    return np.asarray(cv2.convertScaleAbs(picture, alpha=gain), np.uint8)


def hue_matrix(hue_deg: float) -> NDArray[np.float64]:
    """(3, 3) turns the colours of a BGR picture about grey, and leaves its luminance.

    The matrix `hueRotate` of the W3C's Filter Effects Module Level 1, section 9.6 (feColorMatrix),
    written for BGR.
    """
    cosine, sine = math.cos(math.radians(hue_deg)), math.sin(math.radians(hue_deg))
    luma = np.tile(_LUMA_RGB, (3, 1))
    across = np.array(
        [
            [-0.213, -0.715, 0.928],
            [0.143, 0.140, -0.283],
            [-0.787, 0.715, 0.072],
        ]
    )
    rgb = luma + cosine * (np.eye(3) - luma) + sine * across
    return np.ascontiguousarray(rgb[::-1, ::-1])
