"""What recordings are called, so that no take is written over by the next."""

from __future__ import annotations

import time
from pathlib import PurePath

PREFIX = "livegan-"


def new_take(now: time.struct_time) -> str:
    """The file that a recording without a name goes to, in the current folder."""
    return time.strftime(f"{PREFIX}%Y%m%d-%H%M%S.mp4", now)


def next_take(spec: str, takes: int) -> str:
    """What to open where a sink was lost and `takes` openings of it worked.

    A device keeps its name. A file gets a number, so that what it holds stays.
    """
    path = PurePath(spec)
    if takes == 0 or not path.suffix or spec.startswith("virtual-camera"):
        return spec
    return str(path.with_name(f"{path.stem}-{takes + 1}{path.suffix}"))
