"""Where pictures go: nothing is bent, nothing leaves its cell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livegan.sinks.geometry import Rect, crop, fit, row, row_size

SIDES = st.integers(1, 4000)


def test_a_square_stands_in_the_middle_of_a_wide_cell() -> None:
    assert fit((256, 256), Rect(100, 0, 1280, 720)) == Rect(100 + 280, 0, 720, 720)


def test_a_wide_picture_lies_in_the_middle_of_a_square_cell() -> None:
    assert fit((90, 160), Rect(0, 0, 320, 320)) == Rect(0, 70, 320, 180)


def test_filling_a_wide_cell_cuts_a_square_above_and_below() -> None:
    assert crop((256, 256), Rect(0, 0, 1600, 900)) == Rect(0, 0.21875, 1, 0.5625)


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES)
def test_fitting_keeps_the_shape_and_touches_two_sides(
    height: int, width: int, down: int, across: int
) -> None:
    cell = Rect(3, 5, across, down)
    place = fit((height, width), cell)
    assert place.width / place.height == pytest.approx(width / height)
    assert place.width == pytest.approx(across) or place.height == pytest.approx(down)
    assert place.width <= across * 1.000001 and place.height <= down * 1.000001
    assert place.x + place.width / 2 == pytest.approx(cell.x + across / 2)
    assert place.y + place.height / 2 == pytest.approx(cell.y + down / 2)


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES)
def test_cropping_takes_a_part_with_the_shape_of_the_cell(
    height: int, width: int, down: int, across: int
) -> None:
    part = crop((height, width), Rect(0, 0, across, down))
    assert (part.width * width) / (part.height * height) == pytest.approx(across / down)
    assert max(part.width, part.height) == pytest.approx(1)
    assert part.x + part.width / 2 == pytest.approx(0.5)
    assert part.y + part.height / 2 == pytest.approx(0.5)


def test_a_row_shares_the_width_evenly() -> None:
    assert row(3, 900, 500) == [
        Rect(0, 0, 300, 500),
        Rect(300, 0, 300, 500),
        Rect(600, 0, 300, 500),
    ]


def test_a_window_grows_for_three_pictures_where_there_is_room() -> None:
    assert row_size((500, 400), 1, 3, (1000, 2000)) == (500, 1200)


def test_a_window_for_three_pictures_stays_on_its_screen_and_keeps_its_shape() -> None:
    assert row_size((768, 768), 1, 3, (900, 1152)) == (384, 1152)


def test_a_window_shrinks_to_one_picture() -> None:
    assert row_size((400, 1200), 3, 1, (1000, 2000)) == (400, 400)
