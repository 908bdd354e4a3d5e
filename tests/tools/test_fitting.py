"""Pictures come to size as asked, and landmarks stay on what they mark."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livegan.errors import UsageError
from livegan.frames import Image
from workshop.fitting import WAYS, fit, read_size

SPOT = (130.0, 70.0)  # x, y in a picture of 240 x 120


def picture() -> Image:
    image = np.full((120, 240, 3), 40, np.uint8)
    cv2.circle(image, (round(SPOT[0]), round(SPOT[1])), 8, (255, 255, 255), -1)
    return image


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [(64, 64), (256, 512), (100, 40), (300, 300)])
def test_a_landmark_stays_on_its_spot(way: str, size: tuple[int, int]) -> None:
    fitted = fit(picture(), size, way)
    assert fitted.picture.shape == (*size, 3)
    moved = fitted.move(np.array([[*SPOT, 5.0]], np.float32))
    rows, columns = np.nonzero(fitted.picture[:, :, 0] > 150)
    if len(rows):
        assert moved[0, :2] == pytest.approx([columns.mean() + 0.5, rows.mean() + 0.5], abs=1.5)
    else:
        assert not 0 <= moved[0, 0] < size[1], "cut off"


def test_cover_fills_contain_shows_all_and_stretch_does_both() -> None:
    covered, contained, stretched = (fit(picture(), (64, 64), way).picture for way in WAYS)
    assert covered.min() >= 35 and stretched.min() >= 35
    assert (contained[:16] == 0).all() and (contained[48:] == 0).all()
    assert contained[17:47].min() >= 35


def test_labels_are_not_mixed() -> None:
    image = np.zeros((50, 50, 3), np.uint8)
    image[:, 23:] = (200, 100, 0)
    for way in WAYS:
        colours = np.unique(fit(image, (64, 96), way, labels=True).picture.reshape(-1, 3), axis=0)
        assert colours.tolist() == [[0, 0, 0], [200, 100, 0]]


def test_sizes_are_read_as_people_say_them() -> None:
    assert read_size("256") == (256, 256)
    assert read_size("512x256") == (256, 512)
    for text in ("big", "0", "256x", "9999"):
        with pytest.raises(UsageError, match="--size"):
            read_size(text)
