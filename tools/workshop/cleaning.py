"""Which pictures of a folder don't belong with the others, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livegan.frames import Image
from livegan.sources.pictures import read_picture
from workshop.appearance import bits_apart, is_grey, perceptual_hash, sharpness
from workshop.face_finder import FaceFinder

CHECKS = ("size", "grey", "no-face", "several-faces", "blur", "duplicate")
"""In the order in which they are made; a picture is dropped for the first that it fails."""
BROKEN = "broken"

# Of the largest face's width: smaller ones are passers-by, and small in the cropped picture too.
_COUNTED = 0.25


@dataclass(frozen=True)
class Measured:
    """What was seen in one picture.

    Args:
        picture: the file's name.
        bytes, modified_ns: of the file, to tell whether it has changed since.
        size: height and width in pixels; None if it can't be read, and the rest says nothing.
        grey: whether it has no colour.
        faces: how many, but for those much smaller than the largest.
        sharpness: see `appearance.sharpness`; of the face, if there is just one.
        likeness: its perceptual hash, in hexadecimal.
    """

    picture: str
    bytes: int
    modified_ns: int
    size: tuple[int, int] | None = None
    grey: bool = False
    faces: int = 0
    sharpness: float = 0.0
    likeness: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As it stands in JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, entry: dict[str, Any]) -> Measured:
        """Undoes `to_dict`."""
        size = entry["size"]
        return cls(**{**entry, "size": None if size is None else (size[0], size[1])})

    def is_of(self, path: Path) -> bool:
        """Whether the file is still the one that was measured."""
        try:
            stat = path.stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.bytes, self.modified_ns)


class MeasureJob:
    """Measures pictures."""

    def open(self) -> Callable[[Path], Measured]:
        """Measures one."""
        # Faces that matter can be seen at one look at the whole picture.
        finder = FaceFinder(float("inf"))
        return lambda path: _measure(path, finder)


def _measure(path: Path, finder: FaceFinder) -> Measured:
    stat = path.stat()
    image = read_picture(path)
    if image is None:
        return Measured(path.name, stat.st_size, stat.st_mtime_ns)
    boxes = finder.find(image)
    widest = max((box.width for box in boxes), default=0.0)
    faces = [box for box in boxes if box.width >= _COUNTED * widest]
    judged = image
    if len(faces) == 1:
        judged = _part(image, *(round(value) for value in faces[0][:4]))
    height, width = image.shape[:2]
    return Measured(
        path.name, stat.st_size, stat.st_mtime_ns, (height, width), is_grey(image), len(faces),
        round(sharpness(judged), 5), perceptual_hash(image).tobytes().hex(),
    )


def _part(image: Image, left: int, top: int, width: int, height: int) -> Image:
    part = image[max(top, 0) : top + height, max(left, 0) : left + width]
    return part if part.size else image


@dataclass(frozen=True)
class Drop:
    """A picture that doesn't belong.

    Args:
        seen: the picture.
        reason: one of `CHECKS`, or `BROKEN`.
        why: in a few words.
        twin: the picture that is kept in its place, of a duplicate.
    """

    seen: Measured
    reason: str
    why: str
    twin: str = ""


def judge(
    pictures: Sequence[Measured], checks: Sequence[str], *, least_sharp: float, alike_bits: int
) -> list[Drop]:
    """The pictures that fail a check, by reason.

    Args:
        pictures: all of the folder.
        checks: which of `CHECKS` are made.
        least_sharp: in parts of the folder's median sharpness.
        alike_bits: pictures whose hashes differ in so many bits or fewer are the same.
    """
    drops = [Drop(one, BROKEN, "can't be read") for one in pictures if one.size is None]
    left = [one for one in pictures if one.size is not None]
    rules: dict[str, Callable[[Sequence[Measured]], list[Drop]]] = {
        "size": _odd_sizes,
        "grey": lambda some: [Drop(one, "grey", "no colour") for one in some if one.grey],
        "no-face": lambda some: [Drop(one, "no-face", "no face") for one in some if not one.faces],
        "several-faces": lambda some: [
            Drop(one, "several-faces", f"{one.faces} faces") for one in some if one.faces > 1
        ],
        "blur": lambda some: _blurred(some, least_sharp),
        "duplicate": lambda some: _duplicates(some, alike_bits),
    }
    for check in CHECKS:
        if check in checks:
            failed = rules[check](left)
            out = {drop.seen.picture for drop in failed}
            left = [one for one in left if one.picture not in out]
            drops += failed
    return drops


def _odd_sizes(pictures: Sequence[Measured]) -> list[Drop]:
    """Those that are not of the size that more than half of all have, if there is such a size."""
    sizes = Counter(one.size for one in pictures if one.size)
    size, count = sizes.most_common(1)[0] if sizes else (None, 0)
    if size is None or 2 * count <= len(pictures):
        return []
    return [
        Drop(one, "size", f"{one.size[1]}x{one.size[0]}, not {size[1]}x{size[0]}")
        for one in pictures
        if one.size and one.size != size
    ]


def _blurred(pictures: Sequence[Measured], least_sharp: float) -> list[Drop]:
    if not pictures:
        return []
    usual = float(np.median([one.sharpness for one in pictures]))
    return [
        Drop(one, "blur", f"{one.sharpness / usual:.2f} of usual")
        for one in pictures
        if one.sharpness < least_sharp * usual
    ]


def _duplicates(pictures: Sequence[Measured], alike_bits: int) -> list[Drop]:
    """All but the best of pictures that look the same: the one of most pixels, then of most bytes.

    Not the one of finest lines, which compression adds to: up to 3 % at a JPEG quality of 50.
    """

    def rank(one: Measured) -> tuple[int, int]:
        height, width = one.size or (0, 0)
        return -height * width, -one.bytes

    best_first = sorted(pictures, key=rank)
    hashes = np.zeros((len(pictures), 32), np.uint8)
    kept: list[Measured] = []
    drops = []
    for one in best_first:
        own = np.frombuffer(bytes.fromhex(one.likeness), np.uint8)
        apart = bits_apart(own, hashes[: len(kept)])
        if kept and apart.min() <= alike_bits:
            twin = kept[int(apart.argmin())].picture
            drops.append(Drop(one, "duplicate", f"as {twin}", twin))
        else:
            hashes[len(kept)] = own
            kept.append(one)
    return drops
