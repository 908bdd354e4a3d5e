"""The pictures that an autoencoder learns: those of a dataset, or of any folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_framing import cut_square, eyes_of, frame_face
from livegan.conditioners.plain import Plain
from livegan.errors import UsageError
from livegan.face_topology import COUNT
from livegan.frames import Image
from livegan.model_card import ConditionerCard
from livegan.sources.pictures import read_picture
from workshop.building import list_pictures
from workshop.dataset_card import DatasetCard
from workshop.fitting import fit
from workshop.held_out import spread
from workshop.pairs import read_dataset
from workshop.splitting import by_time

HELD_OUT = 0.15
LOOKED_AT = 64
"""So many pictures tell how faces lie in all of them."""
INSIDE, TIGHTEST = 0.9, 1.2
"""The part of the squares that should lie inside their pictures, and how much smaller than the
pictures they may be for that: no chin is to be lost."""


@dataclass(frozen=True, eq=False)
class Faces:
    """Pictures to learn, and where they come from.

    Args:
        card: the dataset's; for a folder what there is to say of it.
        train, val: (N, S, S, 3) uint8 BGR.
    """

    card: DatasetCard
    train: NDArray[np.uint8]
    val: NDArray[np.uint8]


def read_faces(path: Path, size: int, progress: Callable[[int, int], None]) -> Faces:
    """The picture halves of a dataset of pairs, or the pictures of a folder.

    Of a folder, the last part in the order of its names is held out: if they are the frames of a
    film, neighbours don't come to lie on both sides.

    Args:
        path: the folder.
        size: side that they are brought to; what stands out is cut off, the same on both sides.
        progress: called with what is read so far and all there is.

    Raises:
        UsageError: there are no pictures, or fewer than two can be read.
    """
    if (path / "dataset.json").exists():
        dataset = read_dataset(path, progress)
        return Faces(dataset.card, *(
            _stack(pairs.pictures, size) for pairs in (dataset.train, dataset.val)
        ))
    paths = list_pictures(path)
    pictures = []
    for index, one in enumerate(paths):
        picture = read_picture(one)
        if picture is not None:
            pictures.append(fit(picture, (size, size), "cover").picture)
        progress(index + 1, len(paths))
    if len(pictures) < 2:
        raise UsageError(f"{path} has {len(pictures)} pictures that can be read, wanted 2 or more")
    splits = np.array(by_time([path.name] * len(pictures), HELD_OUT))
    splits[-1] = "val"
    train, val = (np.stack(pictures)[splits == split] for split in ("train", "val"))
    card = DatasetCard(
        name=path.resolve().name,
        size=(size, size),
        conditioner=ConditionerCard(Plain.kind, Plain.version),
        puppet=None,
        licence="",
        credit="",
        source=f"{len(pictures)} pictures of {path.resolve().name}",
        counts={"train": len(train), "val": len(val)},
    )
    return Faces(card, train, val)


def find_framing(pictures: NDArray[np.uint8]) -> tuple[float, float] | None:
    """How faces lie in pictures, so that the stage can frame a performer's alike.

    Args:
        pictures: (N, S, S, 3) uint8 BGR.

    Returns:
        The distance of the eyes, and how far down they lie, in parts of S, two digits each; None
        where most pictures show no face. Where squares around moved heads would reach out of the
        pictures, they are tighter than the pictures are.
    """
    side = pictures.shape[1]
    chosen = pictures[spread(len(pictures), LOOKED_AT)]
    with closing(FaceDetector(still=True)) as detector:
        found = [detector.find(np.ascontiguousarray(picture)) for picture in chosen]
    eyes = np.array([eyes_of(landmarks) / side for landmarks in found if landmarks is not None])
    if 2 * len(eyes) < len(chosen):
        return None
    x, y, apart = eyes.T
    height = float(np.median(y))
    room = np.min([2 * x, 2 * (1 - x), y / height, (1 - y) / (1 - height)], axis=0)
    usual = float(np.median(apart))
    inside = float(np.quantile(apart / np.maximum(room, 0.1), INSIDE))
    return round(min(max(usual, inside), TIGHTEST * usual), 2), round(height, 2)


@dataclass(frozen=True, eq=False)
class Framed:
    """Pictures in which all faces lie alike.

    Args:
        pictures: (N, S, S, 3) uint8 BGR.
        landmarks: (N, 478, 2) float32, in pixels of them.
    """

    pictures: NDArray[np.uint8]
    landmarks: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.pictures)


def frame_alike(
    pictures: NDArray[np.uint8], framing: tuple[float, float],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Framed:
    """Cut each face out as the stage cuts a performer's; pictures without a face are left out.

    So no latent has to tell where a face lies.

    Args:
        pictures: (N, S, S, 3) uint8 BGR.
        framing: as `find_framing` gives it.
        progress: called with the pictures that are looked at and all there are.
    """
    side = pictures.shape[1]
    cut, landmarks = [], []
    with closing(FaceDetector(still=True)) as detector:
        for index, picture in enumerate(pictures):
            progress(index + 1, len(pictures))
            found = detector.find(np.ascontiguousarray(picture))
            if found is None:
                continue
            square = frame_face(eyes_of(found), *framing)
            cut.append(cut_square(picture, square, side))
            landmarks.append((found[:, :2] - (square.left, square.top)) * (side / square.side))
    return Framed(
        np.asarray(cut, np.uint8).reshape(-1, side, side, 3),
        np.asarray(landmarks, np.float32).reshape(-1, COUNT, 2),
    )


def _stack(pictures: Iterable[Image], size: int) -> NDArray[np.uint8]:
    return np.stack([fit(picture, (size, size), "cover").picture for picture in pictures])
