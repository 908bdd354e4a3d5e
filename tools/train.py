"""Train a generator on a dataset of pairs, for a given time.

    python tools/train.py DATASET --out RUN --minutes 15

The same command goes on where it was stopped or killed. RUN/preview.png shows how it stands; then
python tools/export.py RUN --name NAME makes a generator of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livegan.errors import UsageError
from workshop.checkpoint import Part, load_checkpoint, save_checkpoint
from workshop.networks import UNetShape
from workshop.pairs import Dataset, read_dataset
from workshop.progress import ProgressLine
from workshop.quality import picture_metrics
from workshop.recipe_live import LiveRecipe, paint
from workshop.run_folder import RunFolder, Settings, telling_pairs

CHECKPOINT_EVERY_S = 60.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _arguments(argv)
    try:
        return _train(arguments)
    except UsageError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("dataset", type=Path, help="folder of pairs")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--recipe", choices=("live",), default="live")
    parser.add_argument("--minutes", type=float, default=15.0, help="time to train in all")
    parser.add_argument("--batch", type=int, default=8, help="pairs a step")
    parser.add_argument("--width", type=int, default=48, help="channels at the finest level")
    parser.add_argument("--depth", type=int, default=4, help="halvings after folding")
    parser.add_argument("--stem", type=int, default=4, help="pixels folded to each side")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    if arguments.minutes <= 0 or arguments.batch < 2:
        parser.error("--minutes must be more than 0 and --batch at least 2")
    return arguments


def _train(arguments: argparse.Namespace) -> int:
    line = ProgressLine()
    dataset = read_dataset(
        arguments.dataset, lambda done, total: line.show(f"reading pairs {done}/{total}")
    )
    line.end(f"{len(dataset.train)} pairs to train on, {len(dataset.val)} held out")
    shape = UNetShape(dataset.card.size, arguments.width, arguments.depth, arguments.stem)
    source = str(arguments.dataset.resolve())
    settings = Settings(source, arguments.recipe, shape, arguments.batch, arguments.seed)
    folder = RunFolder(arguments.out)
    folder.begin(settings, dataset.card, dataset.val)
    recipe = LiveRecipe(shape, dataset.train, arguments.batch, arguments.seed)
    return Training(folder, recipe, dataset, 60 * arguments.minutes, line).run()


class Training:
    """A run in time: steps, and every minute a checkpoint and a preview.

    Args:
        folder: where it is kept; what lies there is gone on with.
        recipe: what a step is.
        dataset: what the preview and the metrics are made from.
        total_s: time to train in seconds, all earlier runs of this folder included.
        line: where progress is shown.
    """

    def __init__(
        self,
        folder: RunFolder,
        recipe: LiveRecipe,
        dataset: Dataset,
        total_s: float,
        line: ProgressLine,
    ) -> None:
        self._folder, self._recipe, self._dataset = folder, recipe, dataset
        self._total_s, self._line = total_s, line
        self._shown = telling_pairs(dataset.val)
        self._parts: dict[str, Part] = {
            "generator": recipe.generator,
            "averaged": recipe.averaged,
            "discriminator": recipe.discriminator,
            "generator_adam": recipe.generator_adam,
            "discriminator_adam": recipe.discriminator_adam,
        }
        state = load_checkpoint(folder.path, self._parts) or {"steps": 0, "elapsed_s": 0.0}
        recipe.steps = int(state["steps"])
        self._elapsed_s = float(state["elapsed_s"])

    def run(self) -> int:
        """Train until the time is over; returns the exit code."""
        if self._elapsed_s:
            done, total = self._elapsed_s / 60, self._total_s / 60
            self._line.end(f"going on after {done:.1f} of {total:g} minutes")
        try:
            self._steps()
        except KeyboardInterrupt:
            self._save()
            self._line.end("stopped; the same command goes on from here")
            return 130
        metrics = self._save()
        told = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        self._line.end(f"{self._recipe.steps} steps; held out: {told}; see {self._folder.path}")
        return 0

    def _steps(self) -> None:
        before = time.perf_counter()
        next_save_s = self._elapsed_s + CHECKPOINT_EVERY_S
        rate = 0.0
        while self._elapsed_s < self._total_s:
            losses = self._recipe.step(self._elapsed_s / self._total_s)
            now = time.perf_counter()
            step_rate = self._recipe.batch / (now - before)
            rate = 0.95 * rate + 0.05 * step_rate if rate else step_rate
            self._elapsed_s += now - before
            before = now
            self._tell(losses, rate)
            if self._elapsed_s >= next_save_s:
                self._save()
                next_save_s = self._elapsed_s + CHECKPOINT_EVERY_S

    def _tell(self, losses: dict[str, float], rate: float) -> None:
        left_s = max(0, round(self._total_s - self._elapsed_s))
        told = "  ".join(f"{name} {value:.3f}" for name, value in losses.items())
        self._line.show(
            f"step {self._recipe.steps}  {rate:.1f} images/s  {told}  "
            f"{left_s // 60}:{left_s % 60:02d} left"
        )

    def _save(self) -> dict[str, float]:
        """Checkpoint, preview and metrics of the averaged generator."""
        state: dict[str, Any] = {"steps": self._recipe.steps, "elapsed_s": self._elapsed_s}
        save_checkpoint(self._folder.path, self._parts, state)
        val = self._dataset.val
        drawings, targets = val.drawings[self._shown], val.pictures[self._shown]
        painted = paint(self._recipe.averaged, drawings)
        self._folder.write_preview(drawings, painted, targets)
        held_drawings, held_pictures = self._folder.held_out()
        metrics = picture_metrics(paint(self._recipe.averaged, held_drawings), held_pictures)
        self._folder.tell({**state, "minutes": self._elapsed_s / 60, "metrics": metrics})
        return metrics


if __name__ == "__main__":

    sys.exit(main())
