"""Pairs small enough to train on in a second: a ring is drawn, a disc is to be painted."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from livegan.frames import Image
from livegan.model_card import ConditionerCard, Puppet, PuppetLimits
from workshop.pairs import PairWriter

SIZE = 64


def pair(seed: int) -> tuple[Image, Image]:
    """A ring on black, and the disc that should be painted for it on a steady background."""
    random = np.random.default_rng(seed)
    x, y = (int(value) for value in random.integers(20, SIZE - 20, 2))
    drawing = np.zeros((SIZE, SIZE, 3), np.uint8)
    cv2.circle(drawing, (x, y), 12, (255, 200, 90), 2)
    picture = np.full((SIZE, SIZE, 3), (90, 60, 30), np.uint8)
    picture[: SIZE // 2] += 60
    cv2.circle(picture, (x, y), 12, (120, 170, 220), -1)
    return drawing, picture


def puppet() -> Puppet:
    """Landmarks all over the picture."""
    landmarks = np.random.default_rng(0).integers(16, 48, (478, 3)).astype(np.float32)
    return Puppet(landmarks, (0.0, 0.0, 64.0), PuppetLimits(30.0, 20.0, 15.0, 0.1, 0.15))


def write_dataset(out: Path, train: int = 24, val: int = 6, landmarks: bool = True) -> Path:
    """Write a dataset of such pairs; its landmarks lie around each disc."""
    conditioner = ConditionerCard("face_mesh", 1, {"face_mesh.lips": True})
    writer = PairWriter(
        out, "discs", (SIZE, SIZE), conditioner, puppet(), "CC0", "nobody", "circles"
    )
    for seed in range(train + val):
        drawing, picture = pair(seed)
        middle = np.argwhere(drawing.any(axis=2)).mean(axis=0)[::-1]
        points = middle + np.random.default_rng(seed).uniform(-8, 8, (478, 2))
        split = "train" if seed < train else "val"
        writer.add(split, drawing, picture, points if landmarks else None)
    writer.finish()
    return out
