"""The filter between the detector and the puppet."""

from __future__ import annotations

import numpy as np
import pytest

from livegan.puppetry.one_euro import OneEuro


def run(filtered: OneEuro, values: list[float], rate_hz: float = 30.0) -> list[float]:
    return [float(filtered(np.array([v]), k / rate_hz)[0]) for k, v in enumerate(values)]


def test_the_first_value_passes_as_it_is() -> None:
    assert run(OneEuro(1.0, 0.0), [7.0]) == [7.0]


def test_noise_on_a_still_value_is_stilled() -> None:
    noise = list(np.random.default_rng(1).normal(0, 1, 300))
    assert np.std(run(OneEuro(1.0, 0.0), noise)[50:]) < 0.4


def test_a_quick_move_is_followed_sooner_with_a_larger_beta() -> None:
    jump = [0.0] * 30 + [1.0] * 5
    lazy, quick = run(OneEuro(1.0, 0.0), jump)[-1], run(OneEuro(1.0, 10.0), jump)[-1]
    assert lazy < 0.75 < 0.95 < quick


def test_reset_forgets() -> None:
    filtered = OneEuro(0.1, 0.0)
    run(filtered, [0.0] * 10)
    filtered.reset()
    assert filtered(np.array([5.0]), 9.0)[0] == pytest.approx(5.0)


def test_the_same_moment_twice_does_not_divide_by_nothing() -> None:
    filtered = OneEuro(1.0, 1.0)
    filtered(np.array([0.0]), 1.0)
    assert np.isfinite(filtered(np.array([1.0]), 1.0)).all()


def test_a_blink_of_three_frames_is_seen_whole_and_at_once() -> None:
    lid = [0.0] * 30 + [0.06, 0.12, 0.06] + [0.0] * 30  # in eye distances
    seen = run(OneEuro(2.0, beta=40.0, noise=0.2), lid)
    assert seen[31] > 0.9 * 0.12
    assert max(seen[34:]) < 0.1 * 0.12


def test_moves_as_slow_as_noise_raise_nothing() -> None:
    noise = list(np.random.default_rng(2).uniform(-0.003, 0.003, 300))
    without = np.std(run(OneEuro(2.0, beta=0.0), noise)[50:])
    assert np.std(run(OneEuro(2.0, beta=40.0, noise=0.2), noise)[50:]) == pytest.approx(without)
    assert np.std(run(OneEuro(2.0, beta=40.0, noise=0.0), noise)[50:]) > 1.2 * without
