"""A generator that is not the end of a show where its GPU fails."""

from __future__ import annotations

import logging
from collections.abc import Callable

from livegan.errors import GeneratorLost
from livegan.frames import Image
from livegan.generators.generator import Generator
from livegan.generators.improving import Improving

logger = logging.getLogger("livegan")


class Surviving:
    """Paints with one generator, and from its first loss on with another.

    After some errors of CUDA a process never paints with it again, and nothing says which these
    are: so the first counts as the last. The other generator is opened in a thread of its own.

    Args:
        first: paints until it is lost; it is closed then, or with this.
        open_other: opens the other one.
    """

    def __init__(self, first: Generator, open_other: Callable[[], Generator]) -> None:
        self._painter = first
        self._open_other = open_other
        self._was_lost = False

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
            GeneratorLost: the first was lost, and the other one is not open yet.
        """
        try:
            return self._painter.generate(image)
        except GeneratorLost:
            if not self._was_lost:
                self._was_lost = True
                logger.warning("generator  %s is lost, another takes over", self.description)
                self._painter = Improving(self._painter, self._open_other, hurries=True)
            raise

    def close(self) -> None:
        """Close what there is. May be called twice."""
        self._painter.close()
