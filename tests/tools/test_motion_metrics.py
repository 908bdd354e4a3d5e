"""Calm pictures are told from restless ones, by as many grey levels as they flicker."""

from __future__ import annotations

import numpy as np
import pytest

from livegan.conditioners.plain import Plain
from livegan.frames import Image
from livegan.generators.identity import Identity
from livegan.parameters import Values
from workshop.motion_metrics import (
    NOISE_SIGMA,
    MotionRatio,
    Stopwatch,
    latency_ms,
    mean_deviation,
    static_flicker,
)

SIZE = 32
GREY: Image = np.full((SIZE, SIZE, 3), 128, np.uint8)


class Restless(Identity):
    """Paints another picture each time."""

    _random = np.random.default_rng(1)

    def generate(self, image: Image) -> Image:
        return self._random.integers(0, 256, image.shape, dtype=np.uint8)


class Blind(Identity):
    """Paints the same whatever is drawn."""

    def generate(self, image: Image) -> Image:
        return np.full_like(image, 7)


def flicker(generator: Identity) -> dict[str, float]:
    return static_flicker(GREY, Plain((SIZE, SIZE)), generator, Values())


def test_deviation_is_that_of_each_pixel_in_time() -> None:
    assert mean_deviation([GREY, GREY, GREY]) == 0
    steps = [np.full((2, 2, 3), value, np.uint8) for value in (10, 14)]
    assert mean_deviation(steps) == pytest.approx(2.0)
    # A picture with much in it that stands still does not flicker.
    busy = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    assert mean_deviation([busy] * 5) == pytest.approx(0.0)


def test_noise_that_passes_through_is_told_in_full() -> None:
    figures = flicker(Identity((SIZE, SIZE)))
    assert figures["flicker"] == pytest.approx(NOISE_SIGMA, rel=0.05)
    assert figures["drawing_flicker"] == pytest.approx(NOISE_SIGMA, rel=0.05)
    assert figures["held_flicker"] == 0


def test_chance_in_the_generator_is_told_from_noise_in_the_drawing() -> None:
    restless, blind = flicker(Restless((SIZE, SIZE))), flicker(Blind((SIZE, SIZE)))
    assert restless["held_flicker"] > 40
    assert (blind["flicker"], blind["held_flicker"]) == (0, 0)
    assert blind["drawing_flicker"] > 3


def test_flicker_comes_out_the_same_again() -> None:
    assert flicker(Identity((SIZE, SIZE))) == flicker(Identity((SIZE, SIZE)))


def test_motion_is_weighed_against_the_targets() -> None:
    ratio = MotionRatio()
    assert ratio.value is None
    for painted, wanted in ((0, 0), (5, 10), (0, 20)):
        ratio.add(np.full((4, 4, 3), painted, np.uint8), np.full((4, 4, 3), wanted, np.uint8))
    assert ratio.value == pytest.approx(0.5)


def test_a_target_that_stands_still_has_no_ratio() -> None:
    ratio = MotionRatio()
    for _ in range(3):
        ratio.add(GREY, GREY)
    assert ratio.value is None


def test_latency_is_in_milliseconds() -> None:
    assert latency_ms("generate", [0.001] * 18 + [0.1, 0.1]) == {
        "generate_ms_p50": pytest.approx(1.0), "generate_ms_p95": pytest.approx(100.0)}


def test_a_stopwatch_hands_the_result_through() -> None:
    watch = Stopwatch()
    assert watch(max, 3, 5) == 5
    assert len(watch.times_s) == 1 and watch.times_s[0] >= 0
