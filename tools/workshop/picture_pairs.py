"""From pictures to pairs: each is brought to size and drawn. Several subcommands are this one."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livegan.counting import counted
from livegan.model_card import ConditionerCard
from livegan.sources.pictures import read_picture
from workshop.assembly import Assembly, Parts
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
from workshop.fitting import add_size_arguments
from workshop.picture_drawing import PictureDrawer
from workshop.splitting import add_split_arguments, by_chance, by_time, read_groups

BROKEN = "not a picture that can be read"
NO_FACE = "no face found in it"


@dataclass(frozen=True)
class PictureTask(Task):
    """One picture to draw."""

    path: Path


@dataclass(frozen=True)
class DrawPictures:
    """Draws pictures, see `workshop.picture_drawing.PictureDrawer`."""

    parts: Parts
    conditioner: ConditionerCard
    way: str

    def open(self) -> Callable[[tuple[int, PictureTask]], str]:
        """What draws one picture, in a worker."""
        drawer = PictureDrawer(self.conditioner, self.parts.size, self.way)

        def draw(task: tuple[int, PictureTask]) -> str:
            number, picture = task
            image = read_picture(picture.path)
            if image is None:
                return BROKEN
            pair = drawer.pair(image)
            if pair is None:
                return NO_FACE
            self.parts.put(number, pair)
            return ""

        return draw


def add_picture_arguments(parser: argparse.ArgumentParser) -> None:
    """All that these subcommands have in common but their drawing."""
    add_size_arguments(parser)
    add_split_arguments(parser)
    add_dataset_arguments(parser)


def pairs_of_pictures(
    subcommand: str,
    arguments: argparse.Namespace,
    folder: Path,
    conditioner: ConditionerCard,
    *,
    film: bool = False,
) -> int:
    """Make a dataset of the pictures of a folder.

    Args:
        subcommand: its name.
        arguments: its command line.
        folder: the pictures.
        conditioner: what draws them.
        film: they come in the order of time, so the last are held out, not any.

    Returns:
        The exit code.

    Raises:
        UsageError: no picture, another dataset in the way, a full disk.
    """
    paths = list_pictures(folder)
    names = [path.name for path in paths]
    if film:
        splits = by_time([folder.name] * len(paths), arguments.held_out)
    else:
        groups = read_groups(names, arguments.group)
        splits = by_chance(groups, arguments.held_out, arguments.seed)
    assembly = Assembly(arguments.out, arguments.size, made_by(subcommand, arguments, paths))
    if finished(assembly, arguments.out):
        return 0
    rows = zip(splits, names, paths, strict=True)
    tasks = [PictureTask(split, name, path) for split, name, path in rows]
    card = begin_card(arguments, conditioner, f"{counted(len(paths), 'picture')} of {folder.name}")
    job = DrawPictures(assembly.parts, conditioner, arguments.fit)
    work = by_workers(job, tasks, arguments.workers)
    return build(assembly, card, tasks, work, arguments.out)
