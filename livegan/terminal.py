"""What livegan says on the terminal."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def telling() -> Iterator[None]:
    """What goes well goes to standard output, what does not to standard error; a line each."""
    with _past_libraries():
        well, badly = logging.StreamHandler(sys.stdout), logging.StreamHandler(sys.stderr)
        well.addFilter(lambda record: record.levelno < logging.WARNING)
        badly.setLevel(logging.WARNING)
        logger = logging.getLogger("livegan")
        logger.setLevel(logging.INFO)
        for handler in (well, badly):
            logger.addHandler(handler)
        try:
            yield
        finally:
            for handler in (well, badly):
                logger.removeHandler(handler)


@contextmanager
def _past_libraries() -> Iterator[None]:
    """Let Python write to standard error by a descriptor of its own.

    What keeps a library's log off the terminal closes the usual one for a moment, until a first
    face is seen for a tenth of the time, and no line of livegan's may be lost in it.
    """
    before = sys.stderr
    try:
        own = os.dup(before.fileno())
    except (AttributeError, OSError, ValueError):  # there is none, or it is no file
        yield
        return
    before.flush()
    with open(own, "w", buffering=1, encoding=before.encoding, errors=before.errors) as past:
        sys.stderr = past
        try:
            yield
        finally:
            sys.stderr = before
