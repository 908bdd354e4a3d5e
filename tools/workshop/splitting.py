"""Which pairs are held out, so that training never sees what it is judged by."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

import numpy as np

from livegan.errors import UsageError


def add_split_arguments(parser: argparse.ArgumentParser) -> None:
    """`--held-out`, `--seed` and `--group`."""
    parser.add_argument(
        "--held-out", type=float, default=0.15, metavar="PART",
        help="part of the pairs that training never sees (default: 0.15)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn by chance")
    parser.add_argument(
        "--group", metavar="PATTERN",
        help="regular expression that finds in a name what its variants share; they stay together,"
        " for instance '^[^_]+' for anna_1.jpg and anna_2.jpg",
    )


def read_groups(names: Sequence[str], pattern: str | None) -> list[str]:
    """For each name what its variants share: the pattern's first group, else all that it matches.

    Args:
        names: of files.
        pattern: a regular expression; a name in which it finds nothing stands alone. None: all do.

    Raises:
        UsageError: it is no regular expression, or finds nothing in any name.
    """
    if pattern is None:
        return list(names)
    try:
        found = [re.search(pattern, name) for name in names]
    except re.error as error:
        raise UsageError(f"--group {pattern!r} is no regular expression: {error}") from error
    if not any(found):
        raise UsageError(f"--group {pattern!r} finds nothing in any name, such as {names[0]!r}")
    return [
        (match[1] if match.re.groups and match[1] else match[0]) if match else name
        for match, name in zip(found, names, strict=True)
    ]


def by_chance(groups: Sequence[str], part: float, seed: int) -> list[str]:
    """`train` or `val` for each picture; those of one group are never on both sides.

    Args:
        groups: the group of each picture.
        part: what part of the pictures is held out. Where there are two groups or more, and
            `part` is more than 0, each side gets at least one.
        seed: the same seed gives the same split.

    Raises:
        UsageError: `part` is not from 0 to below 1, or the seed is below 0.
    """
    _check(part)
    if seed < 0:
        raise UsageError(f"--seed is {seed}, wanted 0 or more")
    names = sorted(set(groups))
    np.random.default_rng(seed).shuffle(names)
    sizes = {name: 0 for name in names}
    for group in groups:
        sizes[group] += 1
    held_out: set[str] = set()
    wanted = part * len(groups)
    count = 0
    for name in names[:-1]:
        # Taken if that comes nearer to what is wanted; the first always is.
        if wanted > 0 and (not held_out or count + sizes[name] / 2 <= wanted):
            held_out.add(name)
            count += sizes[name]
    return ["val" if group in held_out else "train" for group in groups]


def by_time(films: Sequence[str], part: float) -> list[str]:
    """`train` or `val` for each frame: the last part of each film is held out.

    Neighbouring frames are all but equal, so that frames held out by chance would be known.

    Args:
        films: the film of each frame; frames of one film come in the order of time.
        part: what part of each film is held out.

    Raises:
        UsageError: `part` is not from 0 to below 1.
    """
    _check(part)
    lengths = {film: 0 for film in films}
    for film in films:
        lengths[film] += 1
    seen = {film: 0 for film in films}
    splits = []
    for film in films:
        last = seen[film] >= round(lengths[film] * (1 - part))
        splits.append("val" if last else "train")
        seen[film] += 1
    return splits


def _check(part: float) -> None:
    if not 0 <= part < 1:
        raise UsageError(f"--held-out is {part:g}, wanted a part from 0 to below 1")
