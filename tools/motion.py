"""Clips of performers become a motion file: their expressions and head movements, as numbers.

    python tools/motion.py talking.mp4 grimaces.mp4 --out motion.npz

A motion file holds no picture. tools/portrait.py IMAGE --motion FILE moves a portrait with it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from livegan.counting import counted
from livegan.errors import UsageError
from workshop import motion
from workshop.parser import Parser
from workshop.tally import Tally


def main(argv: list[str]) -> int:
    """Run the command; 0 when done, 2 after a mistake that the user can mend."""
    parser = Parser(
        prog="motion.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", type=Path, nargs="+", help="films with one face each")
    parser.add_argument("--out", type=Path, required=True, help="FILE.npz")
    arguments = parser.parse_args(argv)
    performances = []
    try:
        # tools/portrait.py knows a motion file by its name; found wrong after an hour is too late.
        if arguments.out.suffix != ".npz":
            raise UsageError(f"--out is {arguments.out}, wanted a name such as motion.npz")
        if not arguments.out.resolve().parent.is_dir():
            raise UsageError(f"--out is {arguments.out}, and there is no such folder; make it")
        for clip in arguments.clips:
            tally = Tally(f"frames of {clip.name}", None)
            performances.append(motion.record(clip, tally.at))
            tally.done()
        motion.save(arguments.out, performances)
    except UsageError as error:
        print(f"motion: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nmotion: stopped; nothing was written", file=sys.stderr)
        return 130
    frames = sum(len(performance.drives) for performance in performances)
    performers = counted(len(performances), "performer")
    print(f"{counted(frames, 'frame')} of {performers} in {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
