"""Make datasets to train generators on.

One example of each subcommand; each explains itself with --help:

    python tools/dataset.py video me.mp4 --out datasets/me
    python tools/dataset.py folder portraits --out datasets/portraits --set face_mesh.contours=off
    python tools/dataset.py folder --camera camera:0 --frames 400 --out datasets/room
    python tools/dataset.py gray photographs --out datasets/colouring
    python tools/dataset.py edges photographs --out datasets/edges --set canny.blur=2
    python tools/dataset.py mask faces --out datasets/repair --masks shapes --fill noise
    python tools/dataset.py palette labels photographs --out datasets/facades
    python tools/dataset.py combine drawings paintings --out datasets/paintings
    python tools/dataset.py split datasets/repair --out datasets/repair-2 --group '^[^ ]+'
    python tools/dataset.py download https://a.site/random --count 500 --out pictures
    python tools/dataset.py crop-faces pictures --out faces --size 256
    python tools/dataset.py clean faces
    python tools/dataset.py mimic me.mp4 singer.mp4 --out datasets/me-as-singer

Each may be stopped, or killed: the same command goes on. What it makes, tools/train.py trains on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Protocol

from livegan.errors import UsageError
from workshop.parser import Parser
from workshop.subcommands import (
    clean,
    combine,
    crop_faces,
    download,
    edges,
    folder,
    gray,
    mask,
    mimic,
    palette,
    split,
    video,
)


class Subcommand(Protocol):
    """What each module in workshop/subcommands has."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what may stand on its command line."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; returns the exit code.

        Raises:
            UsageError: the user can mend it.
        """


SUBCOMMANDS: tuple[Subcommand, ...] = (
    video,
    download,
    crop_faces,
    clean,
    mimic,
    folder,
    gray,
    edges,
    mask,
    palette,
    combine,
    split,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = Parser(
        prog="dataset.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choices = parser.add_subparsers(title="subcommands", metavar="SUBCOMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        chosen = choices.add_parser(
            subcommand.NAME, help=subcommand.HELP, description=subcommand.HELP
        )
        subcommand.add_arguments(chosen)
        chosen.set_defaults(run=subcommand.run)
    try:
        arguments = parser.parse_args(argv)
        return int(arguments.run(arguments))
    except UsageError as error:
        print(f"dataset: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
