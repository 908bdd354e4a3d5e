"""A generator that plays at once, and goes on with a better one when that is ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np

from livegan.errors import ModelError
from livegan.frames import Image
from livegan.generators.generator import Generator
from livegan.supervision import one_line

logger = logging.getLogger("livegan")

_making = threading.Lock()
"""One at a time: whoever walks through all looks would have as many compilers beside the show."""


class Improving:
    """Paints with one generator while another is made, then with that one.

    The better one has painted once before it takes over, between two pictures. If it can't be
    made that is told, and the first one paints on.

    Args:
        first: paints meanwhile; it is closed with this.
        make_better: makes the other one; runs in a thread of its own, when no other of these does;
            not at all if this is closed before.
        hurries: whether it waits for none of the others, as the first one paints no more.
    """

    def __init__(
        self, first: Generator, make_better: Callable[[], Generator], *, hurries: bool = False
    ) -> None:
        self._painter = first
        self._better: Generator | None = None
        self._exchange = threading.Lock()
        self._closed = False
        threading.Thread(
            target=self._improve, args=(make_better, hurries), name="better-generator", daemon=True
        ).start()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._painter.size

    @property
    def description(self) -> str:
        """"backend device precision" of what paints now."""
        return self._painter.description

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
        """
        if self._better is not None:
            self._take_over()
        return self._painter.generate(image)

    def close(self) -> None:
        """Close both. May be called twice."""
        with self._exchange:
            self._closed = True
            better, self._better = self._better, None
        if better:
            better.close()
        self._painter.close()

    def _take_over(self) -> None:
        # Here and not in the other thread: the old one must not be closed while it paints.
        with self._exchange:
            if self._better is None:
                return
            old, self._painter, self._better = self._painter, self._better, None
        logger.info("generator  %s", self._painter.description)
        threading.Thread(target=old.close, name="close-generator", daemon=True).start()

    def _improve(self, make_better: Callable[[], Generator], hurries: bool) -> None:
        better: Generator | None = None
        try:
            with nullcontext() if hurries else _making:
                if self._closed:
                    return
                better = make_better()
            if better.size != self.size:
                raise ModelError(f"it paints {better.size}, wanted {self.size}")
            better.generate(np.zeros((*better.size, 3), np.uint8))
        except Exception as error:
            if better:
                better.close()
            logger.warning("generator  stays %s: %s", self.description, one_line(error))
            return
        with self._exchange:
            if not self._closed:
                self._better = better
                return
        better.close()
