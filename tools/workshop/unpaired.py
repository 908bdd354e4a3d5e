"""Two heaps of pictures that don't belong together one by one, as CycleGAN learns from them.

    DATASET/trainA/*.png ...    pictures of one kind, of any size and name
    DATASET/trainB/*.png ...    of the other
    DATASET/valA, DATASET/valB  pictures that training never sees; without them some of the
                                others are held out
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.frames import Image
from livegan.sources.pictures import SUFFIXES, natural_key, read_picture

KINDS = ("A", "B")
HELD_OUT = 0.05
MOST_HELD_OUT = 16


@dataclass(frozen=True, eq=False)
class Unpaired:
    """Both heaps, decoded.

    Args:
        train, val: by "A" and "B", (N, H, W, 3) uint8 BGR each.
        broken: files that are no pictures and were passed over.
    """

    train: dict[str, NDArray[np.uint8]]
    val: dict[str, NDArray[np.uint8]]
    broken: list[Path]


def read_unpaired(
    folder: Path, size: tuple[int, int], progress: Callable[[int, int], None]
) -> Unpaired:
    """Read both heaps, every picture cut to the shape of `size` around its middle.

    Args:
        folder: the dataset's.
        size: height and width in pixels.
        progress: called with the pictures that are read and all there are.

    Raises:
        UsageError: a heap is missing, or has fewer than two pictures.
    """
    paths = {
        name: _pictures_in(folder / name)
        for split in ("train", "val")
        for name in (f"{split}{kind}" for kind in KINDS)
    }
    for kind in KINDS:
        if len(paths[f"train{kind}"]) < 2:
            raise UsageError(
                f"{folder} has {len(paths[f'train{kind}'])} pictures in train{kind}; unpaired "
                "training needs some in both trainA and trainB"
            )
    every = [path for group in paths.values() for path in group]
    read: dict[Path, Image] = {}
    with ThreadPoolExecutor() as pool:
        images = pool.map(lambda path: _read(path, size), every)
        for done, (path, image) in enumerate(zip(every, images, strict=True), 1):
            if image is not None:
                read[path] = image
            progress(done, len(every))
    heaps = {name: [read[path] for path in group if path in read] for name, group in paths.items()}
    for kind in KINDS:
        if not heaps[f"val{kind}"]:
            heaps[f"val{kind}"], heaps[f"train{kind}"] = _held_out(heaps[f"train{kind}"])
        if not heaps[f"train{kind}"]:
            raise UsageError(f"none of the pictures in {folder / f'train{kind}'} can be read")
    train, val = (
        {kind: np.stack(heaps[f"{split}{kind}"]) for kind in KINDS} for split in ("train", "val")
    )
    return Unpaired(train, val, [path for path in every if path not in read])


def _pictures_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return sorted((path for path in found if not path.name.startswith(".")), key=natural_key)


def _held_out(images: list[Image]) -> tuple[list[Image], list[Image]]:
    """Some from everywhere, and the others."""
    count = max(1, min(MOST_HELD_OUT, round(HELD_OUT * len(images))))
    chosen = set(np.linspace(0, len(images) - 1, count).round().astype(int).tolist())
    held_out = [image for at, image in enumerate(images) if at in chosen]
    return held_out, [image for at, image in enumerate(images) if at not in chosen]


def _read(path: Path, size: tuple[int, int]) -> Image | None:
    image = read_picture(path)
    if image is None:
        return None
    height, width = size
    scale = max(height / image.shape[0], width / image.shape[1])
    grown = max(width, round(image.shape[1] * scale)), max(height, round(image.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(image, grown, interpolation=way)
    top, left = (grown[1] - height) // 2, (grown[0] - width) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width], np.uint8)
