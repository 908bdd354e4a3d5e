"""Draws poses for a puppet's training: what it may be asked to do, more often what is hard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from livegan.face_topology import SKIN
from livegan.puppetry import regions
from livegan.puppetry.retarget import Drive, Limits, Retarget
from workshop.motion import Performance
from workshop.painting import Array

HELD_OUT = 0.15
"""The last part of each performance in time, which training never sees."""

_LIPS = list(regions.LIPS)
_WIDEST = 0.95
"""In eye distances; the widest shout that was measured on a performer is 0.86."""


class PoseSampler:
    """Random drives for one puppet, in the puppet's own measure.

    Whole frames alone would teach a puppet that a wide mouth goes with wide eyes. So mouth, brows,
    eyes and gaze are also taken from different frames, each at a strength of its own, and the head
    is turned through all that the limits allow. Nobody shouts for long, but everybody wants to see
    it: mouths are also opened and stretched further than the performers did.

    Args:
        performances: whose motion to draw from; only the part that is not held out.
        retargets: for each of them, onto the puppet.
        limits: how far the head may go.
        seed: the same seed gives the same drives.
    """

    def __init__(
        self,
        performances: Sequence[Performance],
        retargets: Sequence[Retarget],
        limits: Limits,
        seed: int,
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._limits = limits
        self._weights = retargets[0].gain_weights
        self._blink = retargets[0].blink * retargets[0].fit
        self._lids = np.stack(retargets[0].lid_weights)
        from_middle = performances[0].neutral - performances[0].neutral[_LIPS].mean(axis=0)
        self._stretch = self._weights["mouth"] * from_middle[:, 0]
        self._expressions = [
            retarget.fit * drive.expression
            for performance, retarget in zip(performances, retargets, strict=True)
            for drive in performance.drives[: _first_held_out(performance)]
        ]
        self._openest = sorted(self._expressions, key=_opening)[-len(self._expressions) // 5 :]

    def draw(self) -> Drive:
        """One drive."""
        choice = self._random.random()
        if choice < 0.12:
            expression = self._random.uniform(0, 0.3) * self._frame()
        elif choice < 0.45:
            expression = self._random.uniform(0.6, 1.35) * self._frame()
        else:
            expression = self._mixed()
        if self._random.random() < 0.25:
            expression = self._with_wide_mouth(expression)
        if self._random.random() < 0.2:
            expression = self._with_lids(expression)
        if self._random.random() < 0.4:
            expression = self._with_gaze(expression)
        angles, scale, shift = self._head()
        return Drive(expression, angles, scale, shift)

    def _frame(self) -> Array:
        return self._expressions[self._random.integers(len(self._expressions))]

    def _mixed(self) -> Array:
        """Each part of the face from a frame of its own."""
        expression = self._random.uniform(0, 1) * self._frame()
        for weight in self._weights.values():
            part = self._random.uniform(0.0, 1.4) * self._frame()
            expression = expression + weight[:, None] * (part - expression)
        return expression

    def _with_wide_mouth(self, expression: Array) -> Array:
        """The mouth open by any amount up to a shout, and narrower or wider than it was."""
        frame = self._openest[self._random.integers(len(self._openest))]
        wanted = self._random.uniform(0.2, _WIDEST)
        mouth = frame * min(wanted / max(_opening(frame), 0.05), 3.0)
        moved = expression + self._weights["mouth"][:, None] * (mouth - expression)
        moved[:, 0] += self._random.uniform(-0.15, 0.3) * self._stretch
        return np.asarray(moved)

    def _with_lids(self, expression: Array) -> Array:
        """Eyes shut by any amount; now and then one alone."""
        shut = np.full(2, self._random.uniform(0, 1.1))
        if self._random.random() < 0.3:
            shut[self._random.integers(2)] = 0
        weights = np.clip(self._lids, 0, 1)  # (2, 478): right eye, left eye
        kept = 1 - np.clip(shut, 0, 1) @ weights
        strength = shut @ weights / np.maximum(weights.sum(axis=0), 1e-6)
        return np.asarray(kept[:, None] * expression + strength[:, None] * self._blink)

    def _with_gaze(self, expression: Array) -> Array:
        gaze = np.array([self._random.uniform(-0.1, 0.1), self._random.uniform(-0.05, 0.05), 0])
        moved = expression.copy()
        moved[SKIN:] = gaze
        return moved

    def _head(self) -> tuple[Array, float, Array]:
        limits = np.array(
            [self._limits.yaw_deg, self._limits.pitch_deg, self._limits.roll_deg]
        )
        if self._random.random() < 0.65:
            angles = self._random.uniform(-1.25, 1.25, 3) * limits
        else:
            angles = self._random.normal(0, 0.3, 3) * limits
        scale = self._random.uniform(-1.2, 1.2) * np.log1p(self._limits.scale)
        # In eye distances; the retargeting holds it to the limit.
        return angles, float(scale), self._random.uniform(-1, 1, 2) * 6 * self._limits.shift


def held_out(performances: Sequence[Performance], retargets: Sequence[Retarget]) -> list[Drive]:
    """What was done in the parts that training never sees, in the puppet's own measure."""
    return [
        Drive(retarget.fit * drive.expression, drive.angles_deg, drive.scale, drive.shift)
        for performance, retarget in zip(performances, retargets, strict=True)
        for drive in performance.drives[_first_held_out(performance) :]
    ]


def _opening(expression: Array) -> float:
    """How much further the lips are apart than at rest, in eye distances."""
    return float(expression[14, 1] - expression[13, 1])


def _first_held_out(performance: Performance) -> int:
    return int(len(performance.drives) * (1 - HELD_OUT))
