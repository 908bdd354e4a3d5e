"""Pictures without their colours, for generators that learn to colour."""

from __future__ import annotations

import argparse
from pathlib import Path

from workshop.picture_drawing import conditioner_card
from workshop.picture_pairs import add_picture_arguments, pairs_of_pictures

NAME = "gray"
HELP = "pictures and the same in grey, to learn colouring from"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("pictures", type=Path, help="folder of pictures")
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    return pairs_of_pictures(NAME, arguments, arguments.pictures, conditioner_card("grayscale"))
