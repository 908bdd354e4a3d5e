"""The mailbox: newest only, counted drops, and a reader that wakes."""

from __future__ import annotations

import threading

import pytest

from livegan.frames import Closed, Mailbox


def test_the_newest_value_is_taken_and_older_ones_are_counted() -> None:
    mailbox: Mailbox[int] = Mailbox()
    for value in (1, 2, 3):
        mailbox.put(value)
    assert mailbox.take() == 3
    assert mailbox.dropped == 2


def test_a_value_is_taken_once() -> None:
    mailbox: Mailbox[int] = Mailbox()
    mailbox.put(1)
    assert mailbox.take() == 1
    assert mailbox.take(timeout_s=0.0) is None
    assert mailbox.dropped == 0


def test_a_waiting_reader_wakes_for_a_value() -> None:
    mailbox: Mailbox[int] = Mailbox()
    taken: list[int | None] = []
    reader = threading.Thread(target=lambda: taken.append(mailbox.take()))
    reader.start()
    mailbox.put(7)
    reader.join(10)
    assert taken == [7]


def test_closing_wakes_a_waiting_reader() -> None:
    mailbox: Mailbox[int] = Mailbox()
    ended = threading.Event()

    def read() -> None:
        with pytest.raises(Closed):
            mailbox.take()
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    mailbox.close()
    assert ended.wait(10)


def test_what_lies_in_a_closed_mailbox_can_still_be_taken() -> None:
    mailbox: Mailbox[int] = Mailbox()
    mailbox.put(1)
    mailbox.close()
    mailbox.put(2)
    assert mailbox.closed
    assert mailbox.take() == 1
    with pytest.raises(Closed):
        mailbox.take()
