"""A better generator takes over between two pictures, or is told and left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import numpy as np
import pytest

from livegan.errors import ModelError
from livegan.frames import Image
from livegan.generators import Generator
from livegan.generators.improving import Improving

DRAWING = np.zeros((8, 8, 3), np.uint8)


class Painter:
    """Paints one grey level and notes what is done to it."""

    def __init__(self, level: int, size: tuple[int, int] = (8, 8)) -> None:
        self.level, self.size = level, size
        self.painted = 0
        self.closed = threading.Event()

    @property
    def description(self) -> str:
        return f"paints {self.level}"

    def generate(self, image: Image) -> Image:
        assert not self.closed.is_set()
        self.painted += 1
        return np.full_like(image, self.level)

    def close(self) -> None:
        self.closed.set()


def _ended(name: str = "better-generator") -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(10)
            assert not thread.is_alive()


def _when(event: threading.Event, painter: Painter) -> Callable[[], Generator]:
    def make() -> Generator:
        assert event.wait(10)
        return painter

    return make


def test_the_first_paints_until_the_better_is_ready_then_that_one() -> None:
    first, better, ready = Painter(1), Painter(2), threading.Event()
    generator = Improving(first, _when(ready, better))
    assert generator.generate(DRAWING).max() == 1 and generator.description == "paints 1"
    ready.set()
    _ended()
    assert better.painted == 1, "it paints once before it takes over"
    assert generator.description == "paints 1", "between two pictures"
    assert generator.generate(DRAWING).min() == 2 and generator.description == "paints 2"
    assert first.closed.wait(10) and not better.closed.is_set()
    generator.close()
    assert better.closed.is_set()


def _broken() -> Generator:
    raise ModelError("the compiler crashed")


def _of_another_size() -> Generator:
    return Painter(2, (16, 16))


class Sick(Painter):
    """Opens, and does not paint."""

    def generate(self, image: Image) -> Image:
        raise ModelError("no memory left")


def test_one_that_opens_and_does_not_paint_gives_back_what_it_holds() -> None:
    sick = Sick(2)
    generator = Improving(Painter(1), lambda: sick)
    _ended()
    assert generator.generate(DRAWING).max() == 1 and sick.closed.is_set()
    generator.close()


def test_one_is_made_at_a_time_and_none_for_what_has_ended_meanwhile() -> None:
    begun, ready = threading.Event(), threading.Event()
    made: list[int] = []

    def make_slowly() -> Generator:
        begun.set()
        return _when(ready, Painter(2))()

    def make() -> Generator:
        made.append(1)
        return Painter(3)

    first = Improving(Painter(1), make_slowly)
    assert begun.wait(10)
    second = Improving(Painter(1), make)
    second.close()
    third = Improving(Painter(1), make)
    assert not made
    ready.set()
    _ended()
    assert len(made) == 1 and third.generate(DRAWING).max() == 3
    first.close()
    third.close()


@pytest.mark.parametrize(
    ("make", "told"),
    [(_broken, "the compiler crashed"), (_of_another_size, "it paints (16, 16), wanted (8, 8)")],
)
def test_one_that_cannot_be_made_is_told_and_the_first_paints_on(
    caplog: pytest.LogCaptureFixture, make: Callable[[], Generator], told: str
) -> None:
    caplog.set_level(logging.WARNING, logger="livegan")
    generator = Improving(Painter(1), make)
    _ended()
    assert generator.generate(DRAWING).max() == 1
    assert f"stays paints 1: {told}" in caplog.text
    generator.close()


def test_one_that_comes_after_the_end_is_closed() -> None:
    first, better, ready = Painter(1), Painter(2), threading.Event()
    generator = Improving(first, _when(ready, better))
    generator.close()
    ready.set()
    _ended()
    assert first.closed.is_set() and better.closed.is_set()


def test_one_that_is_ready_as_it_ends_is_closed() -> None:
    first, better, ready = Painter(1), Painter(2), threading.Event()
    ready.set()
    generator = Improving(first, _when(ready, better))
    _ended()
    generator.close()
    generator.close()
    assert first.closed.is_set() and better.closed.is_set()
