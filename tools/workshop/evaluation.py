"""What a generator makes of pairs that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.face_detector import FaceDetector
from livegan.counting import counted
from livegan.errors import ModelError, UsageError
from livegan.frames import Image
from workshop.chart import Chart
from workshop.dataset_card import DatasetCard
from workshop.face_metrics import landmark_errors
from workshop.metrics import MOST_DB, compare
from workshop.motion_metrics import MotionRatio, Stopwatch, latency_ms, static_flicker
from workshop.painters import Painter
from workshop.pairs import Pairs, read_pairs
from workshop.quality import psnr_db
from workshop.report import Figure, Row
from workshop.resizing import resized
from workshop.tally import Tally

Item = TypeVar("Item")

PICTURES = "pictures"
STILLS = 3
"""Pictures that stand still for the flicker, which depends a little on the face."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What came out.

    Args:
        kind: "pairs", "pictures" or "clip".
        data: what it was judged on, in words.
        captions: of the pictures in each row.
        rows: every case, or of a clip the telling ones; figures by the names in metrics.json.
        metrics: over all cases.
        sort_by: the figure by which the worst row is found, and what is best; None keeps order.
        notes: what could not be measured, and why.
        charts: curves over time.
    """

    kind: str
    data: str
    captions: Sequence[str]
    rows: Sequence[Row]
    metrics: Mapping[str, float]
    sort_by: tuple[str, str] | None
    notes: Sequence[str]
    charts: Sequence[Chart] = field(default_factory=tuple)


class Album:
    """Writes the pictures of an evaluation, lossless, as FOLDER/pictures/NAME-CAPTION.png.

    Args:
        folder: where index.html will lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PICTURES
        self._folder.mkdir()

    def keep(self, name: str, caption: str, image: Image) -> Path:
        """Write one picture; returns where.

        Raises:
            UsageError: the disk is full.
        """
        path = self._folder / f"{name}-{caption}.png"
        content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
        try:
            path.write_bytes(content.tobytes())
        except OSError as error:
            raise UsageError(f"can't write {path.name}: {error.strerror}") from error
        return path


def evaluate_pairs(
    painter: Painter, dataset: Path, split: str, direction: str, album: Album
) -> Evaluation:
    """Paint one split of a dataset and compare it with what it should be.

    Args:
        painter: what is judged.
        dataset: folder of pairs; pictures of another size are stretched, as in training.
        split: "val" or "train".
        direction: "AtoB" from the drawings, "BtoA" from the pictures.
        album: where inputs, outputs and targets go.

    Raises:
        UsageError: the dataset is broken, or was drawn for another generator.
    """
    card = DatasetCard.read(dataset / "dataset.json")
    if direction == "AtoB":
        _check_drawn(painter, card, dataset)
    if not card.counts[split]:
        raise UsageError(f"{dataset} has no pairs in {split}; choose another --split")
    pairs = _fitted(read_pairs(dataset, card, split, lambda done: None), painter, direction)
    tally, watch, motion = Tally("pairs", len(pairs)), Stopwatch(), MotionRatio()
    faces = FaceJudge()
    rows = []
    for index in range(len(pairs)):
        drawing, target = pairs.drawings[index], pairs.pictures[index]
        painted = watch(painter.generator.generate, drawing)
        motion.add(painted, target)
        wanted = None if pairs.landmarks is None else pairs.landmarks[index]
        figures = {**compare(painted, target), **faces.judge(painted, target, wanted)}
        if pairs.masks is not None:
            figures.update(hole_figures(painted, target, pairs.masks[index]))
        name = f"{index:06d}"
        pictures = {"input": drawing, "output": painted, "target": target}
        kept = [album.keep(name, caption, image) for caption, image in pictures.items()]
        rows.append(Row(name, kept, figures))
        tally.step()
    faces.close()
    tally.done()
    metrics = {**means(rows), **faces.rates(), **latency_ms("generate", watch.times_s)}
    if motion.value is not None:
        metrics["motion_ratio"] = motion.value
    stills = pairs.drawings if painter.card.conditioner.kind == "plain" else pairs.pictures
    flicker, notes = flicker_of(painter, spread(list(stills), STILLS))
    if card.size != painter.card.size:
        notes.append(f"Pairs of {card.size[1]} x {card.size[0]} were stretched to fit.")
    return Evaluation(
        "pairs", f"{counted(len(pairs), 'pair')} of {card.name}, {split}, {direction}",
        ("input", "output", "target"), rows, {**metrics, **flicker}, ("haarpsi", "high"),
        [*faces.notes(), *notes],
    )


