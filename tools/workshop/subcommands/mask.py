"""Pictures with holes, for generators that learn to repair faces and other things."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livegan.counting import counted
from livegan.errors import UsageError
from livegan.sources.pictures import read_picture
from workshop.assembly import Assembly, Pair, Parts
from workshop.building import Task, begin_card, build, by_workers, finished, list_pictures, made_by
from workshop.fitting import fit
from workshop.holes import FILLINGS, Mask, fill, random_mask, read_shapes
from workshop.picture_drawing import conditioner_card
from workshop.picture_pairs import BROKEN, add_picture_arguments
from workshop.splitting import by_chance, read_groups

NAME = "mask"
HELP = "pictures with holes in them, to learn repairing from; the holes are kept for the loss"


@dataclass(frozen=True)
class HoleTask(Task):
    """One variant of one picture."""

    path: Path
    seed: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class MakeHoles:
    """Makes holes in pictures."""

    parts: Parts
    way: str
    shapes: list[Mask]
    filling: str

    def open(self) -> Callable[[tuple[int, HoleTask]], str]:
        """What makes one pair, in a worker."""
        return self._make

    def _make(self, numbered: tuple[int, HoleTask]) -> str:
        number, task = numbered
        image = read_picture(task.path)
        if image is None:
            return BROKEN
        random = np.random.default_rng(task.seed)
        picture = fit(image, self.parts.size, self.way).picture
        mask = random_mask(self.parts.size, self.shapes, random)
        drawing = fill(picture, mask, self.filling, random)
        self.parts.put(number, Pair(drawing, picture, mask=mask))
        return ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("pictures", type=Path, help="folder of whole pictures")
    parser.add_argument(
        "--masks", type=Path, help="folder of shapes, white on black (default: blots are made)"
    )
    parser.add_argument("--variants", type=int, default=4, help="of each picture (default: 4)")
    parser.add_argument("--fill", choices=FILLINGS, default="black",
                        help="what holes hold (default: %(default)s)")
    add_picture_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    if arguments.variants < 1:
        raise UsageError(f"--variants is {arguments.variants}, wanted at least 1")
    paths = list_pictures(arguments.pictures)
    shapes = read_shapes(arguments.masks) if arguments.masks else []
    inputs = paths + (list_pictures(arguments.masks) if arguments.masks else [])
    # Split by picture, so that no variant of one is held out while others are trained on.
    groups = read_groups([path.name for path in paths], arguments.group)
    splits = by_chance(groups, arguments.held_out, arguments.seed)
    assembly = Assembly(arguments.out, arguments.size, made_by(NAME, arguments, inputs))
    if finished(assembly, arguments.out):
        return 0
    tasks = [
        HoleTask(split, f"{path.name} variant {variant}", path, (arguments.seed, index, variant))
        for index, (split, path) in enumerate(zip(splits, paths, strict=True))
        for variant in range(arguments.variants)
    ]
    source = f"{counted(len(paths), 'picture')} of {arguments.pictures.name}, with holes"
    card = dataclasses.replace(
        begin_card(arguments, conditioner_card("plain"), source), masks=True
    )
    job = MakeHoles(assembly.parts, arguments.fit, shapes, arguments.fill)
    work = by_workers(job, tasks, arguments.workers)
    return build(assembly, card, tasks, work, arguments.out)
