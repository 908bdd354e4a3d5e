"""Label maps, such as of facades or map tiles, and the pictures that they stand for."""

from __future__ import annotations

import argparse
from pathlib import Path

from livegan.errors import UsageError
from livegan.sources.pictures import read_picture
from workshop.matched_pairs import match_names, pairs_of_matches
from workshop.palette import find_palette, read_palette
from workshop.picture_drawing import conditioner_card
from workshop.picture_pairs import add_picture_arguments

NAME = "palette"
HELP = "label maps and pictures of equal names; colours are snapped to a palette, which is kept"
_LOOKED_AT = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("drawings", type=Path, metavar="labels", help="folder of label maps")
    parser.add_argument("pictures", type=Path, help="folder of what they stand for")
    parser.add_argument(
        "--palette", metavar="COLOURS|FILE.json",
        help='#0d3dfb,#a50000 or a file with {"wall": "#0d3dfb"} (default: found in the maps)',
    )
    parser.add_argument("--colours", type=int, default=24,
                        help="how many to find at most (default: %(default)s)")
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    if arguments.palette:
        palette = read_palette(arguments.palette)
    else:
        matches = match_names(arguments.drawings, arguments.pictures)
        some = matches[:: max(1, len(matches) // _LOOKED_AT)]
        images = [image for _, path, _ in some if (image := read_picture(path)) is not None]
        if not images:
            raise UsageError(f"{arguments.drawings}: no label map can be read")
        palette = find_palette(images, arguments.colours)
        print(f"{len(palette)} colours found: {', '.join(palette.values())}")
    return pairs_of_matches(NAME, arguments, conditioner_card("plain"), palette)
