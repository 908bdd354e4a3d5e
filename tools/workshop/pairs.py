"""Datasets of pairs, drawing and picture side by side: how they are written and read.

    DATASET/dataset.json            what it is; written last, so that half a dataset has none
    DATASET/train/000000.png ...    (H, 2W, 3): the drawing left, the picture right
    DATASET/val/000000.png ...      pairs that training never sees
    DATASET/landmarks.npz           `train` and `val`: (N, 478, 2) float16, the drawn landmarks in
                                    pixels of the drawing; absent where none were drawn
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.face_topology import COUNT
from livegan.frames import Image
from livegan.model_card import ConditionerCard, Puppet
from livegan.strict_json import Fields, parse, read_size, refuse

SPLITS = ("train", "val")
SCHEMA = 1
LAYOUT = "AB: drawing left, picture right"


@dataclass(frozen=True)
class DatasetCard:
    """What dataset.json says.

    Args:
        name: what people call it.
        size: height and width of drawing and picture in pixels.
        conditioner: what drew it, with which settings.
        puppet: the face in the pictures, if it is a puppet.
        licence, credit: of the pictures, for people.
        source: what it was made from, in words.
        counts: pairs in `train` and `val`.
    """

    name: str
    size: tuple[int, int]
    conditioner: ConditionerCard
    puppet: Puppet | None
    licence: str
    credit: str
    source: str
    counts: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "size": list(self.size),
            "layout": LAYOUT,
            "conditioner": self.conditioner.to_dict(),
            "puppet": self.puppet and self.puppet.to_dict(),
            "licence": self.licence,
            "credit": self.credit,
            "source": self.source,
            "counts": self.counts,
        }

    @classmethod
    def read(cls, path: Path) -> DatasetCard:
        """Read a dataset.json.

        Raises:
            UsageError: it is missing, or not as it should be.
        """
        try:
            data = parse(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise UsageError(f"{path.parent} is not a dataset: no dataset.json in it") from error
        if isinstance(data, dict) and data.get("schema") != SCHEMA:
            refuse(f"{path}: schema", data.get("schema"), str(SCHEMA))
        names = ("schema", "name", "size", "layout", "conditioner", "puppet", "licence", "credit",
                 "source", "counts")
        fields = Fields(data, f"{path}:", names)
        counts = Fields(fields["counts"], fields.where("counts"), SPLITS)
        puppet = fields["puppet"]
        return cls(
            name=fields.text("name"),
            size=read_size(fields["size"], fields.where("size")),
            conditioner=ConditionerCard.from_dict(
                fields["conditioner"], fields.where("conditioner")
            ),
            puppet=None if puppet is None else Puppet.from_dict(puppet, fields.where("puppet")),
            licence=fields.text("licence"),
            credit=fields.text("credit"),
            source=fields.text("source"),
            counts={split: counts.integer(split) for split in SPLITS},
        )


@dataclass(frozen=True, eq=False)
class Pairs:
    """One split, decoded.

    Args:
        drawings, pictures: (N, H, W, 3) uint8 BGR.
        landmarks: (N, 478, 2) float32, in pixels of the drawing; None where none were drawn.
    """

    drawings: NDArray[np.uint8]
    pictures: NDArray[np.uint8]
    landmarks: NDArray[np.float32] | None

    def __len__(self) -> int:
        return len(self.drawings)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset in memory."""

    card: DatasetCard
    train: Pairs
    val: Pairs


