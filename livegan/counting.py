"""Counts as people say them."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """`1 frame`, `2 frames`.

    Args:
        number: how many.
        one: what one of them is called; a verb may follow.
        many: what several are called, where that is not the same with an s.
    """
    return f"{number} {one if number == 1 else many or f'{one}s'}"
