"""Pairs shared out anew between those to train on and those held out."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.sources.pictures import natural_key, read_picture
from workshop.assembly import Assembly, Pair, Parts
from workshop.building import (
    Task,
    add_dataset_arguments,
    begin_card,
    build,
    by_workers,
    finished,
    list_pictures,
    made_by,
)
from workshop.dataset_card import SPLITS, DatasetCard
from workshop.pairs import read_landmarks
from workshop.picture_drawing import add_conditioner_arguments, conditioner_card
from workshop.picture_pairs import BROKEN
from workshop.splitting import add_split_arguments, by_chance, by_time, read_groups

NAME = "split"
HELP = "a dataset, or a folder of pairs from elsewhere, split anew into train and val"
KINDS = ("plain", "face_mesh", "canny", "grayscale")
_FRAME, _VARIANT = " frame ", " variant "
"""What stands in origins after the name of a film, and of a picture with holes in it."""


@dataclass(frozen=True, eq=False)
class PairTask(Task):
    """One pair that exists already.

    Args:
        path: drawing and picture side by side.
        mask: its mask's file, if it has one.
        landmarks: (478, 2), if it has some.
    """

    path: Path
    mask: Path | None = None
    landmarks: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Copy:
    """Copies pairs.

    Args:
        turned: the drawing lies right in them.
    """

    parts: Parts
    turned: bool

    def open(self) -> Callable[[tuple[int, PairTask]], str]:
        """What copies one pair, in a worker."""
        return self._copy

    def _copy(self, numbered: tuple[int, PairTask]) -> str:
        number, task = numbered
        whole = read_picture(task.path)
        mask = None
        if task.mask:
            mask = cv2.imread(str(task.mask), cv2.IMREAD_GRAYSCALE)
        if whole is None or (task.mask and mask is None):
            return BROKEN
        height, width = self.parts.size
        if whole.shape[:2] != (height, 2 * width):
            return f"not {2 * width}x{height} as the first"
        halves = whole[:, :width], whole[:, width:]
        drawing, picture = halves[::-1] if self.turned else halves
        hole = None if mask is None else np.asarray(mask, np.uint8)
        self.parts.put(number, Pair(drawing, picture, task.landmarks, hole))
        return ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument(
        "pairs", type=Path, help="a dataset, or a folder of drawings and pictures side by side"
    )
    parser.add_argument(
        "--by", choices=("chance", "time"),
        help="time holds out the last part of each film; --group finds a film's name (default: time"
        " for a dataset of films, else chance)",
    )
    parser.add_argument(
        "--drawing", choices=("left", "right"), default="left",
        help="where it lies in pairs from elsewhere (default: left)",
    )
    add_conditioner_arguments(parser, KINDS)
    add_split_arguments(parser)
    add_dataset_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    folder: Path = arguments.pairs
    is_dataset = (folder / "dataset.json").exists()
    if is_dataset:
        if arguments.drawing == "right":
            raise UsageError(f"{folder} is a dataset, and in those the drawing lies left")
        if arguments.set or arguments.conditioner != KINDS[0]:
            raise UsageError(f"{folder} is a dataset, which says itself what drew it; "
                             "leave out --conditioner and --set")
        old = DatasetCard.read(folder / "dataset.json")
        found = _pairs_of_dataset(folder, old)
        size = old.size
    else:
        found = [PairTask("train", path.name, path) for path in list_pictures(folder)]
        size = _first_size([task.path for task in found])
    found.sort(key=lambda task: natural_key(Path(task.origin)))
    arguments.size = size
    if arguments.by is None:
        filmed = is_dataset and (old.made.get("camera") or all(_FRAME in t.origin for t in found))
        arguments.by = "time" if filmed else "chance"
    made = made_by(NAME, arguments, [task.path for task in found])
    assembly = Assembly(arguments.out, size, made)
    if finished(assembly, arguments.out):
        return 0
    splits = _splits([task.origin for task in found], arguments)
    tasks = [
        dataclasses.replace(task, split=split) for task, split in zip(found, splits, strict=True)
    ]
    conditioner = conditioner_card(arguments.conditioner, arguments.set)
    card = begin_card(arguments, conditioner, f"{len(tasks)} pairs of {folder.name}")
    if is_dataset:
        card = dataclasses.replace(
            old, name=arguments.name or old.name, licence=arguments.licence or old.licence,
            credit=arguments.credit or old.credit,
        )
    job = Copy(assembly.parts, arguments.drawing == "right")
    work = by_workers(job, tasks, arguments.workers)
    return build(assembly, card, tasks, work, arguments.out)


def _splits(origins: Sequence[str], arguments: argparse.Namespace) -> list[str]:
    groups = read_groups(origins, arguments.group) if arguments.group else None
    # What the workshop itself has called a variant or a frame needs no pattern.
    if arguments.by == "chance":
        groups = groups or [origin.partition(_VARIANT)[0] for origin in origins]
        return by_chance(groups, arguments.held_out, arguments.seed)
    # Names from elsewhere are all of one film.
    films = [origin.partition(_FRAME)[0] if _FRAME in origin else "" for origin in origins]
    return by_time(groups or films, arguments.held_out)


def _pairs_of_dataset(folder: Path, card: DatasetCard) -> list[PairTask]:
    landmarks = read_landmarks(folder, card)
    try:
        origins = json.loads((folder / "origins.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Datasets that were made before origins were kept.
        origins = {split: [""] * card.counts[split] for split in SPLITS}
    return [
        PairTask(
            split,
            origins[split][index] or f"{split} {index}",
            folder / split / f"{index:06d}.png",
            folder / "masks" / split / f"{index:06d}.png" if card.masks else None,
            landmarks[split][index] if landmarks else None,
        )
        for split in SPLITS
        for index in range(card.counts[split])
    ]


def _first_size(paths: Sequence[Path]) -> tuple[int, int]:
    """Height and width of one half of the first pair that can be read.

    Raises:
        UsageError: there is none, or it has no two halves.
    """
    for path in paths:
        image = read_picture(path)
        if image is not None:
            if image.shape[1] % 2:
                raise UsageError(f"{path} is {image.shape[1]} pixels wide; two halves are even")
            return image.shape[0], image.shape[1] // 2
    raise UsageError("none of the pairs can be read")
