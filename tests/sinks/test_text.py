"""Text as a picture."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from livegan.sinks.text import CELL, typeset, wrapped

HEIGHT, WIDTH = CELL


def test_letters_lie_on_a_grid_whatever_they_are() -> None:
    alone = typeset(["W"], margin=0)
    line = typeset([".iW"], margin=0)
    assert alone.shape == (HEIGHT, WIDTH)
    assert line.shape == (HEIGHT, 3 * WIDTH)
    assert np.array_equal(line[:, 2 * WIDTH :], alone)
    assert alone.max() > 200


def test_lines_follow_each_other_downwards_and_a_short_one_ends_in_nothing() -> None:
    page = typeset(["latency", "", "ok"], margin=0)
    assert page.shape == (3 * HEIGHT, 7 * WIDTH)
    assert page[:HEIGHT].any()
    assert not page[HEIGHT : 2 * HEIGHT].any()
    assert page[2 * HEIGHT :, : 2 * WIDTH].any()
    assert not page[2 * HEIGHT :, 2 * WIDTH :].any()


def test_a_screen_of_small_pixels_gets_letters_of_twice_the_size() -> None:
    assert typeset(["fps"], scale=2).shape == tuple(2 * n for n in typeset(["fps"]).shape)


def test_a_margin_holds_the_ink_away_from_the_edge() -> None:
    page = typeset(["M"])
    assert page[HEIGHT // 2 : -(HEIGHT // 2), WIDTH:-WIDTH].any()
    assert not page[: HEIGHT // 2].any() and not page[:, :WIDTH].any()


def test_accents_are_written_and_unknown_letters_replaced() -> None:
    assert not np.array_equal(typeset(["é"]), typeset(["e"]))
    assert np.array_equal(typeset(["ǒ"]), typeset(["o"]))
    assert np.array_equal(typeset(["猫"]), typeset(["?"]))


def test_no_two_letters_look_the_same() -> None:
    letters = [chr(code) for code in range(33, 127)]
    assert len({typeset([letter]).tobytes() for letter in letters}) == len(letters)


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_text_can_be_set(lines: list[str]) -> None:
    widest = max(map(len, lines), default=0)
    assert typeset(lines, margin=0).shape == (len(lines) * HEIGHT, widest * WIDTH)


def test_a_line_that_is_too_long_is_broken_between_words_and_no_word_is_lost() -> None:
    long = "preset degraded: there are: " + ", ".join(["faces-from-noise"] * 12)
    lines = wrapped(["short   one", long], 60)
    assert lines[0] == "short   one" and len(lines) > 2
    assert max(map(len, lines)) <= 60
    assert " ".join(line.strip() for line in lines[1:]) == long


def test_lines_are_not_broken_to_shreds_in_a_tiny_window() -> None:
    lines = ["generate 11.0  present 6.9 ms", ""]
    assert wrapped(lines, 3) == lines
