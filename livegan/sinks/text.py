"""Lines of text as a picture, without a font library.

pyglet's own labels take 6 to 10 ms to change ten lines, which a performance would feel;
this takes 0.3 ms. The letters lie in glyphs.png: DejaVu Sans Mono (dejavu-fonts.github.io, free
licence) at 33 px, 16 a row, in the order of `_LETTERS`.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.uint8]
"""(H, W) uint8: 0 is no ink, 255 is full ink."""

CELL = (20, 10)
"""Height and width of a letter at scale 1, in pixels; glyphs.png has twice that."""

_PER_ROW = 16
_FEWEST_COLUMNS = 48
_LETTERS = "".join(map(chr, [*range(32, 127), *range(160, 256)])) + "–—‘’“”…•←→≈≤≥"
_PLACES = {letter: place for place, letter in enumerate(_LETTERS)}


def typeset(lines: Sequence[str], *, scale: int = 1, margin: int = 1) -> Ink:
    """Set lines of text.

    Args:
        lines: what to write. Letters beyond Latin-1 lose their accents or become "?".
        scale: pixels of the screen to a pixel of the design: 2 on a screen of high density.
        margin: empty letters on every side; half as many lines above and below.

    Returns:
        (H, W) uint8, as wide as the longest line, with the margin.
    """
    codes = _codes(lines)
    letters = _atlas(scale)[codes]  # (lines, columns, cell height, cell width)
    rows, columns, height, width = letters.shape
    page = letters.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    return np.pad(page, ((margin * height // 2,) * 2, (margin * width,) * 2))


def wrapped(lines: Sequence[str], columns: int) -> list[str]:
    """Break lines that are longer, between words; what goes on is indented.

    Args:
        lines: what to write.
        columns: letters a line; fewer than 48 are taken as 48, as so few would be no lines.
    """
    columns = max(columns, _FEWEST_COLUMNS)
    # Names such as faces-from-noise stay whole.
    wrapper = textwrap.TextWrapper(columns, subsequent_indent="  ", break_on_hyphens=False)
    broken = []
    for line in lines:
        fits = len(line) <= columns
        broken += [line] if fits else wrapper.wrap(line)
    return broken


def _codes(lines: Sequence[str]) -> NDArray[np.intp]:
    columns = max(map(len, lines), default=0)
    codes = [[_place(letter) for letter in line.ljust(columns)] for line in lines]
    return np.array(codes, np.intp).reshape(len(lines), columns)


@cache
def _place(letter: str) -> int:
    plain = unicodedata.normalize("NFKD", letter)[0]
    return _PLACES.get(letter, _PLACES.get(plain, _PLACES["?"]))


@cache
def _atlas(scale: int) -> Ink:
    """Every letter at one scale: (letters, cell height, cell width)."""
    path = Path(__file__).with_name("glyphs.png")
    sheet = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = CELL[0] * scale, CELL[1] * scale
    rows = sheet.shape[0] // (CELL[0] * 2)
    sheet = cv2.resize(sheet, (width * _PER_ROW, height * rows), interpolation=cv2.INTER_AREA)
    cells = sheet.reshape(rows, height, _PER_ROW, width).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(cells.reshape(-1, height, width), np.uint8)
