"""From two folders of equal names to pairs: drawings that were made elsewhere, and label maps."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livegan.counting import counted
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.model_card import ConditionerCard
from livegan.sources.pictures import read_picture
from workshop.assembly import Assembly, Pair, Parts
from workshop.building import Task, begin_card, build, by_workers, finished, list_pictures, made_by
from workshop.fitting import fit
from workshop.palette import Palette, Snapper
from workshop.picture_pairs import BROKEN
from workshop.splitting import by_chance, read_groups

OTHER_SHAPE = "drawing and picture are of different shape"


@dataclass(frozen=True)
class MatchTask(Task):
    """A drawing and its picture."""

    drawing: Path
    picture: Path


@dataclass(frozen=True)
class Match:
    """Brings drawings and pictures to size.

    Args:
        palette: colours that the drawings are snapped to; None leaves them as they are.
    """

    parts: Parts
    way: str
    palette: Palette | None

    def open(self) -> Callable[[tuple[int, MatchTask]], str]:
        """What makes one pair, in a worker."""
        snapper = Snapper(self.palette) if self.palette else None

        def match(numbered: tuple[int, MatchTask]) -> str:
            number, task = numbered
            drawing, picture = read_picture(task.drawing), read_picture(task.picture)
            if drawing is None or picture is None:
                return BROKEN
            if not _alike(drawing, picture):
                return OTHER_SHAPE
            labels = snapper is not None
            if snapper:
                drawing = snapper.snap(drawing)
            drawn = fit(drawing, self.parts.size, self.way, labels=labels).picture
            self.parts.put(number, Pair(drawn, fit(picture, self.parts.size, self.way).picture))
            return ""

        return match


def _alike(drawing: Image, picture: Image) -> bool:
    """Whether both are as wide for their height, to a hundredth."""
    ratios = [image.shape[1] / image.shape[0] for image in (drawing, picture)]
    return abs(ratios[0] / ratios[1] - 1) < 0.01


def match_names(drawings: Path, pictures: Path) -> list[tuple[str, Path, Path]]:
    """Name, drawing and picture of all that have the same name but for its ending.

    Raises:
        UsageError: a folder is missing or empty, or no name is in both.
    """
    by_name = {path.stem: path for path in list_pictures(pictures)}
    listed = list_pictures(drawings)
    both = [(path.stem, path, by_name[path.stem]) for path in listed if path.stem in by_name]
    if not both:
        raise UsageError(
            f"no name is in both {drawings} and {pictures}; found {listed[0].name} in one "
            f"and {next(iter(by_name.values())).name} in the other"
        )
    alone = len(listed) + len(by_name) - 2 * len(both)
    if alone:
        told = counted(alone, "picture has no partner", "pictures have no partner")
        print(f"{told} of the same name and {'is' if alone == 1 else 'are'} left out")
    return both


def pairs_of_matches(
    subcommand: str,
    arguments: argparse.Namespace,
    conditioner: ConditionerCard,
    palette: Palette | None = None,
) -> int:
    """Make a dataset of two folders.

    Args:
        subcommand: its name.
        arguments: its command line.
        conditioner: what has drawn the drawings.
        palette: their colours, if they are label maps.

    Returns:
        The exit code.

    Raises:
        UsageError: no pair, another dataset in the way, a full disk.
    """
    matches = match_names(arguments.drawings, arguments.pictures)
    names = [name for name, _, _ in matches]
    splits = by_chance(
        read_groups(names, arguments.group), arguments.held_out, arguments.seed
    )
    inputs = [path for _, *paths in matches for path in paths]
    assembly = Assembly(arguments.out, arguments.size, made_by(subcommand, arguments, inputs))
    if finished(assembly, arguments.out):
        return 0
    tasks = [
        MatchTask(split, picture.name, drawing, picture)
        for split, (_, drawing, picture) in zip(splits, matches, strict=True)
    ]
    pairs = counted(len(matches), "pair")
    source = f"{pairs} of {arguments.drawings.name} and {arguments.pictures.name}"
    card = dataclasses.replace(begin_card(arguments, conditioner, source), palette=palette)
    job = Match(assembly.parts, arguments.fit, palette)
    work = by_workers(job, tasks, arguments.workers)
    return build(assembly, card, tasks, work, arguments.out)
