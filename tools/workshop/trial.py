"""What an imported generator is tried on, and the choice that only a trial can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.model_card import ConditionerCard
from workshop.classic_networks import NORM_MODES, ClassicNetwork, NormMode, set_norm_mode
from workshop.classic_painting import paint
from workshop.dataset_card import DatasetCard
from workshop.held_out import spread
from workshop.metrics import compare
from workshop.pairs import read_pairs

MOST_PAIRS = 16
INVENTED = 4


@dataclass(frozen=True, eq=False)
class Trial:
    """Drawings to try a generator on.

    Args:
        drawings: (N, H, W, 3) uint8 BGR.
        pictures: what should come of them; None where nobody knows.
        conditioner: what drew them; None where they are invented.
        dataset: its name.
        palette: their only colours, `#rrggbb` by name; None where they may have any.
    """

    drawings: NDArray[np.uint8]
    pictures: NDArray[np.uint8] | None = None
    conditioner: ConditionerCard | None = None
    dataset: str = ""
    palette: Mapping[str, str] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.drawings.shape[1], self.drawings.shape[2]


def trial_on_pairs(folder: Path) -> Trial:
    """Up to 16 of a dataset's pairs: those held out, or of all where none are.

    Raises:
        UsageError: there is no dataset, or a pair of it is broken.
    """
    card = DatasetCard.read(folder / "dataset.json")
    pairs = read_pairs(folder, card, "val" if card.counts["val"] else "train", lambda done: None)
    chosen = spread(len(pairs), MOST_PAIRS)
    return Trial(pairs.drawings[chosen], pairs.pictures[chosen], card.conditioner, card.name,
                 card.palette)


def invented_trial(size: tuple[int, int]) -> Trial:
    """Clouds of colour with lines over them, light and dark, for a height and width in pixels."""
    random = np.random.default_rng(0)
    drawings = []
    for index in range(INVENTED):
        coarse = random.integers(0, 256, (4 << index, 4 << index, 3), np.uint8)
        drawing = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
        ends = random.integers(0, max(size), (12, 2, 2))
        for start, end in ends.tolist():
            cv2.line(drawing, start, end, [255 * (index % 2)] * 3, 1 + index, cv2.LINE_AA)
        drawings.append(drawing)
    return Trial(np.stack(drawings).astype(np.uint8))


def choose_norm(network: ClassicNetwork, trial: Trial) -> tuple[NormMode, dict[NormMode, float]]:
    """Which way to normalise paints a trial's pictures better.

    Args:
        network: in evaluation; its norm mode is changed.
        trial: with pictures.

    Returns:
        The better way, and each way's score: MS-SSIM less the mean error as a fraction of white.
    """
    assert trial.pictures is not None
    scores: dict[NormMode, float] = {}
    for mode in NORM_MODES:
        set_norm_mode(network, mode)
        told = [
            compare(painted, picture)
            for painted, picture in zip(paint(network, trial.drawings), trial.pictures, strict=True)
        ]
        scores[mode] = float(np.mean([row["ms_ssim"] - row["l1"] / 255 for row in told]))
    return max(NORM_MODES, key=scores.__getitem__), scores
