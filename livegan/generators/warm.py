"""Generators that stay open after they were closed, for looks that come back in a show."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from livegan.errors import GeneratorLost
from livegan.frames import Image
from livegan.generators.generator import Generator

_MOST_IDLE = 4
"""Each holds 25 to 60 MiB; to compile one anew takes half a second from a show on two cores."""


class Warm:
    """Opens generators, and keeps those that were closed last. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Hashable, Generator] = {}

    def open(self, known: Hashable, load: Callable[[], Generator]) -> Generator:
        """One that waits, or a new one.

        Args:
            known: equal for what `load` would make alike.
            load: makes one.
        """
        with self._lock:
            waiting = self._idle.pop(known, None)
        return _Lent(waiting or load(), lambda back: self._take_back(known, back))

    def _take_back(self, known: Hashable, generator: Generator) -> None:
        closing = []
        with self._lock:
            if known in self._idle:
                closing.append(generator)
            else:
                self._idle[known] = generator
            while len(self._idle) > _MOST_IDLE:  # the one that has waited longest is first
                closing.append(self._idle.pop(next(iter(self._idle))))
        for one in closing:
            one.close()


class _Lent:
    """A generator that is given back instead of closed."""

    def __init__(self, generator: Generator, give_back: Callable[[Generator], None]) -> None:
        self._generator: Generator | None = generator
        self._give_back = give_back
        self._using = threading.Lock()
        self._failed = False
        self._size, self._description = generator.size, generator.description

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        generator = self._generator
        if generator:
            self._description = generator.description
        return self._description

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            GeneratorLost: it is closed, and somebody else may paint with it.
        """
        with self._using:
            if self._generator is None:
                raise GeneratorLost("the generator is closed")
            try:
                return self._generator.generate(image)
            except Exception:
                self._failed = True
                raise

    def close(self) -> None:
        """Give it back; one that failed is closed: a new one may not. May be called twice."""
        with self._using:
            generator, self._generator = self._generator, None
        if generator and self._failed:
            generator.close()
        elif generator:
            self._give_back(generator)
