"""What recordings are called."""

from __future__ import annotations

import time

import pytest

from livegan.takes import new_take, next_take


def test_a_take_is_named_for_its_second() -> None:
    moment = time.strptime("2026-11-21 04:05:06", "%Y-%m-%d %H:%M:%S")
    assert new_take(moment) == "livegan-20261121-040506.mp4"


@pytest.mark.parametrize(
    ("spec", "takes", "opened"),
    [
        ("show.mp4", 0, "show.mp4"),
        ("show.mp4", 1, "show-2.mp4"),
        ("show.mp4", 2, "show-3.mp4"),
        ("null", 5, "null"),
        ("virtual-camera:/dev/video7", 5, "virtual-camera:/dev/video7"),
        ("virtual-camera:OBS 2.0", 5, "virtual-camera:OBS 2.0"),
    ],
)
def test_a_take_that_was_kept_is_not_written_over(spec: str, takes: int, opened: str) -> None:
    assert next_take(spec, takes) == opened
