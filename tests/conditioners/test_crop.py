"""The square that livegan sees of the incoming picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.conditioners.crop import find_square, square_crop
from livegan.frames import Image
from livegan.parameters import Setting, Values


def values(**source: Setting) -> Values:
    return Values({f"source.{name}": value for name, value in source.items()})


def columns(height: int, width: int) -> Image:
    """Each column is as bright as its number."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = np.arange(width, dtype=np.uint8)[:, None]
    return picture


def centre_of_light(image: Image) -> tuple[float, float]:
    """Across and down, in pixels."""
    light = image[..., 0].astype(float)
    down, across = np.mgrid[: light.shape[0], : light.shape[1]]
    return float((light * across).sum() / light.sum()), float((light * down).sum() / light.sum())


def spot(height: int, width: int, across: int, down: int) -> Image:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[down - 2 : down + 2, across - 2 : across + 2] = 255
    return picture


def test_it_takes_the_middle_of_a_wide_picture() -> None:
    crop = square_crop(columns(100, 180), values(), 100)
    assert crop[50, 0, 0] == 40 and crop[50, -1, 0] == 139


def test_it_takes_the_middle_of_a_tall_picture() -> None:
    tall = columns(100, 180).transpose(1, 0, 2)
    crop = square_crop(np.ascontiguousarray(tall), values(), 100)
    assert crop[0, 50, 0] == 40 and crop[-1, 50, 0] == 139


@pytest.mark.parametrize(("pan", "first", "last"), [(-1.0, 0, 99), (0.5, 60, 159), (1.0, 80, 179)])
def test_pan_moves_it_from_edge_to_edge(pan: float, first: int, last: int) -> None:
    crop = square_crop(columns(100, 180), values(pan_x=pan), 100)
    assert (crop[0, 0, 0], crop[0, -1, 0]) == (first, last)


def test_pan_down_shows_what_lies_lower() -> None:
    tall = np.ascontiguousarray(columns(100, 180).transpose(1, 0, 2))
    assert square_crop(tall, values(pan_y=1.0), 100)[-1, 0, 0] == 179


def test_zoom_enlarges_the_middle() -> None:
    picture = spot(720, 1280, 640, 360)
    plain, zoomed = (square_crop(picture, values(zoom=zoom), 256) for zoom in (1.0, 4.0))
    assert centre_of_light(zoomed) == pytest.approx((127.5, 127.5), abs=0.2)
    assert zoomed.astype(float).sum() == pytest.approx(16 * plain.astype(float).sum(), rel=0.05)


def test_mirror_turns_left_for_right() -> None:
    picture = columns(100, 180)
    np.testing.assert_array_equal(
        square_crop(picture, values(mirror=True), 100), square_crop(picture, values(), 100)[:, ::-1]
    )


@pytest.mark.parametrize("zoom", [1.0, 2.0, 6.0])
@pytest.mark.parametrize("pan", [-1.0, 0.0, 0.4, 1.0])
def test_a_mirrored_camera_pans_as_the_mirror_does(zoom: float, pan: float) -> None:
    picture = columns(100, 180)
    turned = np.ascontiguousarray(picture[:, ::-1])
    by_parameter = square_crop(picture, values(mirror=True, zoom=zoom, pan_x=pan), 64)
    by_hand = square_crop(turned, values(zoom=zoom, pan_x=pan), 64)
    assert np.abs(by_parameter.astype(int) - by_hand).max() <= 2


def test_shrinking_averages_and_does_not_pick() -> None:
    checks = np.zeros((512, 512, 3), np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 255
    for size in (100, 128, 200, 256):
        crop = square_crop(checks, values(), size)
        assert crop.std() < 30 and crop.mean() == pytest.approx(127.5, abs=1.5)


@pytest.mark.parametrize("size", [64, 100, 256, 300, 720])
def test_a_point_stays_at_its_place_at_any_size(size: int) -> None:
    crop = square_crop(spot(720, 1280, 520, 270), values(), size)
    # From pixel edges: the square begins at 280, the spot's middle lies at 520 and 270.
    wanted = (240 * size / 720 - 0.5, 270 * size / 720 - 0.5)
    assert centre_of_light(crop) == pytest.approx(wanted, abs=0.6)


def test_a_slow_pan_moves_a_zoomed_picture_by_less_than_a_pixel_of_the_camera() -> None:
    picture = spot(480, 640, 320, 240)
    places = [
        centre_of_light(square_crop(picture, values(zoom=8.0, pan_x=pan), 256))[0]
        for pan in np.linspace(0.0, 0.01, 9)
    ]
    steps = -np.diff(places)
    # 0.01 of the way is 2.9 pixels of the camera and 12 of the crop; none of it comes in a jump.
    assert steps.min() > 0.5 and steps.max() < 3.0


def test_what_fits_already_is_not_copied() -> None:
    picture = columns(100, 100)
    assert np.shares_memory(square_crop(picture, values(), 100), picture)


@given(
    st.integers(1, 80),
    st.integers(1, 80),
    st.integers(1, 60),
    st.floats(1, 8),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.booleans(),
)
def test_any_picture_gives_a_whole_square(
    height: int, width: int, size: int, zoom: float, pan_x: float, pan_y: float, mirror: bool
) -> None:
    picture = np.full((height, width, 3), 200, np.uint8)
    played = values(zoom=zoom, pan_x=pan_x, pan_y=pan_y, mirror=mirror)
    crop = square_crop(picture, played, size)
    assert crop.shape == (size, size, 3) and crop.dtype == np.uint8 and crop.flags.c_contiguous
    assert (crop == 200).all()  # nothing from outside the picture
    square = find_square(height, width, played)
    assert square.left >= -1e-9 and square.left + square.side <= width + 1e-9
    assert square.top >= -1e-9 and square.top + square.side <= height + 1e-9
