"""Tells the network by zeroconf that livegan is here, where the extra is installed."""

from __future__ import annotations

import logging
import socket
import threading

from livegan.control.endpoints import Endpoint
from livegan.supervision import one_line

logger = logging.getLogger("livegan")

_OSCQUERY = "_oscjson._tcp.local."
_OSC = "_osc._udp.local."
_LONGEST_BYTES = 63


class Announcement(threading.Thread):
    """Keeps two services announced: OSCQuery, and OSC where it comes in.

    What listens to this machine only is announced on this machine only. Nothing happens where
    the package `zeroconf` is missing.

    Args:
        panel: where HTTP is answered.
        osc: where OSC comes in by UDP, or None.
    """

    def __init__(self, panel: Endpoint, osc: Endpoint | None) -> None:
        super().__init__(name="announcement", daemon=True)
        self._services = [(_OSCQUERY, panel), *([(_OSC, osc)] if osc else [])]
        self._ended = threading.Event()

    def run(self) -> None:
        """Announce until it is closed."""
        try:
            from zeroconf import InterfaceChoice, ServiceInfo, Zeroconf
        except ImportError:
            return
        try:
            open_ = any(not where.is_loopback for _, where in self._services)
            with Zeroconf(InterfaceChoice.Default if open_ else ["127.0.0.1"]) as zeroconf:
                for kind, where in self._services:
                    zeroconf.register_service(
                        ServiceInfo(
                            kind,
                            f"{called(where)}.{kind}",
                            addresses=[socket.inet_aton(seen_at(where))],
                            port=where.port,
                        ),
                        allow_name_change=True,
                    )
                self._ended.wait()
        except Exception as error:  # a network without multicast, a name that is taken
            logger.warning("panel      it is not announced by zeroconf: %s", one_line(error))

    def close(self) -> None:
        """Take it back. Returns at once; may be called twice."""
        self._ended.set()


def called(where: Endpoint) -> str:
    """The name of a service: at most 63 bytes, by DNS."""
    port = f" {where.port}"
    named = f"livegan {socket.gethostname()}".encode()[: _LONGEST_BYTES - len(port)]
    return named.decode(errors="ignore") + port


def seen_at(where: Endpoint) -> str:
    """The address that others reach, of those that it listens on."""
    if where.host != "0.0.0.0":
        return where.host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("224.0.0.251", 5353))  # sends nothing: it picks the way out
            return str(asking.getsockname()[0])
        except OSError:
            return "127.0.0.1"
