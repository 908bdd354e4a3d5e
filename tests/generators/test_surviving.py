"""Where a GPU fails, the CPU goes on."""

from __future__ import annotations

import logging
import threading

import numpy as np
import pytest

from livegan.errors import GeneratorLost
from livegan.frames import Image
from livegan.generators import Identity
from livegan.generators.improving import Improving
from livegan.generators.surviving import Surviving

DRAWING = np.zeros((8, 8, 3), np.uint8)


class Failing(Identity):
    """Paints until it is told that its GPU fails; from then on never again."""

    def __init__(self) -> None:
        super().__init__((8, 8))
        self.fails = False
        self.closed = threading.Event()

    @property
    def description(self) -> str:
        return "gpu"

    def generate(self, image: Image) -> Image:
        if self.fails:
            raise GeneratorLost("an illegal memory access was encountered")
        return super().generate(image)

    def close(self) -> None:
        self.closed.set()


class Opener:
    """Opens the other one when it may."""

    def __init__(self) -> None:
        self.may_open = threading.Event()
        self.opened = 0

    def __call__(self) -> Identity:
        assert self.may_open.wait(10)
        self.opened += 1
        return Identity((8, 8))


def _paint_until_it_works(generator: Surviving) -> None:
    for _ in range(10_000):
        try:
            generator.generate(DRAWING)
            return
        except GeneratorLost:
            threading.Event().wait(0.001)
    pytest.fail("nothing took over")


def test_nothing_is_opened_while_it_paints() -> None:
    opener = Opener()
    generator = Surviving(Failing(), opener)
    opener.may_open.set()
    assert generator.generate(DRAWING).shape == DRAWING.shape
    assert generator.description == "gpu" and opener.opened == 0


def test_the_other_takes_over_and_the_lost_one_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    first, opener = Failing(), Opener()
    generator = Surviving(first, opener)
    first.fails = True
    with caplog.at_level(logging.INFO, "livegan"):
        for _ in range(3):  # the show goes on with the last picture meanwhile
            with pytest.raises(GeneratorLost, match="illegal memory access"):
                generator.generate(DRAWING)
        opener.may_open.set()
        _paint_until_it_works(generator)
    assert generator.description == Identity((8, 8)).description
    assert first.closed.wait(10)
    assert opener.opened == 1
    assert [one.levelno for one in caplog.records] == [logging.WARNING, logging.INFO]


def test_it_closes_what_paints() -> None:
    first = Failing()
    Surviving(first, Opener()).close()
    assert first.closed.is_set()


def test_the_other_waits_for_no_compiler_that_works_for_another_look() -> None:
    first, opener, ends = Failing(), Opener(), threading.Event()

    def compile_() -> Identity:
        assert ends.wait(60)
        return Identity((8, 8))

    compiling = Improving(Identity((8, 8)), compile_)
    generator = Surviving(first, opener)
    first.fails = True
    opener.may_open.set()
    try:
        _paint_until_it_works(generator)
        assert not ends.is_set()
    finally:
        ends.set()
        compiling.close()
