"""What recordings are called, and where they may go: no take is written over by the next."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from livegan.errors import SinkError


def new_take(now: time.struct_time) -> str:
    """The file that a recording without a name goes to, in the current folder."""
    return time.strftime("livegan-%Y%m%d-%H%M%S.mp4", now)


def check_place(path: Path) -> None:
    """Refuse a place where nothing could be recorded, before anything is opened.

    Raises:
        SinkError: its folder does not exist or is closed to us, or something stands there that is
            no ordinary file.
    """
    why = ""
    if not path.parent.is_dir():
        why = f"the folder {path.parent} does not exist"
    elif not os.access(path.parent, os.W_OK):
        why = f"the folder {path.parent} may not be written to; choose another place"
    elif path.is_dir():
        why = "it is a folder; name a file in it"
    elif path.exists() and not path.is_file():
        why = "it is a device; name a file"
    if why:
        raise SinkError(f"cannot record to {path}: {why}")


def claim(path: Path) -> Path:
    """Make an empty file under the first name that is free: take.mp4, take-2.mp4, take-3.mp4.

    Two that ask at once get two names, and nothing that exists is touched.

    Raises:
        OSError: no file can be made there.
    """
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    for name in chain([path], names):
        with suppress(FileExistsError):
            name.open("xb").close()
            return name
    raise AssertionError("numbers never end")
