"""Train a generator on a dataset, for a given time or number of epochs.

    python tools/train.py DATASET --out RUN --minutes 15
    python tools/train.py DATASET --out RUN --recipe pix2pix --epochs 200
    python tools/train.py --recipe pix2pix --help
    torchrun --nproc-per-node 4 tools/train.py DATASET --out RUN ...

The same command goes on where it was stopped or killed. RUN/index.html shows how it stands; then
python tools/export.py RUN --name NAME makes a generator of it.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

if __name__ == "__main__":  # before the imports that would fail
    from workshop.extra import end_without_training_extra

    end_without_training_extra()

import torch

from livegan.counting import counted
from livegan.errors import UsageError
from workshop.budget import Budget
from workshop.crew import crew
from workshop.parser import Parser
from workshop.preview import Preview
from workshop.progress import ProgressLine, Silence
from workshop.recipes import RECIPES, find_recipe
from workshop.recipes.computing import PRECISIONS
from workshop.run_folder import RunFolder
from workshop.training import Diverged, Saving, Training

DEFAULT_MINUTES = 15.0
DETOUR = 1_000_003
"""Added to the seed after a run diverged: it goes on with other chances than before."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = _arguments(given)
    try:
        return _train(arguments, f"python tools/train.py {shlex.join(given)}")
    except UsageError as error:
        # Several processes fail alike; the first one speaks.
        if not int(os.environ.get("RANK", 0)):
            print(f"train: {error}", file=sys.stderr)
        return 2


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="train.py", description=(__doc__ or "").split("\n")[0], add_help=False)
    parser.add_argument("--recipe", choices=tuple(RECIPES), default="live",
                        help="; ".join(f"{name}: {one.HELP}" for name, one in RECIPES.items())
                        + " (default: live); with --help, shows its options")
    recipe = parser.parse_known_args(argv)[0].recipe
    parser.add_argument("--help", "-h", action="help", help="show this, and the recipe's options")
    parser.add_argument("dataset", type=Path,
                        help="folder of pairs, as tools/dataset.py makes them; cyclegan: a folder "
                        "with trainA and trainB; autoencoder: pairs, or a folder of pictures")
    parser.add_argument("--out", type=Path, required=True,
                        help="folder of the run: checkpoints, index.html")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float,
                        help=f"time to train in all (default: {DEFAULT_MINUTES:g})")
    length.add_argument("--epochs", type=int, help="instead: how often all drawings come, in all")
    saving = parser.add_mutually_exclusive_group()
    saving.add_argument("--save-minutes", type=float, default=1.0,
                        help="between two checkpoints (default: 1)")
    saving.add_argument("--save-epochs", type=int, help="instead: epochs between two checkpoints")
    parser.add_argument("--keep", type=int, default=2, help="newest checkpoints to keep; the best"
                        " one is kept besides (default: 2)")
    parser.add_argument("--seed", type=int, default=0, help="of all chance; the same one trains"
                        " the same again (default: 0)")
    parser.add_argument("--precision", choices=PRECISIONS, default="f32",
                        help="bf16 is faster on processors that have it (default: f32)")
    parser.add_argument("--compile", action="store_true",
                        help="compile the networks first; pays in long trainings")
    parser.add_argument("--preview", action="store_true",
                        help="play the newest weights in a livegan window")
    find_recipe(recipe).add_arguments(parser.add_argument_group(f"the recipe {recipe}"))
    arguments = parser.parse_args(argv)
    if arguments.minutes is None and arguments.epochs is None:
        arguments.minutes = DEFAULT_MINUTES
    for name, least in (("minutes", 0), ("epochs", 0), ("save_epochs", 0), ("keep", 0)):
        value = getattr(arguments, name)
        if value is not None and not value > least:
            parser.error(f"--{name.replace('_', '-')} must be more than {least}")
    if not arguments.save_minutes >= 0:
        parser.error("--save-minutes must be at least 0")
    return arguments


def _train(arguments: argparse.Namespace, command: str) -> int:
    if arguments.seed < 0:
        raise UsageError(f"--seed is {arguments.seed}, wanted 0 or more")
    line = ProgressLine() if crew().rank == 0 else Silence()
    folder = RunFolder(arguments.out)
    seed = arguments.seed
    arguments.seed += DETOUR * folder.detours()
    job = find_recipe(arguments.recipe).begin(
        arguments, lambda done, total: line.show(f"reading {done}/{total}")
    )
    line.end(job.told)
    settings = {
        "dataset": str(arguments.dataset.resolve()),
        "recipe": arguments.recipe,
        **job.settings,
        "seed": seed,
    }
    if crew().rank == 0:
        folder.begin(settings, job.dataset, job.held_out)
    crew().wait()
    by_minutes = None if arguments.save_epochs else arguments.save_minutes
    saving = Saving(by_minutes, arguments.save_epochs, arguments.keep)
    budget = Budget(arguments.minutes, arguments.epochs)
    preview = Preview(folder.path)
    saved = preview.show if arguments.preview else lambda checkpoint: None
    training = Training(folder, job.recipe, job.held_out, budget, saving, line, saved)
    with closing(preview):
        return _run(training, folder, line, command)


def _run(training: Training, folder: RunFolder, line: ProgressLine, command: str) -> int:
    """Train, and say how to go on whatever happens."""
    try:
        metrics = training.run()
    except KeyboardInterrupt:
        line.end("stopped; the same command goes on from here")
        return 130
    except Diverged as error:
        if crew().rank == 0:
            folder.take_detour()
        raise UsageError(
            f"the training diverged ({error}); {_back(training)}, with other chances: {command}"
        ) from error
    except torch.OutOfMemoryError as error:
        raise UsageError(
            f"the GPU's memory is full; {_back(training)} once there is more: {command}"
        ) from error
    except UsageError as error:
        raise UsageError(f"{error}; {_back(training)}: {command}") from error
    except Exception:
        print(f"train: crashed; {_back(training)}: {command}", file=sys.stderr)
        raise
    told = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
    held = f"; held out: {told}" if told else ""
    line.end(f"{counted(training.saved_steps, 'step')}{held}; see {folder.path / 'index.html'}")
    name = folder.path.resolve().name
    run = shlex.quote(str(folder.path))
    line.end(f"next: python tools/export.py {run} --name {shlex.quote(name)}")
    return 0


def _back(training: Training) -> str:
    lost_minutes = (training.elapsed_s - training.saved_s) / 60
    return (
        f"the last {lost_minutes:.1f} minutes are lost, and the same command goes on "
        f"from step {training.saved_steps}"
    )


if __name__ == "__main__":
    sys.exit(main())
