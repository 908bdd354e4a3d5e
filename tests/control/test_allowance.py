"""Bursts are served at once, floods get their share and no more."""

from __future__ import annotations

import pytest

from livegan.control.allowance import Allowance


def test_a_burst_is_served_at_once() -> None:
    allowance = Allowance(0.05, 0.1)
    assert [allowance.spend(0.01 * turn, 0.01) for turn in range(5)] == [0] * 5


def test_a_flood_gets_its_share() -> None:
    allowance, now_s, worked_s = Allowance(0.05, 0.1), 0.0, 0.0
    while now_s < 10:
        now_s += 0.002
        worked_s += 0.002
        now_s += allowance.spend(now_s, 0.002)
    assert worked_s == pytest.approx(0.05 + 0.1 * now_s, rel=0.02)


def test_who_was_quiet_may_burst_again_and_no_more_than_before() -> None:
    allowance = Allowance(0.05, 0.1)
    assert allowance.spend(0.0, 0.05) == 0
    assert allowance.spend(100.0, 0.05) == 0
    assert allowance.spend(100.0, 0.01) == pytest.approx(0.1)
