"""Pictures that are held back."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from livegan.delay import DelayLine
from livegan.frames import Frame

IMAGE = np.zeros((1, 1, 3), np.uint8)
RATE_HZ = 30


def play(line: DelayLine, indices: range, delay_s: float, shake_s: float = 0.0) -> list[int]:
    """The indices that are shown for frames at 30 a second."""
    chance = random.Random(1)
    return [
        line.after(
            Frame(IMAGE, index, index / RATE_HZ),
            index / RATE_HZ + chance.uniform(-shake_s, shake_s),
            delay_s,
        ).index
        for index in indices
    ]


def test_without_a_delay_the_very_frame_passes() -> None:
    frame = Frame(IMAGE, 0, 0.0)
    assert DelayLine().after(frame, 0.0, 0.0) is frame


@pytest.mark.parametrize("delay_s", [0.1, 0.2, 0.5])
def test_frames_come_so_much_later_each_once_though_the_clock_shakes(delay_s: float) -> None:
    shown = play(DelayLine(), range(300), delay_s, shake_s=0.008)
    late = [index - seen for index, seen in enumerate(shown)][60:]
    assert all(abs(frames / RATE_HZ - delay_s) < 0.6 / RATE_HZ for frames in late)
    assert all(b == a + 1 for a, b in itertools.pairwise(shown[60:]))


def test_a_delay_that_grows_holds_and_one_that_shrinks_passes_over() -> None:
    line = DelayLine()
    play(line, range(60), 0.0)
    growing = play(line, range(60, 70), 0.1)
    assert growing == [59, 59, 59, 60, 61, 62, 63, 64, 65, 66]
    assert play(line, range(70, 72), 0.0) == [70, 71]


def test_memory_stays_bounded_at_any_rate() -> None:
    line = DelayLine()
    frames = [Frame(IMAGE, index, 0.0) for index in range(1000)]
    shown = [line.after(frame, frame.index / 1000, 0.5).index for frame in frames]
    assert 999 - shown[-1] == 64
