"""A training run's folder: what a reader, a resumed run and an export find in it.

    RUN/run.json                what was trained, on what, how far, how well
    RUN/held_out.npz            pairs that training never sees: `drawings` and `pictures`
    RUN/checkpoint.safetensors  weights and optimisers
    RUN/preview.png             drawing, output and target of some held-out pairs
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.errors import UsageError
from livegan.frames import Image
from workshop.networks import UNetShape
from workshop.pairs import DatasetCard, Pairs

MOST_HELD_OUT = 64
PREVIEWED = 8


@dataclass(frozen=True)
class Settings:
    """What must stay as it was when a run is resumed."""

    dataset: str
    recipe: str
    shape: UNetShape
    batch: int
    seed: int


class RunFolder:
    """Where a run keeps what it made.

    Args:
        path: the folder; `begin` makes it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def begin(self, settings: Settings, card: DatasetCard, held_out: Pairs) -> None:
        """Make the folder, or check that it holds a run of the same settings.

        Raises:
            UsageError: it holds another run, or can't be written.
        """
        told: dict[str, Any] = {"settings": asdict(settings), "dataset": card.to_dict()}
        told = json.loads(json.dumps(told))
        if (self.path / "run.json").exists():
            self._compare(told)
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            chosen = spread(len(held_out), MOST_HELD_OUT)
            np.savez_compressed(
                self.path / "held_out.npz",
                drawings=held_out.drawings[chosen],
                pictures=held_out.pictures[chosen],
            )
            self._write("run.json", told)
        except OSError as error:
            raise UsageError(f"can't write a run to {self.path}: {error.strerror}") from error

    def tell(self, progress: dict[str, Any]) -> None:
        """Write how far the run is and how well it does, beside its settings.

        Raises:
            UsageError: run.json is gone or broken.
        """
        self._write("run.json", {**self.read(), "progress": progress})

    def read(self) -> dict[str, Any]:
        """What run.json says.

        Raises:
            UsageError: there is none, or it is broken.
        """
        try:
            return dict(json.loads((self.path / "run.json").read_text(encoding="utf-8")))
        except OSError as error:
            raise UsageError(f"{self.path} is not a run: no run.json in it") from error
        except ValueError as error:
            raise UsageError(f"{self.path / 'run.json'} is not JSON: {error}") from error

    def shape(self) -> UNetShape:
        """The network's shape.

        Raises:
            UsageError: there is no run, or it is broken.
        """
        shape = self.read()["settings"]["shape"]
        return UNetShape(**{**shape, "size": tuple(shape["size"])})

    def held_out(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """(N, H, W, 3) uint8 BGR drawings and pictures that training never saw.

        Raises:
            UsageError: they are missing or broken.
        """
        path = self.path / "held_out.npz"
        try:
            with np.load(path) as arrays:
                return arrays["drawings"], arrays["pictures"]
        except (OSError, KeyError, ValueError) as error:
            raise UsageError(f"{path} can't be read ({error}); train again") from error

    def write_preview(
        self,
        drawings: NDArray[np.uint8],
        outputs: NDArray[np.uint8],
        targets: NDArray[np.uint8],
    ) -> None:
        """Write drawing, output and target side by side, two such rows beside each other."""
        rows: list[Image] = [np.hstack(row) for row in zip(drawings, outputs, targets, strict=True)]
        if len(rows) % 2:
            rows.append(np.zeros_like(rows[0]))
        sheet = np.vstack([np.hstack(rows[i : i + 2]) for i in range(0, len(rows), 2)])
        partial = self.path / "preview.partial.png"
        cv2.imwrite(str(partial), sheet)
        os.replace(partial, self.path / "preview.png")

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
        partial = self.path / f"{name}.partial"
        partial.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(partial, self.path / name)


def spread(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` of `count` indices, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def telling_pairs(pairs: Pairs) -> NDArray[np.int64]:
    """Which pairs a preview shows: open mouths, shut eyes, and some of the rest."""
    chosen: Sequence[int] = []
    if pairs.landmarks is not None:
        mouths = [face.mouth_opening(points) for points in pairs.landmarks]
        eyes = [min(face.eye_opening(points)) for points in pairs.landmarks]
        chosen = [*np.argsort(mouths)[::-1][:2].tolist(), *np.argsort(eyes)[:2].tolist()]
    rest = [i for i in spread(len(pairs), 2 * PREVIEWED).tolist() if i not in chosen]
    picked = [rest[i] for i in spread(len(rest), PREVIEWED - len(chosen))] if rest else []
    return np.array(list(dict.fromkeys([*chosen, *picked])), np.int64)
