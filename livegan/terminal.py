"""What livegan says on the terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def telling() -> Iterator[None]:
    """What goes well goes to standard output, what does not to standard error; a line each."""
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
