"""The part that livegan sees of the incoming picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.conditioners.crop import cut_part, find_part, size_to_look_at
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
    crop = cut_part(columns(100, 180), values(), (100, 100))
    assert crop[50, 0, 0] == 40 and crop[50, -1, 0] == 139


def test_it_takes_the_middle_of_a_tall_picture() -> None:
    tall = columns(100, 180).transpose(1, 0, 2)
    crop = cut_part(np.ascontiguousarray(tall), values(), (100, 100))
    assert crop[0, 50, 0] == 40 and crop[-1, 50, 0] == 139


@pytest.mark.parametrize(("pan", "first", "last"), [(-1.0, 0, 99), (0.5, 60, 159), (1.0, 80, 179)])
def test_pan_moves_it_from_edge_to_edge(pan: float, first: int, last: int) -> None:
    crop = cut_part(columns(100, 180), values(pan_x=pan), (100, 100))
    assert (crop[0, 0, 0], crop[0, -1, 0]) == (first, last)


def test_pan_down_shows_what_lies_lower() -> None:
    tall = np.ascontiguousarray(columns(100, 180).transpose(1, 0, 2))
    assert cut_part(tall, values(pan_y=1.0), (100, 100))[-1, 0, 0] == 179


def test_zoom_enlarges_the_middle() -> None:
    picture = spot(720, 1280, 640, 360)
    plain, zoomed = (cut_part(picture, values(zoom=zoom), (256, 256)) for zoom in (1.0, 4.0))
    assert centre_of_light(zoomed) == pytest.approx((127.5, 127.5), abs=0.2)
    assert zoomed.astype(float).sum() == pytest.approx(16 * plain.astype(float).sum(), rel=0.05)


@pytest.mark.parametrize(
    ("size", "first", "last"),
    [((100, 150), 15, 164), ((60, 150), 0, 179), ((50, 25), 65, 114), ((100, 180), 0, 179)],
)
def test_it_takes_the_largest_part_of_another_shape(
    size: tuple[int, int], first: int, last: int
) -> None:
    crop = cut_part(columns(100, 180), values(), size)
    assert crop.shape == (*size, 3)
    assert crop[0, 0, 0] == pytest.approx(first, abs=1)
    assert crop[0, -1, 0] == pytest.approx(last, abs=1)


@pytest.mark.parametrize("size", [(90, 240), (240, 90), (144, 384), (400, 1000), (700, 300)])
@pytest.mark.parametrize("zoom", [1.0, 2.5])
def test_what_is_round_stays_round_in_any_shape(size: tuple[int, int], zoom: float) -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    down, across = np.mgrid[:360, :640] + 0.5
    picture[np.hypot(across - 320, down - 180) < 25] = 255
    crop = cut_part(picture, values(zoom=zoom), size)
    disc = crop[..., 0] > 127
    scale = zoom * max(size[0] / 360, size[1] / 640)  # the part is as large as the picture lets it
    for side in (disc.any(axis=0).sum(), disc.any(axis=1).sum()):
        assert side == pytest.approx(50 * scale, abs=2)
    assert centre_of_light(crop) == pytest.approx(
        (size[1] / 2 - 0.5, size[0] / 2 - 0.5), abs=1
    )


def test_pan_reaches_the_edges_in_any_shape() -> None:
    picture = columns(100, 180)
    left, right = (cut_part(picture, values(pan_x=pan), (100, 60)) for pan in (-1.0, 1.0))
    assert (left[0, 0, 0], left[0, -1, 0], right[0, 0, 0], right[0, -1, 0]) == (0, 59, 120, 179)


@pytest.mark.parametrize(
    ("camera", "zoom", "size", "looked_at"),
    [
        ((720, 1280), 1.0, (512, 512), (720, 720)),
        ((1080, 1920), 1.0, (256, 256), (540, 540)),
        ((480, 640), 8.0, (256, 256), (256, 256)),
        ((720, 1280), 1.0, (256, 384), (720, 1080)),
        ((720, 1280), 4.0, (384, 256), (384, 256)),
    ],
)
def test_faces_are_looked_for_neither_in_too_much_nor_in_too_little(
    camera: tuple[int, int], zoom: float, size: tuple[int, int], looked_at: tuple[int, int]
) -> None:
    image = np.zeros((*camera, 3), np.uint8)
    assert size_to_look_at(image, values(zoom=zoom), size, 256) == looked_at


def square_of_old(image: Image, zoom: float, pan: float, size: int) -> Image:
    """The square as version 1 of the drawings took it, where it shrinks by less than two."""
    side = min(image.shape[:2]) / zoom
    left, top = (
        round((length - side) * (place + 1) / 2)
        for length, place in ((image.shape[1], pan), (image.shape[0], 0.0))
    )
    part = image[top : top + round(side), left : left + round(side)]
    return np.asarray(cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize(("height", "width"), [(333, 517), (481, 360), (300, 300)])
@pytest.mark.parametrize(("zoom", "pan"), [(1.0, 0.0), (1.37, 0.3), (1.1, -0.77)])
def test_a_square_drawing_is_to_the_bit_what_it_was(
    height: int, width: int, zoom: float, pan: float
) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    np.testing.assert_array_equal(
        cut_part(picture, values(zoom=zoom, pan_x=pan), (200, 200)),
        square_of_old(picture, zoom, pan, 200),
    )


def test_mirror_turns_left_for_right() -> None:
    picture = columns(100, 180)
    plain, mirrored = (
        cut_part(picture, values(mirror=mirror), (100, 100)) for mirror in (False, True)
    )
    np.testing.assert_array_equal(mirrored, plain[:, ::-1])


@pytest.mark.parametrize("zoom", [1.0, 2.0, 6.0])
@pytest.mark.parametrize("pan", [-1.0, 0.0, 0.4, 1.0])
def test_a_mirrored_camera_pans_as_the_mirror_does(zoom: float, pan: float) -> None:
    picture = columns(100, 180)
    turned = np.ascontiguousarray(picture[:, ::-1])
    by_parameter = cut_part(picture, values(mirror=True, zoom=zoom, pan_x=pan), (64, 64))
    by_hand = cut_part(turned, values(zoom=zoom, pan_x=pan), (64, 64))
    assert np.abs(by_parameter.astype(int) - by_hand).max() <= 2


def test_shrinking_averages_and_does_not_pick() -> None:
    checks = np.zeros((512, 512, 3), np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 255
    for size in (100, 128, 200, 256):
        crop = cut_part(checks, values(), (size, size))
        assert crop.std() < 30 and crop.mean() == pytest.approx(127.5, abs=1.5)


@pytest.mark.parametrize("size", [64, 100, 256, 300, 720])
def test_a_point_stays_at_its_place_at_any_size(size: int) -> None:
    crop = cut_part(spot(720, 1280, 520, 270), values(), (size, size))
    # From pixel edges: the square begins at 280, the spot's middle lies at 520 and 270.
    wanted = (240 * size / 720 - 0.5, 270 * size / 720 - 0.5)
    assert centre_of_light(crop) == pytest.approx(wanted, abs=0.6)


def test_a_slow_pan_moves_a_zoomed_picture_by_less_than_a_pixel_of_the_camera() -> None:
    picture = spot(480, 640, 320, 240)
    places = [
        centre_of_light(cut_part(picture, values(zoom=8.0, pan_x=pan), (256, 256)))[0]
        for pan in np.linspace(0.0, 0.01, 9)
    ]
    steps = -np.diff(places)
    # 0.01 of the way is 2.9 pixels of the camera and 12 of the crop; none of it comes in a jump.
    assert steps.min() > 0.5 and steps.max() < 3.0


def test_what_fits_already_is_not_copied() -> None:
    picture = columns(100, 100)
    assert np.shares_memory(cut_part(picture, values(), (100, 100)), picture)


@given(
    st.integers(1, 80),
    st.integers(1, 80),
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.floats(1, 8),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.booleans(),
)
def test_any_picture_gives_a_whole_crop(
    height: int,
    width: int,
    size: tuple[int, int],
    zoom: float,
    pan_x: float,
    pan_y: float,
    mirror: bool,
) -> None:
    picture = np.full((height, width, 3), 200, np.uint8)
    played = values(zoom=zoom, pan_x=pan_x, pan_y=pan_y, mirror=mirror)
    crop = cut_part(picture, played, size)
    assert crop.shape == (*size, 3) and crop.dtype == np.uint8 and crop.flags.c_contiguous
    assert (crop == 200).all()  # nothing from outside the picture
    part = find_part(height, width, played, size)
    assert part.left >= -1e-9 and part.left + part.width <= width + 1e-9
    assert part.top >= -1e-9 and part.top + part.height <= height + 1e-9
    assert part.width / part.height == pytest.approx(size[1] / size[0])
