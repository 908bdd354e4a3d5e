"""The gate that a generator has to pass in eight bits: its pictures against the exact ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livegan.compilation.openvino_int8 import FALL
from livegan.generators import Generator
from workshop.int8_drawings import Drawings
from workshop.metrics import ms_ssim
from workshop.motion_metrics import mean_deviation

MOST_FALL, MOST_WORST_FALL = 0.005, 0.02
"""Of MS-SSIM, on average and in the worst picture."""
MOST_RISE = 0.25
"""Of the flicker, in grey levels: a still puppet's pictures have 0.4 of their own."""
MOST_LEVELS = 3.0


@dataclass(frozen=True)
class Gate:
    """What eight bits cost, on drawings that had no part in finding the scales.

    Args:
        ms_ssim_fall, worst_fall: 1 less the MS-SSIM between its pictures and the exact ones, on
            average and in the worst one.
        mean_levels, most_levels: between them, in grey levels.
        flicker: of a still face before a noisy camera, in grey levels.
        exact_flicker: of the exact pictures.
    """

    ms_ssim_fall: float
    worst_fall: float
    mean_levels: float
    most_levels: float
    flicker: float
    exact_flicker: float

    @property
    def refusal(self) -> str:
        """Why it does not pass; "" where it does."""
        for name, found, most in (
            ("MS-SSIM falls by", self.ms_ssim_fall, MOST_FALL),
            ("MS-SSIM of one picture falls by", self.worst_fall, MOST_WORST_FALL),
            ("pictures are off, in grey levels, by", self.mean_levels, MOST_LEVELS),
            ("flicker rises, in grey levels, by", self.flicker - self.exact_flicker, MOST_RISE),
        ):
            if not found < most:
                return f"{name} {found:.4f}, wanted less than {most:g}"
        return ""

    def metrics(self) -> dict[str, float]:
        """For the manifest."""
        named = {
            FALL: self.ms_ssim_fall,
            "worst_fall": self.worst_fall,
            "mean_levels": self.mean_levels,
            "most_levels": self.most_levels,
            "flicker": self.flicker,
            "exact_flicker": self.exact_flicker,
        }
        return {name: round(value, 5) for name, value in named.items()}

    def __str__(self) -> str:
        return (
            f"MS-SSIM -{self.ms_ssim_fall:.4f}, in the worst picture -{self.worst_fall:.4f};"
            f" {self.mean_levels:.2f} grey levels off on average, {self.most_levels:.0f} at most;"
            f" flicker {self.flicker:.2f} against {self.exact_flicker:.2f}"
        )


def judge(exact: Generator, short: Generator, drawings: Drawings) -> Gate:
    """Hold a network's pictures against the exact ones.

    Args:
        exact: paints them.
        short: the generator in eight bits.
        drawings: those that are held out, and the stills, count.
    """
    falls, means, most = [], [], 0
    for drawing in drawings.held_out:
        wanted, painted = exact.generate(drawing), short.generate(drawing)
        change = np.abs(wanted.astype(np.int16) - painted)
        falls.append(1 - ms_ssim(wanted, painted))
        means.append(float(change.mean()))
        most = max(most, int(change.max()))
    flickers = [
        mean_deviation(map(generate, drawings.held_out_still))
        for generate in (short.generate, exact.generate)
    ]
    return Gate(float(np.mean(falls)), max(falls), float(np.mean(means)), most, *flickers)
