"""Who may come in by HTTP. Any page that a browser shows can knock at this machine's ports."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from livegan.control.endpoints import Endpoint

_FOREIGN = ("cross-site", "same-site")


def refusal(headers: Mapping[str, str], own_ip: str) -> str | None:
    """Why a request is not answered; None lets it in.

    A page of somebody else's can't be kept from knocking, but a browser says where it comes from.
    A name that its owner points at this machine once the page is loaded is seen by its `Host`.

    Args:
        headers: of the request.
        own_ip: the address of this machine that was called.
    """
    host = headers.get("Host", "").lower()
    if not _is_own(_name_of(host), own_ip):
        return "Host is not this machine"
    origin = headers.get("Origin")
    if origin is not None and _place_of(origin) != host:
        return "Origin is another page"
    opened = headers.get("Sec-Fetch-Mode") == "navigate"  # a link to the panel may stand anywhere
    if headers.get("Sec-Fetch-Site") in _FOREIGN and not opened:
        return "asked for by another page"
    return None


def _name_of(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _place_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _is_own(name: str, own_ip: str) -> bool:
    if name == "localhost":
        return True
    try:
        number = ipaddress.IPv4Address(name)
    except ValueError:
        called = socket.gethostname().lower()
        only_here = ipaddress.IPv4Address(own_ip).is_loopback
        return not only_here and name in (called, f"{called}.local")
    return number.is_loopback or name == own_ip


def reachable(where: Endpoint, own_ip: str) -> tuple[str, int] | None:
    """Where whoever called `own_ip` reaches a socket that listens; None where he can't."""
    if where.is_loopback and not ipaddress.IPv4Address(own_ip).is_loopback:
        return None
    return (own_ip if where.host == "0.0.0.0" else where.host), where.port
