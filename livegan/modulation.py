"""Lets numbers swing around what they are set to, in time with the music or on their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from livegan.parameters import TABLE, Setting, Values
from livegan.parameters.rhythm import NONE, SLOTS
from livegan.tempo import Clock

_TARGETS = tuple((f"lfo.{number}_target", number) for number in range(1, SLOTS + 1))


def _sine(turns: float, _: int) -> float:
    return math.sin(2 * math.pi * turns)


def _triangle(turns: float, _: int) -> float:
    return 4 * abs((turns + 0.75) % 1 - 0.5) - 1


def _saw(turns: float, _: int) -> float:
    return turns % 1 * 2 - 1


def _square(turns: float, _: int) -> float:
    return 1.0 if turns % 1 < 0.5 else -1.0


def _random(turns: float, slot: int) -> float:
    """A new height at each turn, the same for the same turn: SplitMix64's last steps (Steele and
    others, Fast splittable pseudorandom number generators, 2014)."""
    mixed = ((math.floor(turns) << 8) + slot) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return (mixed ^ mixed >> 31) / 2**63 - 1


SHAPES: Mapping[str, Callable[[float, int], float]] = {
    "sine": _sine,
    "triangle": _triangle,
    "saw": _saw,
    "square": _square,
    "random": _random,
}
"""How high each shape stands, -1 to 1, after so many turns of a slot; sine and triangle begin in
the middle and rise."""


class Modulation:
    """Moves what the slots of `lfo` name. For one thread.

    Swings that take beats are where the beat is, whatever was before. Those in hertz go on from
    where they are as their rate changes.

    Args:
        clock: which counts the beats.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free: dict[int, tuple[float, float, float]] = {}

    def at(self, now_s: float, values: Values) -> Values:
        """The values as they swing.

        Args:
            now_s: the clock.
            values: as they are set.

        Returns:
            `values` itself where nothing swings.
        """
        swung: dict[str, float] = {}
        for name, slot in _TARGETS:
            target = values[name]
            if target != NONE:
                row = TABLE[str(target)]
                far = values.number(f"lfo.{slot}_depth") * (row.high - row.low) / 2
                shape = SHAPES[values.choice(f"lfo.{slot}_shape")]
                height = shape(self._turns(slot, now_s, values), slot)
                swung[row.name] = swung.get(row.name, values.number(row.name)) + far * height
        if not swung:
            return values
        moved: dict[str, Setting] = {name: TABLE[name].accept(to) for name, to in swung.items()}
        return values.changed_by(moved)

    def _turns(self, slot: int, now_s: float, values: Values) -> float:
        rate, phase = values.number(f"lfo.{slot}_rate"), values.number(f"lfo.{slot}_phase")
        if values.choice(f"lfo.{slot}_unit") == "beats":
            return self._clock.at(now_s).beats / rate + phase
        since_rate, since_s, turns = self._free.get(slot, (rate, 0.0, 0.0))
        turns += (now_s - since_s) * since_rate
        if rate != since_rate or slot not in self._free:
            self._free[slot] = rate, now_s, turns
        return turns + phase
