"""The test card."""

from __future__ import annotations

import numpy as np
from sources.helpers import FakeClock

from livegan.sources.pattern import Pattern


def test_every_frame_differs_from_the_one_before() -> None:
    pattern = Pattern(live=False, frames=40)
    images = [pattern.read().image for _ in range(40)]
    assert all((a != b).any() for a, b in zip(images, images[1:], strict=False))


def test_the_same_index_always_gives_the_same_picture() -> None:
    rendered, staged = Pattern(live=False), Pattern(clock=FakeClock())
    for _ in range(5):
        a, b = rendered.read(), staged.read()
        assert a.index == b.index
        np.testing.assert_array_equal(a.image, b.image)


def test_bars_run_from_grey_over_green_to_blue() -> None:
    image = Pattern(live=False, size=(140, 140)).read().image
    assert image[20, 10].tolist() == [191, 191, 191]
    assert image[20, 70].tolist() == [0, 191, 0]
    assert image[20, 130].tolist() == [191, 0, 0]


def test_it_has_the_size_that_is_asked() -> None:
    pattern = Pattern(live=False, size=(721, 1283))
    assert pattern.read().image.shape == (721, 1283, 3)
    assert pattern.size == (721, 1283)
    assert "1283x721" in pattern.description
