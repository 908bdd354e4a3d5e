"""What is told of what is refused."""

from __future__ import annotations

import pytest

from livegan.control.complaints import Complaints


def test_each_address_is_told_once_and_few_at_a_time(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    complaints = Complaints("osc", lambda: now[0])
    for _ in range(100):
        for address in range(50):
            complaints.refuse(f"/a/{address}", lambda: "why")
    assert complaints.count == 5000
    assert len(caplog.records) == 5
    now[0] = 6.0
    complaints.refuse("/a/0", lambda: "why")
    complaints.refuse("/a/49", lambda: "why")
    assert [record.getMessage() for record in caplog.records[5:]] == ["osc        /a/49: why"]


def test_a_thousand_addresses_neither_fill_the_log_nor_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    complaints = Complaints("osc", lambda: now[0])
    for address in range(1000):
        now[0] += 10
        complaints.refuse(f"/a/{address}", lambda: "why")
    assert len(caplog.records) == 201
    assert "only counted" in caplog.records[-1].getMessage()
    assert complaints.count == 1000


def test_nobody_writes_to_the_terminal_from_afar(caplog: pytest.LogCaptureFixture) -> None:
    Complaints("osc").refuse("/\x1b[2J\n" + "x" * 5000, lambda: "why")
    (record,) = caplog.records
    assert record.getMessage().isprintable()
    assert len(record.getMessage()) < 150
