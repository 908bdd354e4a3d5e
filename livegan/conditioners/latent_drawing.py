"""What a latent generator is shown: a face, a fader beside it, and a slider for each latent below.

A generator takes one picture and nothing else, so the latents come to it as a picture, as people
know them from a mixing desk; its graph reads them back as means over areas. A slider is filled
from below, and its topmost row is grey where it is filled in part: with 64 rows of 255 levels it
is read to 1/2700 of a standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image
from livegan.parameters import LATENTS

COUNT = LATENTS
"""Sliders in a drawing, 32; a generator of fewer latents reads the first ones."""
REACH = 3.0
"""A slider goes from -REACH to REACH, in standard deviations of the latent; 0 is half way up."""
READ = 1
"""The channel that carries the values, green; the others only help people to tell sliders apart."""

_EVEN, _ODD = (255, 255, 255), (120, 255, 160)
_LINE = (110, 110)
"""Blue and red of the line at 0."""


@dataclass(frozen=True)
class Layout:
    """Where things lie in a drawing; all in pixels.

    Args:
        size: side of the drawing, a multiple of 32.
    """

    size: int

    @property
    def face(self) -> int:
        """Side of the face, in the upper left corner. Right of it is the fader, as high."""
        return self.size * 3 // 4

    @property
    def sliders(self) -> int:
        """Height of the sliders, side by side along the lower edge."""
        return self.size - self.face

    @property
    def slider(self) -> int:
        """Width of a slider."""
        return self.size // COUNT


def draw_latents(
    face: Image, encode: float, latents: NDArray[np.floating[Any]], size: int
) -> Image:
    """The drawing.

    Args:
        face: (S, S, 3) uint8 BGR with S = 3/4 of `size`: what is encoded.
        encode: how much of its encoding is added, 0..1.
        latents: (32,) in standard deviations, clipped to -3..3.
        size: side of the drawing in pixels, a multiple of 32.

    Returns:
        (size, size, 3) uint8 BGR.
    """
    layout = Layout(size)
    drawing = np.zeros((size, size, 3), np.uint8)
    drawing[: layout.face, : layout.face] = face
    drawing[: layout.face, layout.face :] = _filled(np.array([encode]), layout.face)[..., None]
    levels = _filled((np.asarray(latents) / REACH + 1) / 2, layout.sliders)  # (rows, 32)
    colours = np.where(np.arange(COUNT)[:, None] % 2, _ODD, _EVEN) / 255  # (32, 3)
    columns = np.rint(levels[..., None] * colours)
    sliders = drawing[layout.face :]
    sliders[:] = np.repeat(columns, layout.slider, axis=1)
    sliders[layout.sliders // 2, :, ::2] = _LINE
    return drawing


def _filled(shares: NDArray[np.floating[Any]], height: int) -> NDArray[np.uint8]:
    """(height, N) grey columns that are filled from below to (N,) shares, 0..1."""
    above = np.arange(height)[::-1, None]  # rows below each row
    return np.asarray(np.rint(255 * np.clip(shares * height - above, 0, 1)), np.uint8)
