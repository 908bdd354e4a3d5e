"""Figures of likeness fall as a picture gets worse, and are those of the papers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livegan.frames import Image
from workshop.metrics import compare, haarpsi, ms_ssim


def scene(size: int = 192) -> Image:
    """Discs and lines on a slope of colour."""
    random = np.random.default_rng(3)
    across = np.linspace(40, 200, size)
    image = np.stack([across + 0 * across[:, None], 0 * across + across[:, None],
                      120 + 0 * across + 0 * across[:, None]], axis=2).astype(np.uint8)
    for _ in range(30):
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        x, y, radius = (int(value) for value in random.integers(0, size, 3))
        cv2.circle(image, (x, y), radius // 8 + 2, colour, -1)
        cv2.line(image, (x, y), (y, x), colour, 1)
    return image


def spoilt(way: str, image: Image) -> Image:
    if way == "blurred":
        return np.asarray(cv2.GaussianBlur(image, (0, 0), 2), np.uint8)
    if way == "noisy":
        noise = np.random.default_rng(0).normal(0, 20, image.shape)
        return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
    return np.roll(image, 1, axis=2)  # other colours


# Computed by plain convolutions in SciPy, written down from the papers without OpenCV.
@pytest.mark.parametrize(("way", "ssim", "haar"), [
    ("blurred", 0.9258, 0.6634), ("noisy", 0.9204, 0.6779), ("other colours", 0.7176, 0.5018),
])
def test_values_are_those_of_the_formulas(way: str, ssim: float, haar: float) -> None:
    image = scene()
    assert ms_ssim(spoilt(way, image), image) == pytest.approx(ssim, abs=2e-4)
    assert haarpsi(image, spoilt(way, image)) == pytest.approx(haar, abs=2e-4)


def test_equal_pictures_are_perfect() -> None:
    figures = compare(scene(), scene())
    assert figures == {"l1": 0.0, "psnr_db": 100.0, "ms_ssim": pytest.approx(1.0),
                       "haarpsi": pytest.approx(1.0)}


def test_the_farther_off_the_worse() -> None:
    image = scene(96)
    figures = [compare(np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.uint8), image)
               for blur in (0.7, 1.5, 3.0)]
    for name in ("psnr_db", "ms_ssim", "haarpsi"):
        values = [figure[name] for figure in figures]
        assert values == sorted(values, reverse=True) and values[2] < 0.9 * values[0]
    assert figures[0]["l1"] < figures[1]["l1"] < figures[2]["l1"]


def test_it_doesnt_matter_which_is_which() -> None:
    image, other = scene(96), spoilt("noisy", scene(96))
    assert haarpsi(image, other) == pytest.approx(haarpsi(other, image))
    assert ms_ssim(image, other) == pytest.approx(ms_ssim(other, image))


@pytest.mark.parametrize("size", [16, 64, 100])
def test_small_pictures_are_judged_too(size: int) -> None:
    image = scene(size)
    figures = compare(spoilt("blurred", image), image)
    assert 0.1 < figures["ms_ssim"] < 0.99 and 0.1 < figures["haarpsi"] < 0.99


def test_blank_pictures_are_alike_or_not() -> None:
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    assert haarpsi(black, black) == pytest.approx(1.0)
    assert haarpsi(black, white) < 0.8


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(16, 16, 3\), target \(32, 32, 3\)"):
        compare(scene(16), scene(32))
