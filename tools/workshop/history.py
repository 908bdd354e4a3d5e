"""What a run's losses and metrics were on the way, for its curves."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from livegan.errors import UsageError
from workshop.whole_files import write_whole

MOST_POINTS = 1000
"""More than a curve on a page can show."""

Point = dict[str, float]


class History:
    """Points of losses and of metrics, each with the `steps` and `minutes` that it was at.

    Args:
        path: the file that it is kept in.
        steps: where the run goes on; what a killed run wrote after that is dropped.

    Raises:
        UsageError: the file is there and broken.
    """

    def __init__(self, path: Path, steps: int) -> None:
        self._path = path
        data: dict[str, Any] = {"losses": [], "metrics": []}
        if path.exists():
            try:
                data |= json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise UsageError(f"{path} is not JSON ({error}); delete it to go on") from error
        self.losses: list[Point] = [p for p in data["losses"] if p["steps"] <= steps]
        self.metrics: list[Point] = [p for p in data["metrics"] if p["steps"] <= steps]
        self._sums: Point = {}
        self._counts: dict[str, int] = {}

    def add(self, losses: dict[str, float]) -> None:
        """One step's losses, for the mean that `close` takes."""
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1

    def close(self, steps: int, minutes: float) -> None:
        """Make a point of the mean of all losses since the last one."""
        if self._sums:
            means = {name: value / self._counts[name] for name, value in self._sums.items()}
            self.losses.append({"steps": steps, "minutes": minutes, **means})
            self._sums, self._counts = {}, {}
        if len(self.losses) > MOST_POINTS:
            self.losses = self.losses[::2]

    def measure(self, steps: int, minutes: float, metrics: dict[str, float]) -> None:
        """Make a point of the metrics of one checkpoint."""
        self.metrics.append({"steps": steps, "minutes": minutes, **metrics})

    def best(self, metric: str) -> Point | None:
        """The point where a metric was highest; None if it was never taken."""
        found = [point for point in self.metrics if math.isfinite(point.get(metric, math.nan))]
        return max(found, key=lambda point: point[metric], default=None)

    def write(self) -> None:
        """Keep it.

        Raises:
            UsageError: the disk is full.
        """
        text = json.dumps({"losses": self.losses, "metrics": self.metrics})
        write_whole(self._path, text.encode())
