"""Where messages come in and go to, as people type it."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from livegan.errors import ControlError

LOOPBACK = "127.0.0.1"
OSC_PORT = 7770
_HIGHEST = 65534
"""Answers go to the port above."""
_OTHER_PORTS = (7780, 7790)
_MOST_KNOWN = 256

Network = ipaddress.IPv4Network
_OWN_MACHINE = ipaddress.IPv4Network("127.0.0.0/8")


@dataclass(frozen=True)
class Endpoint:
    """An IPv4 address and a UDP port.

    Args:
        host: in numbers, such as 127.0.0.1.
        port: from 1 to 65534.
    """

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.IPv4Address(self.host) in _OWN_MACHINE


def read_endpoint(option: str, text: str, *, host: str = "", port: int | None = None) -> Endpoint:
    """`HOST:PORT`, or one of the two where the other has a default.

    Args:
        option: what is complained about, such as `--osc`.
        text: what was typed.
        host, port: the defaults; "" and None where it must be typed.

    Raises:
        ControlError: it is none, or there is no such host.
    """
    typed_host, colon, typed_port = text.rpartition(":")
    if not colon:
        typed_host, typed_port = ("", text) if text.isdecimal() and host else (text, "")
    wanted_host = typed_host or host
    wanted_port = int(typed_port) if typed_port.isdecimal() and len(typed_port) < 6 else None
    if not typed_port:
        wanted_port = port
    wanted = f"a port from 1 to {_HIGHEST}, off, or " if host else ""
    wanted += f"HOST:PORT, such as 192.168.1.20:{OSC_PORT}"
    if not wanted_host or wanted_port is None or not 1 <= wanted_port <= _HIGHEST:
        raise ControlError(f"{option} {text}: wanted {wanted}")
    try:
        found = socket.getaddrinfo(wanted_host, wanted_port, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        raise ControlError(
            f"{option} {text}: no machine is called {wanted_host!r}; wanted {wanted}"
        ) from None
    return Endpoint(str(found[0][4][0]), wanted_port)


def cannot_listen(what: str, option: str, where: Endpoint, error: OSError) -> ControlError:
    """The error for an endpoint that the system does not give, with what helps.

    Args:
        what: who would listen, such as `OSC`.
        option: the option that chooses the endpoint, such as `--osc`.
        where: the endpoint.
        error: what the system said.
    """
    port = next(one for one in _OTHER_PORTS if one != where.port)
    another = f"name another port: {option} {'' if where.is_loopback else f'{where.host}:'}{port}"
    cure = f"end the program that does, or {another}"
    if error.errno == errno.EADDRNOTAVAIL:
        cure = f"this machine has no such address; for all that it has: {option} 0.0.0.0"
    elif error.errno == errno.EACCES:
        cure = another  # low ports are the administrator's
    return ControlError(f"{what} cannot listen on {where}: {error.strerror}; {cure}")


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks such as 192.168.1.20 and 192.168.1.0/24.

    Raises:
        ControlError: one is none.
    """
    networks = []
    for text in texts:
        try:
            networks.append(ipaddress.IPv4Network(text, strict=False))
        except ValueError:
            raise ControlError(
                f"--osc-allow {text}: wanted an IPv4 address or network, such as 192.168.1.0/24"
            ) from None
    return tuple(networks)


class Guests:
    """Who may play: this machine, and those who are on the list.

    Args:
        networks: the list; an empty one lets everybody in.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = (*networks, _OWN_MACHINE) if networks else ()
        self._known: dict[str, bool] = {}

    def may(self, host: str) -> bool:
        """Whether a host may play."""
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:  # anybody can send from many addresses
                self._known.clear()
            number = ipaddress.IPv4Address(host)
            known = not self._networks or any(number in one for one in self._networks)
            self._known[host] = known
        return known
