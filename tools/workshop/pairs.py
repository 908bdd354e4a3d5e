"""Datasets of pairs, drawing and picture side by side: how they are written and read.

    DATASET/dataset.json            what it is; written last, so that half a dataset has none
    DATASET/train/000000.png ...    (H, 2W, 3): the drawing left, the picture right
    DATASET/val/000000.png ...      pairs that training never sees
    DATASET/landmarks.npz           `train` and `val`: (N, 478, 2) float16, the drawn landmarks in
                                    pixels of the drawing; absent where none were drawn
    DATASET/masks/train/000000.png  (H, W): 255 where the drawing hides the picture; only where
                                    dataset.json says "masks": true
    DATASET/origins.json            `train` and `val`: where each picture comes from
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.face_topology import COUNT
from livegan.frames import Image
from livegan.model_card import ConditionerCard, Puppet
from workshop.assembly import Assembly, Pair
from workshop.dataset_card import SPLITS, DatasetCard

__all__ = ["SPLITS", "Dataset", "DatasetCard", "PairWriter", "Pairs", "read_dataset",
           "read_landmarks", "read_pairs"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """One split, decoded.

    Args:
        drawings, pictures: (N, H, W, 3) uint8 BGR.
        landmarks: (N, 478, 2) float32, in pixels of the drawing; None where none were drawn.
        masks: (N, H, W) uint8, 255 where the drawing hides the picture, else 0; None where
            nothing is hidden.
    """

    drawings: NDArray[np.uint8]
    pictures: NDArray[np.uint8]
    landmarks: NDArray[np.float32] | None
    masks: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.drawings)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset in memory."""

    card: DatasetCard
    train: Pairs
    val: Pairs


class PairWriter:
    """Writes a dataset, pair by pair in order; `finish` makes it whole.

    Where pairs don't depend on each other, `workshop.assembly` goes on after an interruption.

    Args:
        out: the dataset's folder; made if need be. What an earlier, unfinished run left in it is
            taken away.
        name, size, conditioner, puppet, licence, credit, source: see `DatasetCard`.

    Raises:
        UsageError: the folder holds a finished dataset already, or can't be written.
    """

    def __init__(
        self,
        out: str | Path,
        name: str,
        size: tuple[int, int],
        conditioner: ConditionerCard,
        puppet: Puppet | None = None,
        licence: str = "",
        credit: str = "",
        source: str = "",
    ) -> None:
        counts = dict.fromkeys(SPLITS, 0)
        self._card = DatasetCard(name, size, conditioner, puppet, licence, credit, source, counts)
        self._tasks: list[tuple[str, str]] = []
        Assembly.clear(Path(out))
        self._assembly = Assembly(Path(out), size, {})

    def add(
        self, split: str, drawing: Image, picture: Image, landmarks: NDArray[Any] | None = None,
        mask: NDArray[np.uint8] | None = None, origin: str = "",
    ) -> None:
        """Write one pair.

        Args:
            split: "train" or "val".
            drawing, picture, landmarks, mask: see `workshop.assembly.Pair`.
            origin: where the picture comes from, in words.

        Raises:
            ValueError: another size than the dataset's.
            UsageError: the disk is full, or the folder is gone.
        """
        self._assembly.parts.put(len(self._tasks), Pair(drawing, picture, landmarks, mask))
        self._tasks.append((split, origin))

    def finish(self) -> DatasetCard:
        """Put the dataset together; dataset.json comes last and at once.

        Raises:
            ValueError: some pairs came with landmarks, or a mask, and some without.
            UsageError: there is not one pair to train on; the disk is full.
        """
        return self._assembly.finish(self._card, self._tasks)


def read_dataset(
    path: str | Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Dataset:
    """Decode a dataset into memory: 3000 pairs of 256 x 256 take 1.2 GB.

    Args:
        path: its folder.
        progress: called with the pairs that are decoded and all there are.

    Raises:
        UsageError: no dataset, or a pair is missing, broken or of another size.
    """
    folder = Path(path)
    card = DatasetCard.read(folder / "dataset.json")
    if not card.counts["train"] or not card.counts["val"]:
        again = shlex.join(["split", str(folder), "--out", f"{folder}-2"])
        raise UsageError(
            f"{folder} has {card.counts['train']} pairs to train on and {card.counts['val']} held "
            f"out; training needs some of both: python tools/dataset.py {again}"
        )
    total = sum(card.counts.values())
    train = read_pairs(folder, card, "train", lambda done: progress(done, total))
    val = read_pairs(folder, card, "val", lambda done: progress(len(train) + done, total))
    return Dataset(card, train, val)


def read_pairs(
    folder: Path, card: DatasetCard, split: str, progress: Callable[[int], None]
) -> Pairs:
    """Decode one split.

    Args:
        folder: the dataset's.
        card: what its dataset.json says.
        split: "train" or "val".
        progress: called with the pairs that are decoded.

    Raises:
        UsageError: a pair is missing, broken or of another size.
    """
    landmarks = read_landmarks(folder, card)
    count = card.counts[split]
    drawings = np.empty((count, *card.size, 3), np.uint8)
    pictures = np.empty_like(drawings)
    # OpenCV decodes outside of Python's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        paths = [folder / split / f"{index:06d}.png" for index in range(count)]
        for index, pair in enumerate(pool.map(lambda path: _read_pair(path, card.size), paths)):
            drawings[index], pictures[index] = np.split(pair, 2, axis=1)
            progress(index + 1)
    masks = _read_masks(folder / "masks" / split, card.size, count) if card.masks else None
    return Pairs(drawings, pictures, landmarks.get(split), masks)


def _read_pair(path: Path, size: tuple[int, int]) -> Image:
    pair = cv2.imread(str(path), cv2.IMREAD_COLOR)
    wanted = (size[0], 2 * size[1], 3)
    if pair is None:
        raise UsageError(f"{path} is missing or is not a picture; make the dataset again")
    if pair.shape != wanted:
        raise UsageError(f"{path} is {pair.shape}, wanted {wanted} (drawing and picture)")
    return pair  # type: ignore[return-value]


def _read_masks(folder: Path, size: tuple[int, int], count: int) -> NDArray[np.uint8]:
    masks = np.empty((count, *size), np.uint8)
    for index in range(count):
        path = folder / f"{index:06d}.png"
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if mask is None or mask.shape != size:
            found = "missing or no picture" if mask is None else str(mask.shape)
            raise UsageError(f"{path} is {found}, wanted {size}; make the dataset again")
        masks[index] = mask
    return masks


def read_landmarks(folder: Path, card: DatasetCard) -> dict[str, NDArray[np.float32]]:
    """(N, 478, 2) for each split, in pixels of the drawing; empty where none were drawn.

    Raises:
        UsageError: they can't be read, or are not as many as there are pairs.
    """
    path = folder / "landmarks.npz"
    if not path.exists():
        return {}
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            landmarks = {split: arrays[split].astype(np.float32) for split in SPLITS}
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise UsageError(f"{path} can't be read ({error}); make the dataset again") from error
    for split, array in landmarks.items():
        wanted = (card.counts[split], COUNT, 2)
        if array.shape != wanted:
            raise UsageError(f"{path}: {split} is {array.shape}, wanted {wanted}")
    return landmarks
