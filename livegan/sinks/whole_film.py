"""A film that stands under its name once it is whole, and not before."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livegan.counting import counted
from livegan.errors import SinkLost
from livegan.sinks.recording import Recording
from livegan.takes import check_place

logger = logging.getLogger("livegan")


@contextmanager
def whole_film(path: Path, *, size: tuple[int, int], fps: float) -> Iterator[Recording]:
    """Record beside a file, and put the film in its place as the block ends well.

    Otherwise, what stood there stays, and the beginning of the film is kept as take.part.mp4.

    Args:
        path, size, fps: as for `Recording`; what stands at `path` is replaced.

    Raises:
        SinkError: the file cannot be written there.
        SinkLost: it could not be written to its end.
    """
    check_place(path)
    target = path.resolve() if path.is_symlink() else path
    beside = target.with_name(f"{path.stem}.part{path.suffix}")
    try:
        with Recording(beside, size=size, fps=fps, live=False) as film:
            yield film
    except SinkLost:  # it says by itself what is kept
        raise
    except BaseException:
        if film.written:
            there = counted(film.written, "frame is", "frames are")
            logger.warning("not finished; the first %s in %s", there, film.path)
        raise
    if not film.written:
        return
    try:
        os.replace(film.path, target)
    except OSError as error:
        raise SinkLost(
            f"{path} can't be replaced ({error.strerror}); the film is {film.path}"
        ) from None