class FaceJudge:
    """Finds the faces of outputs and targets, one picture at a time."""

    def __init__(self) -> None:
        self._detector = FaceDetector(still=True)
        self._shown = self._found = 0

    def judge(
        self, painted: Image, target: Image, wanted: NDArray[np.floating[Any]] | None
    ) -> dict[str, Figure]:
        """Landmark errors of one pair.

        Args:
            painted, target: (H, W, 3) uint8 BGR.
            wanted: (478, 2) as drawn; None takes those that are found in the target.

        Returns:
            `mouth_error` and `eyes_error`, None where the target shows a face and the output
            doesn't; with `wanted` also `target_mouth_error` and `target_eyes_error`, how far the
            detector itself is off. Nothing where the target shows no face.
        """
        shown = self._detector.find(target)
        if shown is None:
            return {}
        self._shown += 1
        figures: dict[str, Figure] = {"mouth_error": None, "eyes_error": None}
        if wanted is not None:
            floor = landmark_errors(shown, wanted)
            figures.update({f"target_{name}": value for name, value in floor.items()})
        found = self._detector.find(painted)
        if found is not None:
            self._found += 1
            figures.update(landmark_errors(found, shown if wanted is None else wanted))
        return figures

    def rates(self) -> dict[str, float]:
        """`detection_rate`: outputs with a face, of those whose targets have one."""
        return {"detection_rate": self._found / self._shown} if self._shown else {}

    def notes(self) -> list[str]:
        """What could not be said."""
        return [] if self._shown else ["No target shows a face: mouth and eyes were not judged."]

    def close(self) -> None:
        """Give the models back."""
        self._detector.close()


def means(rows: Sequence[Row]) -> dict[str, float]:
    """The mean of each figure over the rows that have it."""
    names = dict.fromkeys(name for row in rows for name in row.figures)
    figures = {}
    for name in names:
        values = [row.figures.get(name) for row in rows]
        known = [value for value in values if isinstance(value, (int, float))]
        if known:
            figures[name] = float(np.mean(known))
    return figures


def flicker_of(painter: Painter, stills: Sequence[Image]) -> tuple[dict[str, float], list[str]]:
    """Static flicker, mean over some pictures, or why there is none.

    Args:
        painter: what is judged.
        stills: (H, W, 3) uint8 BGR, what a camera would see.
    """
    tally = Tally("still pictures for the flicker", len(stills))
    figures: list[dict[str, float]] = []
    for still in stills:
        try:
            # Anew for each: it must not know the last one's face.
            conditioner = painter.open_conditioner()
        except ModelError as error:
            return {}, [f"Flicker was not measured: {error}."]
        figures.append(static_flicker(still, conditioner, painter.on_stage, painter.values()))
        conditioner.close()
        tally.step()
    tally.done()
    return {name: float(np.mean([one[name] for one in figures])) for name in figures[0]}, []


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most `most` of them, evenly spread."""
    chosen = np.unique(np.linspace(0, len(items) - 1, min(len(items), most)).round().astype(int))
    return [items[index] for index in chosen]


def hole_figures(painted: Image, target: Image, mask: NDArray[np.uint8]) -> dict[str, float]:
    """How well what the drawing hides was filled in.

    Args:
        painted, target: (H, W, 3) uint8.
        mask: (H, W) uint8, above 127 where the drawing hides the picture.

    Returns:
        `hole_l1` in grey levels and `hole_psnr_db` of the hidden pixels; nothing without any.
    """
    hidden = mask > 127
    if not hidden.any():
        return {}
    there = painted[hidden], target[hidden]
    return {"hole_l1": float(np.abs(there[0].astype(np.float32) - there[1]).mean()),
            "hole_psnr_db": min(MOST_DB, psnr_db(*there))}


def _fitted(pairs: Pairs, painter: Painter, direction: str) -> Pairs:
    """The pairs as the generator takes them: turned, and stretched to its size."""
    size, found = painter.card.size, pairs.pictures.shape[1:3]
    drawings, pictures = resized(pairs.drawings, size), resized(pairs.pictures, size)
    if direction == "BtoA":
        # Drawings show no face to be found again, and what a mask hides is not the target's.
        return Pairs(pictures, drawings, None)
    landmarks = pairs.landmarks
    if landmarks is not None:
        landmarks = landmarks * np.array([size[1] / found[1], size[0] / found[0]], np.float32)
    masks = None if pairs.masks is None else resized(pairs.masks, size)
    return Pairs(drawings, pictures, landmarks, masks)


def _check_drawn(painter: Painter, card: DatasetCard, dataset: Path) -> None:
    drawn, asked = card.conditioner, painter.card.conditioner
    if (drawn.kind, drawn.version) != (asked.kind, asked.version):
        raise UsageError(
            f"{dataset} was drawn by {drawn.kind} version {drawn.version}, {painter.card.name} "
            f"wants {asked.kind} version {asked.version}; make the dataset with that conditioner, "
            "or choose --direction BtoA if it paints from the pictures"
        )
