"""Painting, mixed with what came in and with what went before."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeGenerator

from livegan.blending import Blending, Trail
from livegan.conditioners.conditioner import Conditioned
from livegan.frames import Image
from livegan.parameters import Setting, Values


def flat(level: int) -> Image:
    """A picture of one grey level."""
    return np.full((4, 4, 3), level, np.uint8)


def level(picture: Image) -> int:
    """Its grey level, which is one."""
    assert picture.min() == picture.max()
    return int(picture[0, 0, 0])


def paint(
    blending: Blending, drawing: int, time_s: float = 0.0, **values: Setting
) -> tuple[int, int]:
    """The levels of drawing and picture, painted 100 brighter, with a camera of level 10."""
    named = Values({f"generator.{name}": value for name, value in values.items()})
    generator = FakeGenerator(lambda image: image + np.uint8(100))
    drawn = Conditioned(flat(drawing), flat(10))
    return tuple(level(one) for one in blending.paint(generator, drawn, time_s, named))  # type: ignore[return-value]


def test_by_default_the_generators_picture_passes_untouched() -> None:
    made = flat(7)
    drawn = Conditioned(flat(1), flat(2))
    drawing, picture = Blending().paint(FakeGenerator(lambda _: made), drawn, 0.0, Values())
    assert picture is made and drawing is drawn.image


@pytest.mark.parametrize(("mix", "shown"), [(1.0, 150), (0.5, 80), (0.0, 10)])
def test_mix_goes_from_the_camera_to_the_picture(mix: float, shown: int) -> None:
    assert paint(Blending(), 50, mix=mix) == (50, shown)


def test_bypass_shows_the_camera_and_paints_nothing() -> None:
    def fail(image: Image) -> Image:
        raise AssertionError("painted")

    drawn = Conditioned(flat(1), flat(2))
    values = Values({"source.bypass": True})
    _, picture = Blending().paint(FakeGenerator(fail), drawn, 0.0, values)
    assert level(picture) == 2


def test_persistence_in_is_painted_and_persistence_out_is_not() -> None:
    blending = Blending()
    paint(blending, 0, persistence_in=0.5)
    assert paint(blending, 80, 1 / 30, persistence_in=0.5) == (40, 140)
    blending = Blending()
    paint(blending, 0, persistence_out=0.5)
    assert paint(blending, 80, 1 / 30, persistence_out=0.5) == (80, 140)


@pytest.mark.parametrize("rate_hz", [15, 30, 60])
def test_a_trail_fades_alike_at_any_rate_and_goes_for_good(rate_hz: int) -> None:
    trail = Trail()
    trail.after(flat(200), 0.0, 0.9)
    left = [trail.after(flat(0), (1 + i) / rate_hz, 0.9) for i in range(4 * rate_hz)]
    assert level(left[rate_hz // 3 - 1]) == pytest.approx(200 * 0.9**10, abs=1)
    assert level(left[-1]) == 0


def test_a_trail_forgets_when_it_is_turned_off_and_follows_another_size() -> None:
    trail = Trail()
    trail.after(flat(200), 0.0, 0.9)
    trail.after(flat(0), 0.1, 0.0)
    assert level(trail.after(flat(0), 0.2, 0.9)) == 0
    assert trail.after(np.zeros((2, 2, 3), np.uint8), 0.3, 0.9).shape == (2, 2, 3)


def test_pictures_that_were_given_are_not_written_into() -> None:
    trail, first, second = Trail(), flat(200), flat(0)
    trail.after(first, 0.0, 0.9)
    trail.after(second, 0.1, 0.9)
    assert level(first) == 200 and level(second) == 0
