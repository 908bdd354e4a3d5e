"""Where a picture goes in a window or in a larger picture: rectangles, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rect:
    """A rectangle; its unit is whatever the caller measures in.

    Args:
        x, y: the corner nearest to the origin.
        width, height: its extent from there.
    """

    x: float
    y: float
    width: float
    height: float


def fit(size: tuple[int, int], cell: Rect) -> Rect:
    """The largest rectangle of a picture's shape inside a cell, in its middle.

    Args:
        size: height and width of the picture.
        cell: where it may go.
    """
    height, width = size
    scale = min(cell.width / width, cell.height / height)
    across, down = width * scale, height * scale
    return Rect(
        cell.x + (cell.width - across) / 2, cell.y + (cell.height - down) / 2, across, down
    )


def crop(size: tuple[int, int], cell: Rect) -> Rect:
    """The largest part of a picture that has a cell's shape, from its middle.

    Args:
        size: height and width of the picture.
        cell: what it has to fill.

    Returns:
        The part, in fractions of the picture: 0 to 1 both ways.
    """
    height, width = size
    scale = max(cell.width / width, cell.height / height)
    across, down = cell.width / (width * scale), cell.height / (height * scale)
    return Rect((1 - across) / 2, (1 - down) / 2, across, down)


def row_size(
    size: tuple[int, int], before: int, after: int, room: tuple[int, int]
) -> tuple[int, int]:
    """What a window grows or shrinks to, so that another count of pictures stands side by side.

    Each keeps its cell where there is room, and else gets a smaller one of the same shape.

    Args:
        size: height and width of the window.
        before, after: how many pictures stood in it, and how many shall.
        room: the largest height and width that the window may have.

    Returns:
        Height and width.
    """
    height, width = size[0], size[1] * after / before
    shrink = min(1.0, room[0] / height, room[1] / width)
    return round(height * shrink), round(width * shrink)


def row(count: int, width: float, height: float) -> list[Rect]:
    """As many cells of one size side by side, from left to right."""
    return [Rect(width * place / count, 0.0, width / count, height) for place in range(count)]
