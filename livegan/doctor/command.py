"""The command `livegan doctor`."""

from __future__ import annotations

import argparse
import sys

from livegan.options import DEFAULT_PRESET


def doctor(_: argparse.Namespace) -> int:
    """Say what is right and wrong with this machine, and the cure; 2 if livegan can't play."""
    # Nobody else needs these.
    from livegan.doctor.examination import can_play, examine
    from livegan.doctor.probes import gather
    from livegan.doctor.report import report, takes_colour

    sections = examine(gather(DEFAULT_PRESET))
    for line in report(sections, colour=takes_colour(sys.stdout)):
        print(line)
    return 0 if can_play(sections) else 2
