"""A picture of any size in a picture of one size."""

from __future__ import annotations

import numpy as np
import pytest
from sinks.helpers import BLUE, GREEN, RED, grey, quarters

from livegan.sinks.letterbox import Letterbox, check_picture


def test_a_square_puppet_stands_in_the_middle_of_a_wide_picture_between_black() -> None:
    wide = Letterbox((72, 128)).put(quarters(256, 256))
    assert wide.shape == (72, 128, 3)
    assert not wide[:, :28].any() and not wide[:, 100:].any()
    assert tuple(wide[10, 64]) == BLUE
    assert tuple(wide[60, 35]) == GREEN
    assert tuple(wide[60, 92]) == RED


def test_what_has_the_size_already_is_not_touched() -> None:
    image = quarters(72, 128)
    assert Letterbox((72, 128)).put(image) is image


def test_nothing_is_left_of_a_picture_of_another_shape() -> None:
    box = Letterbox((60, 60))
    box.put(grey(200, 60, 30))
    lying = box.put(grey(100, 30, 60))
    assert not lying[:15].any() and not lying[45:].any()
    assert (lying[15:45] == 100).all()


def test_a_thin_picture_keeps_one_pixel() -> None:
    thin = Letterbox((50, 50)).put(grey(90, 1000, 1))
    assert (thin[:, 24:26].max(axis=(1, 2)) == 90).all()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 8), np.uint8),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((8, 8, 3), np.float32),
        np.zeros((0, 8, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused_with_both_shapes(image: np.ndarray) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8, found") as refusal:
        check_picture(image)
    assert str(image.shape) in str(refusal.value)
    assert str(image.dtype) in str(refusal.value)
