"""Pictures and their edges, for generators that paint outlines."""

from __future__ import annotations

import argparse
from pathlib import Path

from workshop.picture_drawing import add_set_argument, conditioner_card
from workshop.picture_pairs import add_picture_arguments, pairs_of_pictures

NAME = "edges"
HELP = "pictures and their edges, as livegan's canny conditioner draws them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("pictures", type=Path, help="folder of pictures")
    add_set_argument(parser)
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    conditioner = conditioner_card("canny", arguments.set)
    return pairs_of_pictures(NAME, arguments, arguments.pictures, conditioner)
