"""What the subcommands that cut films have in common on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from livegan.errors import UsageError
from workshop.fitting import read_size

LEAST_FRAMES = 20
"""With fewer pairs there is nothing to learn from."""
_MOST_HELD_OUT = 0.9


def add_film_arguments(parser: argparse.ArgumentParser) -> None:
    """`--frames`, `--size`, `--zoom` and `--held-out`."""
    parser.add_argument(
        "--frames", type=int, default=1500, help="how many to keep (default: 1500)"
    )
    parser.add_argument("--size", type=read_size, default=(256, 256), metavar="N",
                        help="side of drawing and picture in pixels (default: 256)")
    parser.add_argument("--zoom", type=float, default=1.0, help="larger: cut nearer (default: 1)")
    parser.add_argument(
        "--held-out", type=float, default=0.15, metavar="PART",
        help="the last part of each film, which training never sees (default: 0.15)",
    )


def check_film_arguments(arguments: argparse.Namespace, films: Sequence[Path]) -> None:
    """Refuse what can't be done before films are watched, which takes minutes.

    Raises:
        UsageError: a film is missing, or a number leads nowhere.
    """
    height, width = arguments.size
    if height != width:
        raise UsageError(f"--size is {width}x{height}; films are cut as squares, such as 256")
    if not 0.2 <= arguments.zoom <= 8:
        raise UsageError(f"--zoom is {arguments.zoom:g}, wanted from 0.2 to 8")
    if arguments.frames < LEAST_FRAMES:
        raise UsageError(f"--frames is {arguments.frames}, wanted at least {LEAST_FRAMES}")
    if not 0 <= arguments.held_out <= _MOST_HELD_OUT:
        raise UsageError(
            f"--held-out is {arguments.held_out:g}, wanted a part from 0 to {_MOST_HELD_OUT:g}"
        )
    for film in films:
        if not film.is_file():
            raise UsageError(f"no such film: {film}")
