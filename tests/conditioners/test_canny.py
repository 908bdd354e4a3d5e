"""Edges, white on black."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livegan.conditioners.canny import Canny, automatic_thresholds
from livegan.frames import Frame, Image
from livegan.parameters import Setting, Values

SIZE = 128


def draw(picture: Image, **canny: Setting) -> Image:
    values = Values({f"canny.{name}": value for name, value in canny.items()})
    return Canny((SIZE, SIZE)).condition(Frame(picture, 0, 0.0), values).image


def scene() -> Image:
    """Strong and weak shapes on a soft ramp."""
    picture = np.empty((SIZE, SIZE, 3), np.uint8)
    picture[:] = np.linspace(60, 120, SIZE).astype(np.uint8)[:, None]
    cv2.circle(picture, (40, 44), 25, (200, 180, 90), -1)
    cv2.rectangle(picture, (70, 70), (115, 110), (40, 60, 130), -1)
    cv2.ellipse(picture, (92, 34), (22, 14), 20, 0, 360, (150, 120, 110), -1)
    return picture


def noisy(picture: Image, sigma: float, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_it_draws_the_outline_and_nothing_else() -> None:
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[40:90, 30:100] = 255
    drawing = draw(picture)
    assert set(np.unique(drawing)) == {0, 255}
    assert (drawing[..., 0] == drawing[..., 1]).all() and (drawing[..., 0] == drawing[..., 2]).all()
    down, across = np.nonzero(drawing[..., 0])
    inside = (down > 43) & (down < 86) & (across > 33) & (across < 96)
    outside = (down < 36) | (down > 93) | (across < 26) | (across > 103)
    assert not (inside | outside).any()
    assert len(down) == pytest.approx(2 * (50 + 70), rel=0.1)  # one pixel wide, and closed


def test_the_drawing_is_as_large_as_asked_and_whole() -> None:
    seen = Canny((256, 256)).condition(Frame(scene(), 0, 0.0), Values())
    assert seen.image.shape == seen.camera.shape == (256, 256, 3)
    assert seen.image.dtype == np.uint8 and seen.image.flags.c_contiguous
    assert seen.found is None and seen.landmarks is None


def test_a_blank_wall_stays_blank_under_camera_noise() -> None:
    wall = np.full((SIZE, SIZE, 3), 128, np.uint8)
    assert all(not draw(noisy(wall, 4, seed)).any() for seed in range(5))


def test_a_dim_picture_keeps_its_edges() -> None:
    dim = (40 + scene() * 0.5).astype(np.uint8)
    fixed, automatic = draw(dim, automatic=False), draw(dim)
    outline = draw(scene()) > 0
    assert (automatic[outline] > 0).mean() > 0.8
    assert (fixed[outline] > 0).mean() < 0.1  # which is what the automatic is for


def test_a_still_scene_keeps_its_thresholds_and_its_lines() -> None:
    highs, drawings = [], []
    for seed in range(12):
        picture = noisy(scene(), 4, seed)
        gray = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (0, 0), 1.4)
        dx, dy = (np.asarray(slope, np.int16) for slope in cv2.spatialGradient(gray))
        highs.append(automatic_thresholds(dx, dy)[1])
        drawings.append(draw(picture)[..., 0])
    assert max(highs) - min(highs) <= 2  # gradients are even numbers: one step
    for drawing in drawings[1:]:
        near = cv2.dilate(drawing, np.ones((3, 3), np.uint8))
        assert (near[drawings[0] > 0] > 0).mean() > 0.95  # no line comes or goes


def test_lower_thresholds_draw_more() -> None:
    picture = noisy(scene(), 4, 0)
    fine, coarse = (
        np.count_nonzero(draw(picture, automatic=False, low=low, high=high))
        for low, high in ((10.0, 20.0), (60.0, 150.0))
    )
    assert fine > 1.2 * coarse > 0


def test_thresholds_in_the_wrong_order_are_taken_in_the_right_one() -> None:
    np.testing.assert_array_equal(
        draw(scene(), automatic=False, low=150.0, high=60.0),
        draw(scene(), automatic=False, low=60.0, high=150.0),
    )


def test_blur_takes_fine_lines_away_and_none_is_allowed() -> None:
    picture = noisy(scene(), 12, 0)
    sharp, soft = (np.count_nonzero(draw(picture, blur=blur)) for blur in (0.0, 3.0))
    assert sharp > 2 * soft > 0


def test_the_same_picture_has_one_drawing_whatever_came_before() -> None:
    canny = Canny((SIZE, SIZE))
    first = canny.condition(Frame(scene(), 0, 0.0), Values()).image
    canny.condition(Frame(np.full_like(scene(), 255), 1, 0.1), Values())
    again = canny.condition(Frame(scene(), 2, 9.0), Values()).image
    np.testing.assert_array_equal(first, again)
    canny.close()
    canny.close()


def test_the_frame_is_not_written_into() -> None:
    picture = scene()
    draw(picture)
    np.testing.assert_array_equal(picture, scene())


def test_inverted_the_same_lines_are_black_on_white() -> None:
    np.testing.assert_array_equal(draw(scene(), inverted=True), 255 - draw(scene()))
    assert draw(scene()).mean() < 60  # as it is by default


def test_a_rectangle_is_drawn_as_a_rectangle() -> None:
    picture = np.zeros((120, 300, 3), np.uint8)
    picture[40:80, 100:200] = 255
    seen = Canny((60, 150)).condition(Frame(picture, 0, 0.0), Values())
    down, across = np.nonzero(seen.image[..., 0])
    assert seen.image.shape == seen.camera.shape == (60, 150, 3)
    assert (np.ptp(across), np.ptp(down)) == pytest.approx((50, 20), abs=2)
