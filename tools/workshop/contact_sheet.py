"""Many pictures on one sheet, each with a line or two of text below it, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livegan.frames import Image

_TILE_PX = 150
_ACROSS = 10
_LINE_PX = 14
_HEADING_PX = 26
_LETTERS = 23
_PAPER, _INK, _FAINT = (28, 28, 28), (235, 235, 235), (150, 150, 150)


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture of a sheet.

    Args:
        image: a `thumbnail`; None leaves its place empty.
        lines: what stands below it.
    """

    image: Image | None
    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Section:
    """Tiles below a heading."""

    heading: str
    tiles: Sequence[Tile]


def thumbnail(image: Image) -> Image:
    """(h, w, 3) the picture as large as its tile, so that many can wait in memory."""
    height, width = image.shape[:2]
    ratio = (_TILE_PX - 4) / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def draw_sheet(sections: Sequence[Section]) -> Image:
    """(H, 1500, 3) uint8 BGR: the sections from top to bottom, ten tiles in a row."""
    return np.concatenate([row for section in sections for row in _draw_section(section)])


def _draw_section(section: Section) -> list[Image]:
    heading = _paper(_HEADING_PX)
    _write(heading, section.heading, (6, 18), 0.5, _INK)
    rows = [heading]
    for first in range(0, len(section.tiles), _ACROSS):
        tiles = section.tiles[first : first + _ACROSS]
        lines = max(len(tile.lines) for tile in tiles)
        row = _paper(_TILE_PX + lines * _LINE_PX + 6)
        for column, tile in enumerate(tiles):
            _draw_tile(row, column * _TILE_PX, tile)
        rows.append(row)
    return rows


def _draw_tile(row: Image, left: int, tile: Tile) -> None:
    if tile.image is not None:
        height, width = tile.image.shape[:2]
        x, y = left + (_TILE_PX - width) // 2, (_TILE_PX - height) // 2
        row[y : y + height, x : x + width] = tile.image
    for number, line in enumerate(tile.lines):
        at = (left + 4, _TILE_PX + 9 + number * _LINE_PX)
        _write(row, _shortened(line), at, 0.34, _FAINT if number else _INK)


def _shortened(text: str) -> str:
    """The end of a long name tells more than its beginning."""
    return text if len(text) <= _LETTERS else ".." + text[2 - _LETTERS :]


def _write(
    image: Image, text: str, at: tuple[int, int], scale: float, colour: tuple[int, int, int]
) -> None:
    # OpenCV's letters are those of ASCII.
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(image, plain, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)


def _paper(height: int) -> Image:
    return np.full((height, _ACROSS * _TILE_PX, 3), _PAPER, np.uint8)
