"""Durations of a whole run and of the last seconds, with time as an argument."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.pacing import Distribution, Recent

durations_s = st.lists(st.floats(1e-5, 50.0), min_size=1, max_size=300)


@given(durations_s, st.sampled_from([50.0, 95.0, 99.0]))
def test_percentiles_are_those_of_the_sorted_list_to_one_percent(
    given_s: list[float], percent: float
) -> None:
    distribution = Distribution()
    for duration_s in given_s:
        distribution.add(duration_s)
    exact_ms = float(np.percentile(given_s, percent, method="inverted_cdf")) * 1e3
    assert distribution.percentile_ms(percent) == pytest.approx(exact_ms, rel=0.011)
    assert distribution.summary().max_ms == pytest.approx(max(given_s) * 1e3)


def test_memory_does_not_grow_with_the_run() -> None:
    distribution = Distribution()
    size = len(vars(distribution)["_counts"])
    for count in range(10_000):
        distribution.add(count / 1000)
    assert len(vars(distribution)["_counts"]) == size
    assert distribution.count == 10_000


@pytest.mark.parametrize("duration_s", [-1.0, 0.0, 1e-9, 1e6])
def test_durations_beyond_all_measure_are_counted_too(duration_s: float) -> None:
    distribution = Distribution()
    distribution.add(duration_s)
    assert distribution.count == 1
    assert distribution.summary().max_ms == max(duration_s, 0.0) * 1e3


def test_an_empty_distribution_is_all_zero() -> None:
    summary = Distribution().summary()
    assert (summary.p50_ms, summary.p95_ms, summary.p99_ms, summary.max_ms) == (0, 0, 0, 0)


def test_the_rate_is_that_of_the_last_seconds_only() -> None:
    recent = Recent(window_s=2.0)
    for count in range(100):
        recent.add(count / 10, 0.1)  # ten a second, for ten seconds
    for count in range(1, 61):
        recent.add(9.9 + count / 30, 0.02)  # then thirty a second, for two
    assert recent.rate_hz(11.9) == pytest.approx(30.0, rel=0.01)
    assert recent.percentile_ms(11.9, 95) == pytest.approx(20.0)


def test_the_rate_falls_to_nothing_where_nothing_comes() -> None:
    recent = Recent(window_s=2.0)
    recent.add(0.0, 0.1)
    recent.add(0.1, 0.1)
    assert recent.rate_hz(0.1) == pytest.approx(10.0)
    assert recent.rate_hz(5.0) == 0.0
    assert recent.percentile_ms(5.0, 50) == 0.0


def test_a_flood_takes_no_more_room_than_allowed() -> None:
    recent = Recent()
    for count in range(5 * Recent.CAPACITY):
        recent.add(count * 1e-6, 0.001)
    assert len(vars(recent)["_events"]) == Recent.CAPACITY
