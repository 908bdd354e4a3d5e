"""Compares versions, for packages that may be missing themselves must not be needed for it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

_HOLDS: Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with: (2, 13, 0) of "2.13.0+cu130"."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def fits(version: str, wanted: str) -> bool:
    """Whether a version is one of those wanted, of which livegan asks for the plain kinds only.

    Args:
        version: such as "1.26.4".
        wanted: such as ">=1.26,<2"; "" takes any.
    """
    for clause in filter(None, wanted.replace(" ", "").split(",")):
        found = re.match(r"[<>=!]=?", clause)
        if not found or found[0] not in _HOLDS:
            continue
        limit = numbers(clause[found.end() :])
        length = max(len(limit), len(numbers(version)))
        if not _HOLDS[found[0]](_padded(numbers(version), length), _padded(limit, length)):
            return False
    return True


def _padded(parts: tuple[int, ...], length: int) -> tuple[int, ...]:
    return parts + (0,) * (length - len(parts))
