"""Where messages come in and go to, as people type it."""

from __future__ import annotations

import errno

import pytest

from livegan.control.endpoints import (
    Endpoint,
    Guests,
    cannot_listen,
    read_endpoint,
    read_networks,
)
from livegan.errors import ControlError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7780", Endpoint("127.0.0.1", 7780)),
        ("0.0.0.0", Endpoint("0.0.0.0", 7770)),
        ("0.0.0.0:9000", Endpoint("0.0.0.0", 9000)),
        (":9000", Endpoint("127.0.0.1", 9000)),
        ("192.168.1.20:", Endpoint("192.168.1.20", 7770)),
    ],
)
def test_what_is_left_out_has_a_default(typed: str, meant: Endpoint) -> None:
    assert read_endpoint("--osc", typed, host="127.0.0.1", port=7770) == meant


@pytest.mark.parametrize("typed", ["", "0", "127.0.0.1:99999", "127.0.0.1:x", "9000", ":", "a:-1"])
def test_what_is_no_target_is_refused(typed: str) -> None:
    with pytest.raises(ControlError, match="wanted HOST:PORT, such as"):
        read_endpoint("--face-out", typed)


def test_where_a_port_alone_is_enough_the_message_says_so() -> None:
    with pytest.raises(ControlError, match="wanted a port from 1 to 65534, off, or HOST:PORT"):
        read_endpoint("--osc", "99999", host="127.0.0.1", port=7770)


def test_a_name_that_is_none_is_refused() -> None:
    told = "no machine is called 'no such name'; wanted HOST:PORT, such as"
    with pytest.raises(ControlError, match=told):
        read_endpoint("--face-out", "no such name:9000")


def test_guests_are_this_machine_and_those_on_the_list() -> None:
    guests = Guests(read_networks(["192.168.1.0/24", "10.0.0.7"]))
    let_in = {host: guests.may(host) for host in ("192.168.1.9", "10.0.0.7", "127.0.0.1")}
    assert all(let_in.values())
    assert not guests.may("192.168.2.9")
    assert not guests.may("10.0.0.8")


def test_an_empty_list_lets_everybody_in() -> None:
    assert Guests(()).may("203.0.113.5")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ControlError, match="--osc-allow home: wanted"):
        read_networks(["home"])


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (
            errno.EADDRINUSE,
            "; end the program that does, or name another port: --panel 10.0.0.9:7780",
        ),
        (
            errno.EADDRNOTAVAIL,
            "; this machine has no such address; for all that it has: --panel 0.0.0.0",
        ),
        (errno.EACCES, "; name another port: --panel 10.0.0.9:7780"),
    ],
)
def test_who_cannot_listen_is_told_what_helps_against_that(number: int, cure: str) -> None:
    error = OSError(number, "the system's words")
    told = str(cannot_listen("the panel", "--panel", Endpoint("10.0.0.9", 80), error))
    assert told == f"the panel cannot listen on 10.0.0.9:80: the system's words{cure}"


def test_the_port_that_is_taken_is_not_named_as_another() -> None:
    taken = OSError(errno.EADDRINUSE, "taken")
    told = str(cannot_listen("OSC", "--osc", Endpoint("127.0.0.1", 7780), taken))
    assert told.endswith("name another port: --osc 7790")
