"""What a run is judged by: drawings that training never sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.errors import UsageError

MOST = 64
SHOWN = 8
FIELDS = ("drawings", "pictures", "shown")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Drawings, and the pictures that should come of them where somebody knows.

    Args:
        drawings: (N, H, W, 3) uint8 BGR.
        pictures: the same; None where there is no right answer, as in unpaired training.
        shown: (M,) int64, which of them a preview shows.
    """

    drawings: NDArray[np.uint8]
    pictures: NDArray[np.uint8] | None
    shown: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        drawings: NDArray[np.uint8],
        pictures: NDArray[np.uint8] | None,
        landmarks: NDArray[np.floating[Any]] | None = None,
    ) -> HeldOut:
        """Of many, those that tell most and an even choice of the rest.

        Args:
            drawings, pictures: (N, H, W, 3) uint8 BGR.
            landmarks: (N, 478, 2 or 3); with them, open mouths and shut eyes are shown.
        """
        telling = telling_drawings(len(drawings), landmarks)
        chosen = np.unique(np.concatenate([telling, spread(len(drawings), MOST)]))
        kept = None if pictures is None else pictures[chosen]
        return cls(drawings[chosen], kept, np.searchsorted(chosen, telling))


def write_held_out(path: Path, held_out: dict[str, HeldOut]) -> None:
    """Write it into one file; OSError if that can't be."""
    arrays = {}
    for painter, kept in held_out.items():
        for field in FIELDS:
            value = getattr(kept, field)
            if value is not None:
                arrays[_key(painter, field)] = value
    np.savez_compressed(path, **arrays)


def read_held_out(path: Path, painter: str = "") -> HeldOut:
    """Read what `write_held_out` wrote for one painter.

    Raises:
        UsageError: it is missing or broken.
    """
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            names = [_key(painter, field) for field in FIELDS]
            drawings = arrays[names[0]]
            pictures = arrays.get(names[1])
            # Older runs didn't say which.
            shown = arrays[names[2]] if names[2] in arrays else spread(len(drawings), SHOWN)
            return HeldOut(drawings, pictures, shown)
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise UsageError(f"{path} can't be read ({error}); train again") from error


def spread(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` of `count` indices, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def telling_drawings(
    count: int, landmarks: NDArray[np.floating[Any]] | None
) -> NDArray[np.int64]:
    """Which of `count` drawings a preview shows: open mouths, shut eyes, and some of the rest."""
    chosen: Sequence[int] = []
    if landmarks is not None:
        mouths = [face.mouth_opening(points) for points in landmarks]
        eyes = [min(face.eye_opening(points)) for points in landmarks]
        chosen = [*np.argsort(mouths)[::-1][:2].tolist(), *np.argsort(eyes)[:2].tolist()]
    rest = [i for i in spread(count, 2 * SHOWN).tolist() if i not in chosen]
    picked = [rest[i] for i in spread(len(rest), SHOWN - len(chosen))] if rest else []
    return np.array(list(dict.fromkeys([*chosen, *picked])), np.int64)


def _key(painter: str, field: str) -> str:
    return f"{painter}.{field}" if painter else field
