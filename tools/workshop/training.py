"""A run in time: steps, and now and then a checkpoint, a preview, metrics and a page."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workshop.budget import Budget
from workshop.checkpoint import (
    check_space,
    checkpoint_path,
    finite,
    load_checkpoint,
    newest_checkpoint,
    remove_older,
    save_checkpoint,
    size_bytes,
)
from workshop.crew import crew
from workshop.held_out import HeldOut
from workshop.history import History
from workshop.metrics import compare
from workshop.progress import ProgressLine
from workshop.recipes import Recipe
from workshop.run_folder import RunFolder
from workshop.run_page import Scores, write_run_page

BEST = "haarpsi"
"""The held-out metric by which a checkpoint is the best."""
CURVE_POINT_S = 2.0


@dataclass(frozen=True)
class Saving:
    """When a run is saved, and how much of it is kept.

    Args:
        minutes, epochs: between two checkpoints; one of both is None.
        keep: the newest so many are kept, and the best.
    """

    minutes: float | None = 1.0
    epochs: int | None = None
    keep: int = 2


class Diverged(Exception):
    """A loss or a weight is no number any more."""


class Training:
    """Trains a recipe until its budget is over.

    Args:
        folder: where the run is kept; what lies there is gone on with.
        recipe: what a step is.
        held_out: what previews and metrics are made from, by painter.
        budget: how long.
        saving: when to save.
        line: where progress is shown.
        saved: called with each checkpoint, once all that belongs to it is written.

    Raises:
        UsageError: the checkpoint can't be read, or the disk has no room for the next ones.
    """

    def __init__(
        self,
        folder: RunFolder,
        recipe: Recipe,
        held_out: Mapping[str, HeldOut],
        budget: Budget,
        saving: Saving,
        line: ProgressLine,
        saved: Callable[[Path], None] = lambda checkpoint: None,
    ) -> None:
        self._folder, self._recipe, self._held_out = folder, recipe, held_out
        self._budget, self._saving, self._line = budget, saving, line
        self._saved = saved
        self._run = folder.read()
        state: dict[str, Any] = {"steps": 0, "elapsed_s": 0.0}
        path = newest_checkpoint(folder.path)
        if path:
            state |= load_checkpoint(path, recipe.parts)
        recipe.steps = self.saved_steps = int(state["steps"])
        self._elapsed_s = float(state["elapsed_s"])
        self.saved_s = self._elapsed_s
        self._told_budget = str(state.get("budget", budget))
        self._history = History(folder.path / "history.json", recipe.steps)
        self._checkpoint_bytes = size_bytes(recipe.parts)
        missing = saving.keep + 2 - len(list(folder.path.glob("checkpoint*.safetensors")))
        self._check_space(max(1, missing))

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far."""
        return self._elapsed_s

    def run(self) -> dict[str, float]:
        """Train until the budget is over.

        Returns:
            The metrics of the held-out drawings.

        Raises:
            KeyboardInterrupt: stopped; all is saved.
            Diverged: a loss is no number any more; the last checkpoint is from before that.
            UsageError: the disk is full; the checkpoints are as they were.
        """
        self._tell_beginning()
        try:
            self._steps()
        except KeyboardInterrupt:
            self._save()
            raise
        return self._save()

    def _tell_beginning(self) -> None:
        if self._recipe.steps:
            self._line.end(
                f"going on after {self._elapsed_s / 60:.1f} minutes and {self._epochs:.1f} epochs "
                f"of {self._budget}"
            )
        if self._told_budget != str(self._budget):
            self._line.end(f"the schedule spans {self._budget} now; it was {self._told_budget}")

    @property
    def _epochs(self) -> float:
        return self._recipe.steps / self._recipe.steps_per_epoch

    @property
    def _fraction(self) -> float:
        return self._budget.fraction(self._elapsed_s, self._epochs)

    def _steps(self) -> None:
        before = time.perf_counter()
        next_point_s = self._elapsed_s + CURVE_POINT_S
        rate = 0.0
        while self._fraction < 1:
            losses = self._recipe.step(self._fraction)
            now = time.perf_counter()
            step_rate = self._recipe.batch * crew().count / (now - before)
            rate = 0.95 * rate + 0.05 * step_rate if rate else step_rate
            # All processes that train decide by the same clock and the same losses.
            elapsed_s, *values = crew().average([self._elapsed_s + now - before, *losses.values()])
            losses = dict(zip(losses, values, strict=True))
            self._elapsed_s = elapsed_s
            before = now
            if not all(map(math.isfinite, losses.values())):
                raise Diverged(", ".join(f"{name} {value}" for name, value in losses.items()))
            self._history.add(losses)
            if self._elapsed_s >= next_point_s:
                self._history.close(self._recipe.steps, self._elapsed_s / 60)
                next_point_s = self._elapsed_s + CURVE_POINT_S
            self._tell(losses, rate)
            if self._due():
                self._save()

    def _due(self) -> bool:
        if self._saving.epochs is not None:
            every = self._saving.epochs * self._recipe.steps_per_epoch
            return self._recipe.steps - self.saved_steps >= every
        assert self._saving.minutes is not None
        return self._elapsed_s - self.saved_s >= 60 * self._saving.minutes

    def _tell(self, losses: dict[str, float], rate: float) -> None:
        left_s = self._budget.left_s(self._elapsed_s, self._epochs)
        left = max(0, round(left_s or 0))
        told = "  ".join(f"{name} {value:.3f}" for name, value in losses.items())
        self._line.show(
            f"step {self._recipe.steps}  epoch {self._epochs:.1f}  {rate:.1f} images/s  {told}  "
            f"{left // 60}:{left % 60:02d} left"
        )

    def _save(self) -> dict[str, float]:
        """Checkpoint, preview and metrics; each of them whole, or as it was."""
        recipe, folder = self._recipe, self._folder
        if crew().rank:
            self.saved_steps, self.saved_s = recipe.steps, self._elapsed_s
            return {}
        if not finite(recipe.parts):
            raise Diverged("weights that are no numbers")
        self._check_space(1)
        state = {
            "steps": recipe.steps, "elapsed_s": self._elapsed_s, "budget": str(self._budget)
        }
        path = checkpoint_path(folder.path, recipe.steps)
        save_checkpoint(path, recipe.parts, state, self._run)
        self.saved_steps, self.saved_s = recipe.steps, self._elapsed_s
        painted = {
            name: paint(self._held_out[name].drawings) for name, paint in recipe.painters.items()
        }
        scores = _scores(painted, self._held_out)
        metrics = _means(scores)
        minutes = self._elapsed_s / 60
        self._history.close(recipe.steps, minutes)
        self._history.measure(recipe.steps, minutes, metrics)
        self._history.write()
        best = self._history.best(BEST)
        best_steps = None if best is None else int(best["steps"])
        remove_older(folder.path, self._saving.keep, best_steps)
        folder.write_preview(_preview(painted, self._held_out))
        left_s = self._budget.left_s(self._elapsed_s, self._epochs)
        told = {
            **state, "minutes": minutes, "epochs": self._epochs, "metrics": metrics,
            "best_steps": best_steps,
        }
        folder.tell(told)
        write_run_page(folder, self._history, painted, self._held_out, scores, left_s)
        self._saved(path)
        return metrics

    def _check_space(self, files: int) -> None:
        # A tenth more: previews, the page, and what safetensors adds.
        wanted = int(1.1 * files * self._checkpoint_bytes)
        check_space(self._folder.path, wanted, f"{files} checkpoints" if files > 1 else "a save")


def _scores(
    painted: Mapping[str, NDArray[np.uint8]], held_out: Mapping[str, HeldOut]
) -> Scores:
    """How near each painted picture comes to the held-out one, where there is one."""
    return {
        name: [compare(one, other) for one, other in zip(pictures, targets, strict=True)]
        for name, pictures in painted.items()
        if (targets := held_out[name].pictures) is not None
    }


def _means(scores: Scores) -> dict[str, float]:
    """Over all pictures of all painters; empty where nobody knows the right ones."""
    every = [score for row in scores.values() for score in row]
    names = every[0] if every else ()
    return {name: sum(one[name] for one in every) / len(every) for name in names}


def _preview(
    painted: Mapping[str, NDArray[np.uint8]], held_out: Mapping[str, HeldOut]
) -> list[list[NDArray[np.uint8]]]:
    """Rows of drawing, output and, where there is one, target."""
    rows = []
    for name, pictures in painted.items():
        kept = held_out[name]
        for index in kept.shown:
            row = [kept.drawings[index], pictures[index]]
            rows.append(row if kept.pictures is None else [*row, kept.pictures[index]])
    return rows
