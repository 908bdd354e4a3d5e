"""Drawings and pictures that exist already, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

from workshop.matched_pairs import pairs_of_matches
from workshop.picture_drawing import add_conditioner_arguments, conditioner_card
from workshop.picture_pairs import add_picture_arguments

NAME = "combine"
HELP = "two folders of equal names, drawings and pictures, put side by side"
KINDS = ("plain", "face_mesh", "canny", "grayscale")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("drawings", type=Path, help="folder of what the generator is shown")
    parser.add_argument("pictures", type=Path, help="folder of what it is to paint")
    add_conditioner_arguments(parser, KINDS)
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    return pairs_of_matches(
        NAME, arguments, conditioner_card(arguments.conditioner, arguments.set)
    )
