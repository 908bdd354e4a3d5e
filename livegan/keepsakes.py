"""Where livegan keeps, for whoever plays, what is to be there again the next time."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO

from livegan.files import write_atomically

_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


def state_folder() -> Path:
    """The folder of what is kept; it may not be there yet: the first `keep` makes it.

    Returns:
        `$LIVEGAN_STATE` where that is set; else where this system has programs keep their state.

    Raises:
        OSError: this user has no home.
    """
    named = os.environ.get("LIVEGAN_STATE")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else _home() / "AppData" / "Local") / "livegan"
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "livegan"
    base = os.environ.get("XDG_STATE_HOME", "")
    # The XDG base directory specification: a relative path is to be passed over.
    return (Path(base) if os.path.isabs(base) else _home() / ".local" / "state") / "livegan"


def keep(path: Path, content: str) -> None:
    """Write a file in the folder of what is kept, wholly or not at all.

    Raises:
        OSError: it can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


def hold(path: Path) -> IO[bytes] | None:
    """Hold a file against other processes, until it is closed or this process ends, however.

    Returns:
        The file, open; None where another process holds it.

    Raises:
        OSError: it can't be made, or nothing can be held where it lies.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if error.errno in _HELD:
            return None
        raise
    return file


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a service whose user the system does not know
        raise FileNotFoundError(
            errno.ENOENT, "this user has no home; name a folder in LIVEGAN_STATE"
        ) from None
