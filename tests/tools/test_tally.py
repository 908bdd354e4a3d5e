"""Long work says how far it is, and promises nothing that it doesn't know."""

from __future__ import annotations

import pytest

from workshop.tally import Tally


class Clock:
    """Seconds, as they are set."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_time_left_is_told_from_the_second_on(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    tally = Tally("pairs", 300, clock)
    clock.now_s = 20.0  # processes begin
    tally.step()
    assert lines(capsys) == ["1 of 300 pairs"]
    clock.now_s = 40.0
    tally.at(101, 300)
    assert lines(capsys) == ["101 of 300 pairs, 5.0/s, 0:40 left"]
    clock.now_s = 1040.0
    tally.at(102, 300)
    assert lines(capsys) == ["102 of 300 pairs, 0.1/s, 33:20 left"]


def test_what_was_there_before_tells_no_rate(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    tally = Tally("frames", 400, clock)
    for frame in (201, 202, 203):
        clock.now_s += 20.0
        tally.at(frame, 400)
    assert lines(capsys)[-1] == "203 of 400 frames, 0.1/s, 65:40 left"


def test_without_a_total_only_the_rate_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    tally = Tally("films", None, clock)
    for _ in range(5):
        tally.step()
        clock.now_s += 4.0
    tally.done()
    assert lines(capsys)[-1] == "5 films, 0.2/s"
