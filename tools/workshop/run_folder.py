"""A training run's folder: what a reader, a resumed run and an export find in it.

    RUN/index.html              how it goes, for people
    RUN/run.json                what was trained, on what, how far, how well
    RUN/history.json            losses and metrics as they were on the way
    RUN/held_out.npz            drawings that training never sees, and their pictures
    RUN/checkpoint-STEP.safetensors   weights and optimisers: the newest ones and the best
    RUN/preview.png             drawing, output and target of some held-out pairs
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.frames import Image
from workshop.held_out import HeldOut, read_held_out, write_held_out
from workshop.whole_files import write_whole

HELD_OUT = "held_out.npz"


class RunFolder:
    """Where a run keeps what it made.

    Args:
        path: the folder; `begin` makes it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def begin(
        self,
        settings: Mapping[str, Any],
        dataset: Mapping[str, Any],
        held_out: dict[str, HeldOut],
    ) -> None:
        """Make the folder, or check that it holds a run of the same settings.

        Args:
            settings: what must stay as it was when the run is resumed.
            dataset: the dataset's card.
            held_out: by the name of the painter.

        Raises:
            UsageError: it holds another run, or can't be written.
        """
        told: dict[str, Any] = {"settings": dict(settings), "dataset": dict(dataset)}
        told = json.loads(json.dumps(told))
        try:
            self._refuse_strangers()
            if (self.path / "run.json").exists():
                self._compare(told)
                # Written although it stays as it is: a folder that has become read-only, or a
                # full disk, is told now and not after the first minutes.
                told = self.read()
            else:
                self.path.mkdir(parents=True, exist_ok=True)
                write_held_out(self.path / HELD_OUT, held_out)
            self._write("run.json", told)
        except OSError as error:
            raise UsageError(f"can't write a run to {self.path}: {error.strerror}") from error

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Write how far the run is and how well it does, beside its settings.

        Raises:
            UsageError: run.json is gone or broken, or can't be written.
        """
        self._write("run.json", {**self.read(), "progress": dict(progress)})

    def read(self) -> dict[str, Any]:
        """What run.json says.

        Raises:
            UsageError: there is none, or it is broken.
        """
        try:
            return dict(json.loads((self.path / "run.json").read_text(encoding="utf-8")))
        except OSError as error:
            if not self.path.is_dir():
                raise UsageError(f"there is no run {self.path}: no such folder") from error
            wanted = "wanted what tools/train.py has made with --out"
            raise UsageError(f"{self.path} is not a run: no run.json in it; {wanted}") from error
        except ValueError as error:
            raise UsageError(f"{self.path / 'run.json'} is not JSON: {error}") from error

    def take_detour(self) -> None:
        """Note that the run diverged, so that it goes on with other chances than before."""
        told = self.read()
        self._write("run.json", {**told, "detours": self.detours() + 1})

    def detours(self) -> int:
        """How often it diverged; 0 where there is no run yet."""
        if not (self.path / "run.json").exists():
            return 0
        return int(self.read().get("detours", 0))

    def held_out(self, painter: str = "") -> HeldOut:
        """What training never saw, for one painter.

        Raises:
            UsageError: it is missing or broken.
        """
        return read_held_out(self.path / HELD_OUT, painter)

    def write_preview(self, rows: Sequence[Sequence[NDArray[np.uint8]]]) -> None:
        """Write pictures side by side, two rows beside each other.

        Args:
            rows: drawing, output and target, say; all (H, W, 3) uint8 BGR of one size. Shorter
                rows end in black.

        Raises:
            UsageError: the disk is full.
        """
        longest = max(map(len, rows))
        filled = [[*row, *[np.zeros_like(row[0])] * (longest - len(row))] for row in rows]
        joined: list[Image] = [np.hstack(row) for row in filled]
        if len(joined) % 2:
            joined.append(np.zeros_like(joined[0]))
        sheet = np.vstack([np.hstack(joined[i : i + 2]) for i in range(0, len(joined), 2)])
        write_whole(self.path / "preview.png", cv2.imencode(".png", sheet)[1].tobytes())

    def _refuse_strangers(self) -> None:
        """What isn't of a run and would be written over, or is another folder's page."""
        of_a_run = (self.path / "run.json").exists(), *self.path.glob("checkpoint*.safetensors")
        if any(of_a_run):
            return
        for name in ("dataset.json", "index.html", "history.json", "preview.png"):
            if (self.path / name).exists():
                raise UsageError(
                    f"{self.path} holds {name}, and is not a run; choose another --out"
                )

    def _compare(self, told: dict[str, Any]) -> None:
        found = self.read()
        if found.get("dataset") != told["dataset"]:
            raise UsageError(
                f"{self.path} was trained on another dataset; choose another --out or delete it"
            )
        for name, wanted in told["settings"].items():
            was = found["settings"].get(name)
            if was != wanted:
                raise UsageError(
                    f"{self.path} was begun with {name} {was}, not {wanted}; "
                    f"choose another --out or delete it"
                )

    def _write(self, name: str, data: dict[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False, indent=1)
        write_whole(self.path / name, text.encode())
