"""When each picture is due."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.sources.playback import catch_up, due_index


@pytest.mark.parametrize(
    ("late_s", "gained_s", "what"),
    [
        (-0.5, math.inf, "show"),  # early
        (0.03, math.inf, "show"),  # its successor is not due yet
        (0.05, math.inf, "skip"),
        (0.05, 0.01, "skip"),  # one more decoded, and it helped
        (0.05, 0.0, "restart"),  # decoding is no faster than playing
        (0.05, -0.02, "restart"),
        (60.0, math.inf, "restart"),  # after a minute's pause nobody decodes a minute of film
    ],
)
def test_a_late_picture_is_shown_skipped_or_begins_anew(
    late_s: float, gained_s: float, what: str
) -> None:
    assert catch_up(late_s, 0.04, gained_s) == what


@given(st.integers(0, 10_000_000), st.sampled_from([23.976, 24.0, 25.0, 29.97, 30.0, 60.0]))
def test_a_picture_is_due_as_its_moment_comes_and_not_before(index: int, fps: float) -> None:
    assert due_index(index / fps, fps, 0) == index
    assert due_index((index + 0.9) / fps, fps, 0) == index
    assert due_index(index / fps, fps, index + 5) == index + 5
