"""Label maps: pictures of a few colours, each of which is the name of something."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.frames import Image

Palette = Mapping[str, str]
"""`#rrggbb` by name."""

# Nearer than this, in grey levels over three channels, two colours are one that a JPEG blurred.
_SAME = 48.0
# A colour that fills less of all maps than this was not meant.
_LEAST_SHARE = 0.001


class Snapper:
    """Gives each pixel of a label map a colour of the palette.

    Args:
        palette: the colours.
    """

    def __init__(self, palette: Palette) -> None:
        self._colours = np.array([to_bgr(colour) for colour in palette.values()], np.float32)

    def snap(self, image: Image) -> Image:
        """(H, W, 3) uint8 BGR in colours of the palette alone.

        Along an edge two colours are mixed, and would make a thin line of a third. So a pixel keeps
        its nearest colour if that is near, or belongs to an area at least 3 pixels wide; the
        others take that of the nearest pixel that does.
        """
        nearest, distance = self._nearest(image)
        unsure = np.asarray(distance > _SAME / 2, np.uint8)
        for number in np.unique(nearest[unsure > 0]):
            area = np.asarray(nearest == number, np.uint8)
            wide = cv2.morphologyEx(area, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
            unsure[np.asarray(wide) > 0] = 0
        if unsure.any() and not unsure.all():
            _, places = cv2.distanceTransformWithLabels(
                unsure, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
            )
            owners = np.zeros(int(places.max()) + 1, np.int64)
            owners[places[unsure == 0]] = nearest[unsure == 0]
            nearest = np.where(unsure, owners[places], nearest)
        return np.asarray(self._colours[nearest], np.uint8)

    def _nearest(self, image: Image) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """For each pixel the number of the nearest colour, and how far that is."""
        pixels = image.astype(np.float32)
        distances = np.stack([((pixels - colour) ** 2).sum(axis=2) for colour in self._colours])
        return distances.argmin(axis=0), np.sqrt(distances.min(axis=0))


def read_palette(text: str) -> dict[str, str]:
    """A palette as a user gives it.

    Args:
        text: colours with commas (`#0d3dfb,#a50000`), or a JSON file: `{"wall": "#0d3dfb"}`.

    Raises:
        UsageError: it is neither, or two colours are the same.
    """
    if not text.startswith("#"):
        try:
            data = json.loads(Path(text).read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(
                f"--palette {text}: no such file; wanted one, or colours as in #0d3dfb,#a50000"
            ) from error
        except ValueError as error:
            raise UsageError(f"--palette {text} is not JSON: {error}") from error
        if not isinstance(data, dict):
            raise UsageError(f'--palette {text} is no object such as {{"wall": "#0d3dfb"}}')
        palette = {str(name): colour for name, colour in data.items()}
    else:
        colours = [colour.strip().lower() for colour in text.split(",")]
        palette = {colour: colour for colour in colours}
    for name, colour in palette.items():
        if not isinstance(colour, str) or not re.fullmatch("#[0-9a-fA-F]{6}", colour):
            raise UsageError(f"--palette: {name} is {colour!r}, wanted a colour such as #0d3dfb")
    palette = {name: colour.lower() for name, colour in palette.items()}
    if len(set(palette.values())) < max(2, len(palette)):
        raise UsageError("--palette wants two colours or more, all of them different")
    return palette


def find_palette(images: Sequence[Image], most: int) -> dict[str, str]:
    """The colours that label maps are made of, the most frequent first.

    Args:
        images: some of the maps.
        most: how many colours at most.

    Raises:
        UsageError: they have more colours than label maps do, or only one.
    """
    pixels = np.concatenate([_flat(image) for image in images])
    # In steps of 8 grey levels, so that what a JPEG scatters falls together.
    steps, inverse, counts = np.unique(
        pixels >> 3, axis=0, return_inverse=True, return_counts=True
    )
    chosen: list[NDArray[np.float64]] = []
    for number in counts.argsort()[::-1]:
        if counts[number] < _LEAST_SHARE * len(pixels):
            break
        colour = np.median(pixels[inverse.ravel() == number], axis=0)
        if all(np.linalg.norm(colour - other) > _SAME for other in chosen):
            chosen.append(colour)
    if not 2 <= len(chosen) <= most:
        raise UsageError(
            f"found {len(chosen)} colours in the label maps, wanted 2 to {most}; "
            "give the right ones with --palette, or allow for more with --colours"
        )
    found = [to_hex(colour) for colour in chosen]
    return {colour: colour for colour in found}


def _flat(image: Image) -> NDArray[np.uint8]:
    """(N, 3) the colours of the pixels that are like all around them; the rest lie on edges."""
    around = np.ones((3, 3), np.uint8)
    spread = cv2.subtract(cv2.dilate(image, around), cv2.erode(image, around))
    return np.asarray(image[spread.max(axis=2) < _SAME])


def to_bgr(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as blue, green, red."""
    red, green, blue = bytes.fromhex(colour[1:])
    return blue, green, red


def to_hex(bgr: NDArray[np.float64]) -> str:
    """Blue, green, red as `#rrggbb`."""
    blue, green, red = (round(float(value)) for value in bgr)
    return f"#{red:02x}{green:02x}{blue:02x}"
