"""The last touch on a picture."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from livegan.finish import Finish, coloured
from livegan.frames import Image
from livegan.parameters import Setting, Values

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (6, 5, 3), np.uint8)


def finished(picture: Image, **values: Setting) -> Image:
    """The picture as it leaves."""
    return Finish()(picture, Values({f"output.{name}": value for name, value in values.items()}))


def test_by_default_the_very_picture_leaves() -> None:
    assert finished(PICTURE) is PICTURE


def test_mirror_and_blackout() -> None:
    assert np.array_equal(finished(PICTURE, mirror=True), PICTURE[:, ::-1])
    assert finished(PICTURE, mirror=True).flags.c_contiguous
    assert not finished(PICTURE, blackout=True).any()


def test_fade_goes_to_black_and_brightness_to_white() -> None:
    assert np.abs(finished(PICTURE, fade=0.5).astype(int) - PICTURE / 2).max() <= 0.5
    assert not finished(PICTURE, fade=1.0).any()
    bright = finished(PICTURE, brightness=2.0)
    assert np.array_equal(bright, np.minimum(PICTURE.astype(int) * 2, 255))


def hue_of(picture: Image) -> float:
    """The hue of its first pixel, in degrees."""
    blue, green, red = (float(value) / 255 for value in picture[0, 0])
    return 360 * colorsys.rgb_to_hsv(red, green, blue)[0]


@pytest.mark.parametrize("hue_deg", [120.0, -120.0, 180.0])
def test_hue_turns_colours_and_leaves_greys_and_luminance(hue_deg: float) -> None:
    muted = np.full((1, 1, 3), (90, 90, 130), np.uint8)
    turned = finished(muted, hue=hue_deg)
    assert (hue_of(turned) - hue_deg + 20) % 360 < 40
    luma = np.array([0.072, 0.715, 0.213])
    assert abs((turned.astype(float) - muted) @ luma) < 1.5
    grey = np.full((1, 1, 3), 90, np.uint8)
    assert np.abs(finished(grey, hue=hue_deg).astype(int) - 90).max() <= 1


def test_hue_and_fade_work_together() -> None:
    both = finished(PICTURE, hue=40.0, fade=0.5)
    assert np.abs(both.astype(int) - coloured(coloured(PICTURE, 0.5, 0), 1, 40.0)).max() <= 2


def test_freeze_holds_one_picture_until_it_is_let_go() -> None:
    finish = Finish()
    frozen = Values({"output.freeze": True})
    held = finish(PICTURE, frozen)
    other = np.zeros_like(PICTURE)
    assert finish(other, frozen) is held
    assert finish(other, Values()) is other
