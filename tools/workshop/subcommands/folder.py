"""A folder of pictures, or what a camera sees, as pairs."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

import cv2

from livegan.errors import SourceEnded, UsageError
from livegan.sources import open_source
from workshop.picture_drawing import add_conditioner_arguments, conditioner_card
from workshop.picture_pairs import add_picture_arguments, pairs_of_pictures
from workshop.tally import Tally

NAME = "folder"
HELP = "pictures of a folder, or frames of a camera, brought to size and drawn"
KINDS = ("face_mesh", "canny", "grayscale", "plain")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("pictures", type=Path, nargs="?", help="folder of pictures")
    parser.add_argument(
        "--camera", metavar="SOURCE",
        help="take the pictures from this first: camera:0, camera:PART OF ITS NAME, a clip;"
        " they are kept in OUT/frames",
    )
    parser.add_argument("--frames", type=int, default=400,
                        help="how many to take from the camera (default: %(default)s)")
    add_conditioner_arguments(parser, KINDS)
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    if (arguments.camera is None) == (arguments.pictures is None):
        raise UsageError("wanted a folder of pictures, or --camera SOURCE; one of them")
    conditioner = conditioner_card(arguments.conditioner, arguments.set)
    folder = arguments.pictures
    if arguments.camera is not None:
        folder = arguments.out / "frames"
        take_frames(arguments.camera, folder, arguments.frames)
    film = arguments.camera is not None
    return pairs_of_pictures(NAME, arguments, folder, conditioner, film=film)


def take_frames(spec: str, folder: Path, count: int) -> None:
    """Keep frames of a source as PNG files, until there are so many in the folder.

    Args:
        spec: any source that livegan plays.
        folder: where they are kept; those that are there already count.
        count: how many there should be.

    Raises:
        UsageError: the source can't be opened, or ended too soon; the disk is full.
    """
    if count < 1:
        raise UsageError(f"--frames is {count}, wanted at least 1")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"can't write frames to {folder}: {error.strerror}") from error
    have = len(list(folder.glob("[0-9]*.png")))
    if have >= count:
        return
    tally = Tally("frames", count)
    with closing(open_source(spec)) as source:
        try:
            for number in range(have, count):
                image = source.read().image
                partial = folder / ".partial.png"
                if not cv2.imwrite(str(partial), image):
                    raise UsageError(f"can't write {partial}; is the disk full?")
                partial.replace(folder / f"{number:06d}.png")
                tally.at(number + 1, count)
        except SourceEnded as error:
            raise UsageError(f"{spec} ended before {count} frames; ask for fewer") from error
    tally.done()
