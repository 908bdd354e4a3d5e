"""A dataset in the making: pairs come in any order, from several workers, and none is lost.

    DATASET/parts/job.json          what is made; another command does not go on with it
    DATASET/parts/000017.png        a pair that is done, numbered by its task
    DATASET/parts/000017.npy        its landmarks, if it has some
    DATASET/parts/000017.mask.png   its mask, if it has one
    DATASET/parts/plan.json         which parts make the dataset; written when all are done

The pair's own file is written last of its three, and all of them beside their places, so that
whatever kills the command leaves whole parts only. What workshop/pairs.py describes is then put
together by moving files; the plan tells how, should that be interrupted.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.face_topology import COUNT
from livegan.frames import Image
from livegan.sources.pictures import SUFFIXES
from workshop.dataset_card import SPLITS, DatasetCard


@dataclass(frozen=True, eq=False)
class Pair:
    """One pair.

    Args:
        drawing, picture: (H, W, 3) uint8 BGR.
        landmarks: (478, 2) or (478, 3), as drawn, in pixels of the drawing.
        mask: (H, W) uint8, 255 where the drawing hides the picture, else 0.
    """

    drawing: Image
    picture: Image
    landmarks: NDArray[Any] | None = None
    mask: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Parts:
    """Where pairs lie until they are a dataset. Small and picklable: each worker has one.

    Args:
        folder: DATASET/parts.
        size: height and width of drawing and picture in pixels.
    """

    folder: Path
    size: tuple[int, int]

    def has(self, number: int) -> bool:
        """Whether that task is done."""
        return self.path(number).exists()

    def path(self, number: int, ending: str = ".png") -> Path:
        """Where a part of a pair lies."""
        return self.folder / f"{number:06d}{ending}"

    def put(self, number: int, pair: Pair) -> None:
        """Write one pair, whole or not at all.

        Raises:
            ValueError: it has another size.
            UsageError: the disk is full, or the folder is gone.
        """
        wanted = (*self.size, 3)
        for image in (pair.drawing, pair.picture):
            if image.shape != wanted or image.dtype != np.uint8:
                raise ValueError(f"pair of {image.dtype} {image.shape}, wanted uint8 {wanted}")
        try:
            if pair.landmarks is not None:
                np.save(self.path(number, ".npy"), pair.landmarks[:, :2].astype(np.float16))
            if pair.mask is not None:
                self.path(number, ".mask.png").write_bytes(_png(pair.mask))
            partial = self.path(number, ".partial")
            partial.write_bytes(_png(np.concatenate([pair.drawing, pair.picture], axis=1)))
            os.replace(partial, self.path(number))
        except OSError as error:
            raise UsageError(f"can't write to {self.folder}: {error.strerror}") from error


class Assembly:
    """Makes a dataset of parts.

    Args:
        out: the dataset's folder; made if need be.
        size: height and width of drawing and picture in pixels.
        made: what the command was asked for, as JSON says it: the same goes on where an earlier
            run ended, another is refused.

    Attributes:
        parts: where pairs go.
        card: the dataset's, if it is finished already.

    Raises:
        UsageError: the folder holds another dataset, or can't be written.
    """

    def __init__(self, out: Path, size: tuple[int, int], made: Mapping[str, Any]) -> None:
        self._out = out
        self._made: dict[str, Any] = json.loads(json.dumps(made))
        self.parts = Parts(out / "parts", size)
        self.card: DatasetCard | None = None
        if (out / "dataset.json").exists():
            self.card = DatasetCard.read(out / "dataset.json")
            if not made or self.card.made != self._made:
                raise UsageError(
                    f"{out} holds a dataset already; delete it or choose another --out"
                )
            with suppress(OSError):  # a dataset that may only be read is whole all the same
                self._sweep()
            return
        if not self.planned:
            self._refuse_strangers()
        try:
            self._begin()
        except OSError as error:
            raise UsageError(f"can't write a dataset to {out}: {error.strerror}") from error

    def _begin(self) -> None:
        """Go on with what the same command began, or begin."""
        folder, job = self.parts.folder, self.parts.folder / "job.json"
        if job.exists():
            found = json.loads(job.read_text(encoding="utf-8"))
            if found == self._made:
                return
            if self.planned or any(folder.glob("*.png")):
                raise UsageError(
                    f"{self._out} was begun with {_difference(found, self._made)}; "
                    "go on with that, delete it or choose another --out"
                )
            # No pair came of it: it was a mistake, typed again as it was meant.
            self._sweep()
        folder.mkdir(parents=True, exist_ok=True)
        _write_json(job, self._made)

    @classmethod
    def clear(cls, out: Path) -> None:
        """Take away what an earlier run left that did not finish.

        Raises:
            UsageError: it can't be taken away.
        """
        parts = out / "parts"
        try:
            if (parts / "plan.json").exists():
                plan = json.loads((parts / "plan.json").read_text(encoding="utf-8"))
                for split, numbers in plan.items():
                    for place in range(len(numbers)):
                        (out / split / f"{place:06d}.png").unlink(missing_ok=True)
            if parts.exists():
                shutil.rmtree(parts)
        except OSError as error:
            raise UsageError(f"can't write a dataset to {out}: {error.strerror}") from error

    @property
    def planned(self) -> bool:
        """Whether all pairs are done, and an earlier run was stopped as it put them together."""
        return (self.parts.folder / "plan.json").exists()

    def remaining(self, count: int) -> list[int]:
        """Those of so many tasks that are not done."""
        return [number for number in range(count) if not self.parts.has(number)]

    def finish(self, card: DatasetCard, tasks: Sequence[tuple[str, str]]) -> DatasetCard:
        """Put the dataset together; dataset.json comes last and at once.

        Args:
            card: its counts, masks and `made` are filled in.
            tasks: for each task `train` or `val`, and where its picture comes from. Tasks
                without a part are left out.

        Raises:
            ValueError: some pairs have landmarks, or a mask, and some have not.
            UsageError: there is not one pair to train on; the disk is full.
        """
        plan = self._plan(tasks)
        counts = {split: len(plan[split]) for split in SPLITS}
        if not counts["train"]:
            raise UsageError(f"no pair came of it, so {self._out} is no dataset")
        try:
            masks = self._move(plan)
            whole = replace(card, counts=counts, masks=masks, made=self._made)
            _write_json(self._out / "dataset.json", whole.to_dict())
            self._sweep()
        except OSError as error:
            raise UsageError(f"can't write to {self._out}: {error.strerror}") from error
        return whole

    def _sweep(self) -> None:
        """Take the parts' folder away. What says whose it is goes last: killed here, the same
        command knows it for its own and takes the rest away."""
        folder, job = self.parts.folder, self.parts.folder / "job.json"
        if job.exists():
            for path in set(folder.iterdir()) - {job}:
                path.unlink()
            job.unlink()
        with suppress(OSError):  # somebody else's, or gone
            folder.rmdir()

    def _refuse_strangers(self) -> None:
        """What somebody else has put where the dataset's files go would count as its own: pictures
        as pairs of it, and `parts` is taken away in the end with all that is in it."""
        for name in (*SPLITS, "masks"):
            if any(path.suffix.lower() in SUFFIXES for path in (self._out / name).glob("**/*")):
                raise UsageError(f"{self._out / name} holds pictures already; choose another --out")
        parts = self.parts.folder
        if not (parts / "job.json").exists() and any(
            path.name != "job.json.partial" for path in parts.glob("*")
        ):
            raise UsageError(
                f"{parts} holds something else, and pairs are put there as they are made; "
                "choose another --out"
            )

    def _plan(self, tasks: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
        """The numbers of the parts that make each split, in order."""
        path = self.parts.folder / "plan.json"
        if not path.exists():
            done = [number for number in range(len(tasks)) if self.parts.has(number)]
            plan = {split: [n for n in done if tasks[n][0] == split] for split in SPLITS}
            self._gather(plan)
            origins = {split: [tasks[n][1] for n in plan[split]] for split in SPLITS}
            _write_json(self._out / "origins.json", origins)
            _write_json(path, plan)
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def _gather(self, plan: dict[str, list[int]]) -> None:
        """Put all landmarks in one file, after a look whether each pair has what others have."""
        numbers = plan["train"] + plan["val"]
        for ending, what in ((".npy", "landmarks"), (".mask.png", "a mask")):
            some = sum(self.parts.path(number, ending).exists() for number in numbers)
            if some not in (0, len(numbers)):
                raise ValueError(f"{some} of {len(numbers)} pairs have {what}")
        if not numbers or not self.parts.path(numbers[0], ".npy").exists():
            return
        arrays = {
            split: np.array(
                [np.load(self.parts.path(number, ".npy")) for number in plan[split]], np.float16
            ).reshape(-1, COUNT, 2)
            for split in SPLITS
        }
        np.savez(self._out / "landmarks.npz", **arrays)

    def _move(self, plan: dict[str, list[int]]) -> bool:
        """Move all parts to their places; whether there are masks."""
        masks = self._out / "masks"
        for split in SPLITS:
            (self._out / split).mkdir(exist_ok=True)
            for place, number in enumerate(plan[split]):
                mask = self.parts.path(number, ".mask.png")
                if mask.exists():
                    (masks / split).mkdir(parents=True, exist_ok=True)
                    os.replace(mask, masks / split / f"{place:06d}.png")
                if self.parts.has(number):
                    os.replace(self.parts.path(number), self._out / split / f"{place:06d}.png")
        return masks.exists()


def _png(image: NDArray[np.uint8]) -> bytes:
    # Compression level 1: 4 ms a pair at 256, against 15 ms at OpenCV's own choice.
    return bytes(cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """What an earlier run was asked for that this one is not, in words."""
    for name in (*found, *wanted):
        if found.get(name) != wanted.get(name):
            return f"{name} {found.get(name)!r}, not {wanted.get(name)!r}"
    return "something else"
