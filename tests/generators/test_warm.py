"""A generator that was closed paints again without being loaded."""

from __future__ import annotations

import numpy as np
import pytest

from livegan.errors import GeneratorLost
from livegan.frames import Image
from livegan.generators import Generator, Identity
from livegan.generators.warm import Warm

DRAWING = np.full((8, 8, 3), 7, np.uint8)


class Loader:
    """Loads generators, and notes which are closed."""

    def __init__(self) -> None:
        self.loaded: list[_Noted] = []

    def __call__(self) -> Generator:
        self.loaded.append(_Noted())
        return self.loaded[-1]

    @property
    def closed(self) -> list[int]:
        return [place for place, one in enumerate(self.loaded) if one.closed]


class _Noted(Identity):
    def __init__(self) -> None:
        super().__init__((8, 8))
        self.closed = 0

    def generate(self, image: Image) -> Image:
        assert not self.closed
        return super().generate(image)

    def close(self) -> None:
        self.closed += 1


def test_what_comes_back_is_not_loaded_again() -> None:
    warm, load = Warm(), Loader()
    first = warm.open("a", load)
    first.close()
    again = warm.open("a", load)
    assert len(load.loaded) == 1 and not load.closed
    assert np.array_equal(again.generate(DRAWING), DRAWING)


def test_two_at_once_are_two() -> None:
    warm, load = Warm(), Loader()
    one, other = warm.open("a", load), warm.open("a", load)
    assert len(load.loaded) == 2
    one.close()
    other.close()
    assert load.closed == [1], "one of a kind waits"


def test_those_that_wait_longest_are_closed() -> None:
    warm, load = Warm(), Loader()
    for name in "abcdef":
        warm.open(name, load).close()
    assert load.closed == [0, 1]
    warm.open("c", load)
    assert len(load.loaded) == 6


def test_whoever_gave_it_back_paints_no_more() -> None:
    warm, load = Warm(), Loader()
    first = warm.open("a", load)
    first.close()
    first.close()
    again = warm.open("a", load)
    with pytest.raises(GeneratorLost, match="closed"):
        first.generate(DRAWING)
    first.close()
    again.generate(DRAWING)
    assert first.description == again.description and first.size == (8, 8)


def test_one_that_failed_is_closed_and_the_next_is_a_new_one() -> None:
    warm, load = Warm(), Loader()
    first = warm.open("a", load)
    load.loaded[0].closed = -1  # its memory is gone
    with pytest.raises(AssertionError):
        first.generate(DRAWING)
    first.close()
    assert np.array_equal(warm.open("a", load).generate(DRAWING), DRAWING)
    assert len(load.loaded) == 2
