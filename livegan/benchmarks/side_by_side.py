"""One generator on every backend of this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from livegan.errors import LiveganError, SourceEnded
from livegan.frames import Image
from livegan.generators import Generator, load_generator
from livegan.look import open_look
from livegan.pacing import Distribution, Summary
from livegan.parameters import LiveValues, Setting
from livegan.presets import Preset, find_generator
from livegan.sources import open_source

EXACT = ("CPU", "f32")
BACKENDS = (
    EXACT,
    ("CPU", "bf16"),
    ("CPU", "int8"),
    ("tensorrt", "auto"),
    ("tensorrt-rtx", "auto"),
    ("torch", "auto"),
    ("GPU", "auto"),
    ("NPU", "auto"),
)
"""Device and precision, as `load_generator` takes them; the first is what the others are held
against."""

_DRAWINGS = 32
_EVERY = 5
_TURN = 20
"""Pictures in a row before the next backend has its turn: drift of the machine meets all."""


@dataclass(frozen=True)
class Measured:
    """How one backend paints.

    Args:
        asked: device and precision.
        description: what came of it.
        took: `generate` alone.
        off_mean, off_most: grey levels between its pictures and the exact ones.
    """

    asked: tuple[str, str]
    description: str
    took: Summary
    off_mean: float
    off_most: int

    def line(self) -> str:
        """For people; under `HEADING`."""
        times = (self.took.p50_ms, self.took.p95_ms, self.took.p99_ms)
        told = "  ".join(f"{time_ms:7.2f}" for time_ms in times)
        return f"{self.description:<28}{told}  {self.off_mean:8.2f}  {self.off_most:4}"

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        return {
            "generator": self.description,
            "generate_ms": {
                "p50": round(self.took.p50_ms, 3),
                "p95": round(self.took.p95_ms, 3),
                "p99": round(self.took.p99_ms, 3),
            },
            "off_by_levels": {"mean": round(self.off_mean, 3), "max": self.off_most},
        }


HEADING = f"{'ms a picture':<28}{'p50':>7}  {'p95':>7}  {'p99':>7}  off by mean, most grey levels"


@dataclass(frozen=True)
class Refused:
    """A backend that does not run here, and why."""

    asked: tuple[str, str]
    reason: str

    def line(self) -> str:
        """For people."""
        return f"{' '.join(self.asked):<28}not here: {self.reason}"

    def report(self) -> dict[str, object]:
        """As it is written to a file."""
        return {"asked": " ".join(self.asked), "not_here": self.reason}


Opening = Callable[[str, str], Generator]


def drawings_of(preset: Preset, overrides: Mapping[str, Setting], clip: str) -> list[Image]:
    """What the generator of a look is given for some frames of a clip, or for all of a short one.

    Raises:
        SourceEnded: there is none.
    """
    with closing(open_look(preset)) as look, closing(open_source(clip, live=False)) as source:
        values = LiveValues({**look.values, **overrides}).snapshot()
        drawings: list[Image] = []
        for place in range(_DRAWINGS * _EVERY):
            try:
                frame = source.read()
            except SourceEnded:
                if not drawings:
                    raise
                break
            drawn = look.conditioner.condition(frame, values).image
            if place % _EVERY == 0:
                drawings.append(drawn)
        return drawings


def opening_of(preset: Preset) -> Opening:
    """What opens a look's generator on a device, in a precision."""
    path = find_generator(preset)
    return lambda device, precision: load_generator(path, device=device, precision=precision)


def measure_all(
    open_generator: Opening,
    drawings: Sequence[Image],
    *,
    seconds: float,
    backends: Sequence[tuple[str, str]] = BACKENDS,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Measured | Refused]:
    """Let every backend that opens paint the same drawings, in turn.

    Args:
        open_generator: opens it on a device, in a precision.
        drawings: (H, W, 3) uint8 BGR each; at least one.
        seconds: how long they all paint together.
        backends: device and precision; the first must open, for it is the measure of the others.
        stopped: whether to end early.

    Raises:
        LiveganError: the first one does not open.
    """
    opened: dict[tuple[str, str], Generator] = {backends[0]: open_generator(*backends[0])}
    refused = []
    for asked in backends[1:]:
        try:
            opened[asked] = open_generator(*asked)
        except LiveganError as error:
            refused.append(Refused(asked, str(error)))
            continue
        granted = opened[asked].description.partition(";")[0]  # what follows says why
        if asked[1] not in ("auto", granted.split()[-1]):
            opened.pop(asked).close()
            refused.append(Refused(asked, f"this machine paints with {granted} instead"))
    try:
        painted = {asked: _paint_all(one, drawings) for asked, one in opened.items()}
        took = _time_all(opened, drawings, seconds, stopped)
        exact = painted[backends[0]]
        measured = [
            Measured(asked, one.description, took[asked], *_apart(painted[asked], exact))
            for asked, one in opened.items()
        ]
    finally:
        for one in opened.values():
            one.close()
    return [*measured, *refused]


def _paint_all(generator: Generator, drawings: Sequence[Image]) -> list[Image]:
    return [generator.generate(drawing) for drawing in drawings]


def _time_all(
    opened: Mapping[tuple[str, str], Generator],
    drawings: Sequence[Image],
    seconds: float,
    stopped: Callable[[], bool],
) -> dict[tuple[str, str], Summary]:
    took = {asked: Distribution() for asked in opened}
    until_s = time.monotonic() + seconds
    while True:
        for asked, generator in opened.items():
            for place in range(_TURN):
                began_s = time.perf_counter()
                generator.generate(drawings[place % len(drawings)])
                took[asked].add(time.perf_counter() - began_s)
        if time.monotonic() >= until_s or stopped():
            return {asked: one.summary() for asked, one in took.items()}


def _apart(pictures: Sequence[Image], exact: Sequence[Image]) -> tuple[float, int]:
    """By how many grey levels, on average and at most."""
    apart = np.abs(np.stack(pictures).astype(np.int16) - np.stack(exact))
    return float(apart.mean()), int(apart.max())