class PairWriter:
    """Writes a dataset, pair by pair; `finish` makes it whole.

    Args:
        out: the dataset's folder; made if need be. What an earlier, unfinished run left in it is
            written over.
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
        self._out = Path(out)
        counts = dict.fromkeys(SPLITS, 0)
        self._card = DatasetCard(name, size, conditioner, puppet, licence, credit, source, counts)
        self._landmarks: dict[str, list[NDArray[np.float16]]] = {split: [] for split in SPLITS}
        if (self._out / "dataset.json").exists():
            raise UsageError(f"{out} holds a dataset already; delete it or choose another --out")
        for split in SPLITS:
            folder = self._out / split
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for stale in folder.glob("*.png"):
                    stale.unlink()
            except OSError as error:
                raise UsageError(f"can't write a dataset to {out}: {error.strerror}") from error

    def add(
        self, split: str, drawing: Image, picture: Image, landmarks: NDArray[Any] | None = None
    ) -> None:
        """Write one pair.

        Args:
            split: "train" or "val".
            drawing, picture: (H, W, 3) uint8 BGR, of the size of the dataset.
            landmarks: (478, 2) or (478, 3), as drawn, in pixels of the drawing. All pairs have
                them or none has.

        Raises:
            ValueError: another shape than that.
            UsageError: the disk is full, or the folder is gone.
        """
        wanted = (*self._card.size, 3)
        for image in (drawing, picture):
            if image.shape != wanted or image.dtype != np.uint8:
                raise ValueError(f"pair of {image.dtype} {image.shape}, wanted uint8 {wanted}")
        # Compression level 1: 4 ms a pair at 256, against 15 ms at OpenCV's own choice.
        path = self._out / split / f"{self._card.counts[split]:06d}.png"
        side_by_side = np.concatenate([drawing, picture], axis=1)
        if not cv2.imwrite(str(path), side_by_side, [cv2.IMWRITE_PNG_COMPRESSION, 1]):
            raise UsageError(f"can't write {path}; is the disk full?")
        self._card.counts[split] += 1
        if landmarks is not None:
            self._landmarks[split].append(landmarks[:, :2].astype(np.float16))

    def finish(self) -> DatasetCard:
        """Write the landmarks and, last and at once, dataset.json.

        Raises:
            ValueError: some pairs came with landmarks and some without.
        """
        drawn = {split: len(self._landmarks[split]) for split in SPLITS}
        if any(drawn.values()):
            if drawn != self._card.counts:
                raise ValueError(f"landmarks for {drawn} of {self._card.counts} pairs")
            arrays = {
                split: np.array(self._landmarks[split], np.float16).reshape(-1, COUNT, 2)
                for split in SPLITS
            }
            np.savez(self._out / "landmarks.npz", **arrays)
        text = json.dumps(self._card.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        partial = self._out / "dataset.json.partial"
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, self._out / "dataset.json")
        return self._card


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
        raise UsageError(f"{folder} has {card.counts} pairs; training needs some of both")
    landmarks = _read_landmarks(folder, card)
    total = sum(card.counts.values())
    splits = {}
    done = 0
    for split in SPLITS:
        count = card.counts[split]
        drawings = np.empty((count, *card.size, 3), np.uint8)
        pictures = np.empty_like(drawings)
        # OpenCV decodes outside of Python's lock.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            paths = [folder / split / f"{index:06d}.png" for index in range(count)]
            for index, pair in enumerate(pool.map(lambda path: _read_pair(path, card.size), paths)):
                drawings[index], pictures[index] = np.split(pair, 2, axis=1)
                done += 1
                progress(done, total)
        splits[split] = Pairs(drawings, pictures, landmarks.get(split))
    return Dataset(card, splits["train"], splits["val"])


def _read_pair(path: Path, size: tuple[int, int]) -> Image:
    pair = cv2.imread(str(path), cv2.IMREAD_COLOR)
    wanted = (size[0], 2 * size[1], 3)
    if pair is None:
        raise UsageError(f"{path} is missing or is not a picture; make the dataset again")
    if pair.shape != wanted:
        raise UsageError(f"{path} is {pair.shape}, wanted {wanted} (drawing and picture)")
    return pair  # type: ignore[return-value]


def _read_landmarks(folder: Path, card: DatasetCard) -> dict[str, NDArray[np.float32]]:
    path = folder / "landmarks.npz"
    if not path.exists():
        return {}
    try:
        with np.load(path) as arrays:
            landmarks = {split: arrays[split].astype(np.float32) for split in SPLITS}
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(f"{path} can't be read ({error}); make the dataset again") from error
    for split, array in landmarks.items():
        wanted = (card.counts[split], COUNT, 2)
        if array.shape != wanted:
            raise UsageError(f"{path}: {split} is {array.shape}, wanted {wanted}")
    return landmarks
