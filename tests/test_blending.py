"""Painting, mixed with what came in and with what went before."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeGenerator

from livegan.blending import Blending, Mixer, Trail
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


@pytest.mark.parametrize(("share", "mixed"), [(0.0, 40), (0.25, 80), (0.5, 120), (1.0, 200)])
def test_two_pictures_are_mixed_by_their_shares(share: float, mixed: int) -> None:
    one, other = flat(40), flat(200)
    assert level(Mixer().mixed(one, other, share)) == mixed
    assert level(one) == 40 and level(other) == 200


def test_the_smaller_picture_is_brought_into_the_larger_whichever_is_in_front() -> None:
    mixer, small, large = Mixer(), flat(200), np.full((8, 8, 3), 100, np.uint8)
    assert mixer.mixed(small, large, 0.5).shape == (8, 8, 3)
    assert level(mixer.mixed(small, large, 0.25)) == level(mixer.mixed(large, small, 0.75)) == 175


def test_a_picture_of_another_shape_has_black_beside_it() -> None:
    wide = np.full((4, 8, 3), 100, np.uint8)
    mixed = Mixer().mixed(wide, flat(200), 0.5)
    assert (mixed[:, 3:5] == 150).all() and (mixed[:, [0, 7]] == 50).all()


def test_a_mix_that_is_kept_stays_as_it_is_when_the_next_one_is_made() -> None:
    mixer, large = Mixer(), np.full((8, 8, 3), 100, np.uint8)
    kept = mixer.mixed(flat(200), large, 0.0)
    mixer.mixed(flat(0), large, 0.0)
    assert level(kept) == 200
