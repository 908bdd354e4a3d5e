"""Hostile OSC, sent by another process at a puppet that plays.

    pytest -s tests/devices/hostile_osc.py

Plain `pytest` leaves this out, because its name is not that of a test: it takes four minutes, and
its figures mean something only on a machine that does nothing else. Each kind of packet is held
against the same packets sent past livegan, to a socket that nobody reads: what is left is
livegan's own.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from control_ports import HOST, free_pair, udp
from osc_messages import bundle, message

from livegan.control.opening import Controls
from livegan.control.osc_player import address
from livegan.options import DEFAULT_PRESET, asked_performance
from livegan.pacing import Distribution
from livegan.parameters import TABLE
from livegan.performance import Performance
from livegan.presets import read_preset
from livegan.sources.opening import bundled_clip

ROUNDS = 3
MOST_MOVED_MS = 1.0
MOST_GROWN_MIB = 8.0
# Of a latent generator: played or not, they cost a puppet nothing.
HARMLESS = [address(name) for name in TABLE if name.startswith("latent.")]


def packets(kind: str) -> list[bytes]:
    """Some of a kind, to be sent again and again."""
    chance = random.Random(1)
    plain = [message(chance.choice(HARMLESS), chance.random()) for _ in range(5000)]
    if kind == "messages":
        return plain
    if kind == "mutated":
        packed = [*plain[:50], bundle(*plain[:3], bundle(plain[3])), message("/livegan/x", "text")]
        return [_mutated(chance.choice(packed), chance) for _ in range(100_000)]
    if kind == "nested":
        nest = plain[0]
        for _ in range(3000):
            nest = bundle(nest)
        return [nest]
    if kind == "wildcards":
        return [message("/livegan/output/" + "*" * length + "!", 1.0) for length in range(1, 400)]
    return [bundle(*plain[:1500])]


def _mutated(packet: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(packet)
    for _ in range(chance.randrange(1, 9)):
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
    return bytes(mutated)


def send(kind: str, port: int, rate_hz: float, count: int) -> None:
    """Send packets of a kind, evenly, once somebody says so."""
    made = packets(kind)
    print("ready", flush=True)
    sys.stdin.readline()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    began_s, sent = time.monotonic(), 0
    while sent < count:
        due = min(int((time.monotonic() - began_s) * rate_hz), count)
        for number in range(sent, due):
            sender.sendto(made[number % len(made)], (HOST, port))
        sent = max(sent, due)
        time.sleep(0.0005)


@dataclass
class Stage:
    """A puppet that plays, and where it hears."""

    performance: Performance
    controls: Controls
    port: int

    def frame_times(self, kind: str, port: int, rate_hz: float, count: int) -> list[float]:
        """What each frame took while packets were sent to a port, in milliseconds."""
        taken: list[float] = []
        spent = self.performance.statistics.spent

        def listen(stage: str, now_s: float, duration_s: float) -> None:
            spent(stage, now_s, duration_s)
            if stage == "condition":
                taken.append(duration_s * 1e3)
            elif stage == "generate" and taken:
                taken[-1] += duration_s * 1e3

        words = [sys.executable, __file__, kind, str(port), str(rate_hz), str(count)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        pipe = subprocess.PIPE
        with subprocess.Popen(words, env=environment, stdin=pipe, stdout=pipe) as sender:
            assert sender.stdin and sender.stdout
            # To load Python and to make the packets takes cores that frames then wait for.
            assert sender.stdout.readline()
            time.sleep(0.5)
            self.performance.statistics.spent = listen  # type: ignore[method-assign]
            sender.stdin.write(b"\n")
            sender.stdin.flush()
            assert sender.wait() == 0
            self.performance.statistics.spent = spent  # type: ignore[method-assign]
        return taken


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One for all."""
    port = free_pair()
    preset = read_preset(DEFAULT_PRESET)
    with (
        Controls(osc=str(port)) as controls,
        asked_performance(preset, {}, str(bundled_clip()), ["null"]) as performance,
    ):
        controls.play(performance)
        while performance.ready_at_s is None:
            time.sleep(0.1)
        time.sleep(3)
        yield Stage(performance, controls, port)


@pytest.mark.parametrize(
    ("kind", "rate_hz", "count"),
    [
        ("messages", 50_000, 500_000),
        ("mutated", 50_000, 350_000),
        ("nested", 300, 3_000),
        ("wildcards", 20_000, 200_000),
        ("wide", 50, 500),
    ],
)
def test_the_puppet_plays_on(
    stage: Stage, kind: str, rate_hz: float, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    past, at_livegan = Distribution(), Distribution()
    memory_mib = 0.0
    with udp() as unread:
        for number in range(ROUNDS):
            for port, kept in ((unread.getsockname()[1], past), (stage.port, at_livegan)):
                for taken_ms in stage.frame_times(kind, port, rate_hz, count):
                    kept.add(taken_ms / 1e3)
            if number == 0:  # what the first round makes stays
                memory_mib = _memory_mib()
    grown_mib = _memory_mib() - memory_mib
    moved_ms = at_livegan.percentile_ms(99) - past.percentile_ms(99)
    print(
        f"\n{kind}: {rate_hz:g} a second, {at_livegan.count} frames;"
        f" p50 {past.percentile_ms(50):.1f}"
        f" -> {at_livegan.percentile_ms(50):.1f} ms, p99 {past.percentile_ms(99):.1f} ->"
        f" {at_livegan.percentile_ms(99):.1f} ms; memory {grown_mib:+.1f} MiB;"
        f" received and refused so far {stage.controls.lines()}"
    )
    assert all(record.exc_info is None for record in caplog.records)
    assert _hears(stage)
    assert grown_mib < MOST_GROWN_MIB
    assert moved_ms < MOST_MOVED_MS


def _hears(stage: Stage) -> bool:
    wanted = float(np.random.default_rng().uniform(1, 2))
    before = stage.performance.values.snapshot()
    deadline_s = time.monotonic() + 5
    while time.monotonic() < deadline_s:
        # Again, as the first may find the system's queue still full.
        with udp() as sender:
            sender.sendto(message("/livegan/latent/1", wanted), (HOST, stage.port))
        before = stage.performance.values.wait(before, 0.1)
        if abs(before.number("latent.1") - wanted) < 1e-6:
            return True
    return False


def _memory_mib() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    send(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
