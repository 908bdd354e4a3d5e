"""Which pairs the recipe `live` looks at, and which of them is its canvas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from workshop.pairs import Pairs


def shares_of(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N,) how often each pair should come: up to four times as often with the mouth wide open,
    and twice with shut eyes, which are rare and which everybody looks at."""
    gaps = {
        name: np.linalg.norm(landmarks[:, upper] - landmarks[:, lower], axis=1)
        for name, upper, lower in (("mouth", 13, 14), ("right", 159, 145), ("left", 386, 374))
    }
    widest = max(float(np.percentile(gaps["mouth"], 98)), 1e-3)
    often = 1 + 3 * np.clip(gaps["mouth"] / widest, 0, 1).astype(np.float64)
    for eye in ("right", "left"):
        often += gaps[eye] < 0.3 * np.median(gaps[eye])
    return np.asarray(often / often.sum())


def calmest(pairs: Pairs) -> int:
    """The pair nearest to the middle of all, its mouth shut: its picture is the canvas."""
    if pairs.landmarks is None:
        every = pairs.pictures[:, ::8, ::8].reshape(len(pairs), -1).astype(np.float32)
        away = np.zeros(len(pairs))
    else:
        every = pairs.landmarks.reshape(len(pairs), -1)
        away = np.linalg.norm(pairs.landmarks[:, 13] - pairs.landmarks[:, 14], axis=1)
    away = away + np.abs(every - np.median(every, axis=0)).mean(axis=1)
    return int(away.argmin())


def nearest_picture(pictures: NDArray[np.uint8], canvas: Tensor) -> tuple[int, float]:
    """Which of (N, H, W, 3) pictures is most like a canvas of (1, 3, H, W) in -1..1, and how far
    it is from it in grey levels."""
    wanted = canvas[0].permute(1, 2, 0).numpy()[::8, ::8] * 127.5 + 127.5  # (H/8, W/8, 3)
    away = np.abs(pictures[:, ::8, ::8] - wanted).mean(axis=(1, 2, 3))
    return int(away.argmin()), float(away.min())
