"""Carries out the making of a dataset: work shared out, progress told, what is broken passed over.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from livegan.errors import UsageError
from livegan.model_card import ConditionerCard
from livegan.sources.pictures import pictures_at
from workshop.assembly import Assembly
from workshop.dataset_card import SPLITS, DatasetCard
from workshop.tally import Tally
from workshop.workers import Job, spread, usual_workers


@dataclass(frozen=True)
class Task:
    """One pair to be made.

    Args:
        split: `train` or `val`.
        origin: where its picture comes from, for people.
    """

    split: str
    origin: str


AnyTask = TypeVar("AnyTask", bound=Task)


def by_workers(
    job: Job[tuple[int, AnyTask], str], tasks: Sequence[AnyTask], workers: int
) -> Callable[[list[int]], Iterable[str]]:
    """The `work` of `build`, where tasks don't depend on each other.

    Args:
        job: for a number and a task it puts the pair where it belongs.
        tasks: all of them.
        workers: how many processes.
    """
    return lambda left: spread(job, [(number, tasks[number]) for number in left], workers)


def build(
    assembly: Assembly,
    card: DatasetCard,
    tasks: Sequence[Task],
    work: Callable[[list[int]], Iterable[str]],
    out: Path,
) -> int:
    """Make all pairs that are not made yet, then the dataset of them.

    Args:
        assembly: where pairs are put together.
        card: what the dataset says of itself.
        tasks: in the order of the dataset; a task's number is its place.
        work: puts the pairs of so many tasks, by their numbers, where they belong, and tells for
            each in that order "", or the reason why there is none.
        out: the dataset's folder, for people.

    Returns:
        The exit code.

    Raises:
        UsageError: not one pair came of it, or the disk is full.
    """
    passed_over: Counter[str] = Counter()
    if not assembly.planned:
        left = assembly.remaining(len(tasks))
        tally = Tally("pairs", len(left))
        if len(left) < len(tasks):
            tally.note(f"{len(tasks) - len(left)} of {len(tasks)} are done already")
        for number, reason in zip(left, work(left), strict=True):
            if reason:
                passed_over[reason] += 1
                tally.note(f"passed over {tasks[number].origin}: {reason}")
            tally.step()
        tally.done()
    card = assembly.finish(card, [(task.split, task.origin) for task in tasks])
    tell(card, out, passed_over)
    return 0


def tell(card: DatasetCard, out: Path, passed_over: Counter[str]) -> None:
    """The lines at the end."""
    told = "".join(f", {count} passed over ({why})" for why, count in passed_over.items())
    counts = card.counts
    print(f"{counts['train']} pairs to train on and {counts['val']} held out in {out}{told}")
    if not card.counts["val"]:
        print("nothing is held out, and training wants something that is: see --held-out")
        return
    run = f"runs/{out.resolve().name}"
    print(f"next: python tools/train.py {shlex.quote(str(out))}{_recipe_for(card)}"
          f" --out {shlex.quote(run)}")


def _recipe_for(card: DatasetCard) -> str:
    """What train.py is to be told beside the folders: the usual recipe is for drawings of one face,
    the classic one for all others."""
    kind = card.conditioner.kind
    if kind == "grayscale":
        return " --recipe pix2pix --lab --epochs 200"
    if kind == "face_mesh" or card.made.get("subcommand") in ("video", "portrait"):
        return ""
    return " --recipe pix2pix --epochs 200"


def finished(assembly: Assembly, out: Path) -> bool:
    """Whether the very same dataset is there already; says so."""
    if assembly.card is None:
        return False
    print(f"{out} is made already:")
    tell(assembly.card, out, Counter())
    return True


def list_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder, as people count them.

    Raises:
        UsageError: there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        why = "; that is a file: name the folder it is in" if folder.exists() else ""
        raise UsageError(f"no such folder: {folder}{why}")
    return pictures_at(folder)


def fingerprint(paths: Sequence[Path]) -> str:
    """Changes with the names, sizes and number of the files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
    return f"{len(paths)} files {digest.hexdigest()[:16]}"


def add_dataset_arguments(parser: argparse.ArgumentParser) -> None:
    """`--out`, `--name`, `--licence`, `--credit` and `--workers`."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the dataset")
    parser.add_argument("--name", help="what people will call it (default: the folder's name)")
    parser.add_argument("--licence", default="", help="of the pictures, for the model card")
    parser.add_argument("--credit", default="", help="whose pictures they are, for the model card")
    parser.add_argument("--workers", type=int, default=usual_workers(), help="processes")


def begin_card(
    arguments: argparse.Namespace, conditioner: ConditionerCard, source: str
) -> DatasetCard:
    """What a command line says of the dataset before a pair is made."""
    counts = dict.fromkeys(SPLITS, 0)
    name = arguments.name or arguments.out.resolve().name
    return DatasetCard(
        name, arguments.size, conditioner, None, arguments.licence, arguments.credit, source, counts
    )


def made_by(
    subcommand: str, arguments: argparse.Namespace, inputs: Sequence[Path]
) -> dict[str, Any]:
    """The command as JSON: two that are the same make the same dataset.

    Args:
        subcommand: its name.
        arguments: its command line; folders stand by their names, so that they may move.
        inputs: the files that it reads.
    """
    skipped = ("run", "out", "workers")
    told = {name: value for name, value in vars(arguments).items() if name not in skipped}
    plain = {name: _plain(value) for name, value in told.items()}
    return {"subcommand": subcommand, **plain, "inputs": fingerprint(inputs)}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
