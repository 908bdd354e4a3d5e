"""Which pictures come in which step, and how each is moved a little first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livegan.frames import Image
from workshop.crew import crew
from workshop.resizing import resized

__all__ = ["GROWTH", "Jitter", "Order", "resized"]

GROWTH = 286 / 256
"""Pictures are enlarged by this and cut back anywhere (Isola 2017, section 6.2)."""


@dataclass(frozen=True)
class Jitter:
    """What is done to a picture before it is learnt from, so that none comes twice alike.

    Args:
        crop: enlarge it and cut it back anywhere.
        flip: mirror every other one.
    """

    crop: bool = True
    flip: bool = True

    def __call__(self, random: np.random.Generator, images: Sequence[Image]) -> list[Image]:
        """The same move for all of them, which are of one size: (H, W, C) uint8 each."""
        moved = list(images)
        height, width = moved[0].shape[:2]
        if self.crop:
            grown = round(width * GROWTH), round(height * GROWTH)
            left, top = random.integers(0, (grown[0] - width + 1, grown[1] - height + 1))
            enlarged = [cv2.resize(one, grown, interpolation=cv2.INTER_CUBIC) for one in moved]
            cut = [one[top : top + height, left : left + width] for one in enlarged]
            moved = [np.asarray(one, np.uint8) for one in cut]
        if self.flip and random.random() < 0.5:
            moved = [image[:, ::-1] for image in moved]
        return moved


class Order:
    """All pictures once in each epoch, in another order each time.

    Args:
        count: how many there are.
        batch: how many come in a step, in each process that trains.
        seed: of the order.
    """

    def __init__(self, count: int, batch: int, seed: int) -> None:
        self._count, self._batch, self._seed = count, batch, seed
        self._epoch = -1
        self._shuffled = np.arange(count)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which all have come about once."""
        return max(1, self._count // (self._batch * crew().count))

    def at(self, step: int) -> list[int]:
        """Which come in that step, counted from 0."""
        first = (step * crew().count + crew().rank) * self._batch
        return [self._index(first + place) for place in range(self._batch)]

    def _index(self, at: int) -> int:
        epoch, place = divmod(at, self._count)
        if epoch != self._epoch:
            self._shuffled = np.random.default_rng((self._seed, epoch)).permutation(self._count)
            self._epoch = epoch
        return int(self._shuffled[place])
