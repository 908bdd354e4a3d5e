"""Free ports of this machine."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def udp(port: int = 0) -> socket.socket:
    """A socket of this machine that waits ten seconds at most."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HOST, port))
    made.settimeout(10)
    return made


def free_pair() -> int:
    """A port that is free, as is the one above it."""
    while True:
        with udp() as low:
            port: int = low.getsockname()[1]
            try:
                udp(port + 1).close()
            except OSError:
                continue
        return port


def free_tcp() -> int:
    """A TCP port that is free."""
    with socket.socket() as asking:
        asking.bind((HOST, 0))
        port: int = asking.getsockname()[1]
    return port
