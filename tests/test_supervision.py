"""When a lost stage is tried again, and what is told about it."""

from __future__ import annotations

import logging

import pytest

from livegan.errors import SourceLost
from livegan.supervision import HealthBoard, Retry, one_line


def test_the_waits_double_up_to_two_seconds_and_stay_there() -> None:
    retry, waits = Retry(), []
    for now_s in range(100, 106):
        retry = retry.failed(now_s)
        waits.append(retry.wait_s(now_s))
    assert waits == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


def test_waiting_passes_with_the_clock() -> None:
    retry = Retry().failed(10.0).failed(10.25)
    assert retry.wait_s(10.5) == pytest.approx(0.25)
    assert retry.wait_s(11.0) == 0.0
    assert Retry().wait_s(0.0) == 0.0


def test_a_long_outage_does_not_overflow() -> None:
    retry = Retry()
    for _ in range(5000):
        retry = retry.failed(0.0)
    assert retry.wait_s(0.0) == 2.0


def test_each_change_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    board = HealthBoard()
    with caplog.at_level(logging.INFO, "livegan"):
        board.report("source", "starting")
        board.report("source", "ok")
        for _ in range(50):
            board.report("source", "lost", "unplugged", SourceLost("unplugged"))
        for _ in range(50):
            board.report("source", "ok")
    assert [record.message for record in caplog.records] == ["source lost: unplugged", "source ok"]


def test_what_comes_and_goes_is_told_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 100.0
    board = HealthBoard(lambda: now_s)
    with caplog.at_level(logging.INFO, "livegan"):
        for _ in range(300):  # ten seconds at 30 frames a second
            board.report("conditioner", "degraded", "ValueError: odd frame")
            board.report("conditioner", "ok")
            now_s += 1 / 30
    assert len(caplog.records) == 4
    assert [record.message for record in caplog.records][:2] == [
        "conditioner degraded: ValueError: odd frame",
        "conditioner ok",
    ]


def test_a_trouble_with_many_names_is_told_now_and_then_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board = HealthBoard(lambda: 100.0)
    for count in range(300):
        board.report("conditioner", "degraded", f"ValueError: frame {count}")
    assert len(caplog.records) < 5


def test_a_trouble_that_was_passed_over_and_stays_is_told_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now_s = 100.0
    board = HealthBoard(lambda: now_s)
    for _ in range(2):
        board.report("source", "ok")
        board.report("source", "lost", "unplugged")
    board.report("source", "ok")
    board.report("source", "lost", "unplugged")
    before = len(caplog.records)
    now_s += 30
    board.report("source", "lost", "unplugged")
    assert [record.message for record in caplog.records[before:]] == ["source lost: unplugged"]


def test_what_was_not_foreseen_brings_its_traceback_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board = HealthBoard()
    for count in range(3):
        try:
            raise ZeroDivisionError(f"number {count}")
        except ZeroDivisionError as error:
            board.report("generator", "degraded", one_line(error), error)
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False]


def test_what_was_foreseen_needs_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    HealthBoard().report("source", "lost", "unplugged", SourceLost("unplugged"))
    assert [record.exc_info for record in caplog.records] == [None]


def test_a_stage_that_was_closed_on_purpose_is_forgotten() -> None:
    board = HealthBoard()
    board.report("null", "ok")
    board.report("take.mp4", "lost", "disk full")
    board.forget("take.mp4")
    assert [str(health) for health in board.all()] == ["null ok"]


def test_an_error_is_one_line() -> None:
    assert one_line(SourceLost("gone\naway")) == "gone away"
    assert one_line(ValueError("a\n b")) == "ValueError: a b"
