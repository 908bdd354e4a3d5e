"""Real drawings of a generator: some to find the scales of eight bits by, others to judge by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from livegan.conditioners.face_drawing import draw_face
from livegan.counting import counted
from livegan.errors import SourceEnded, UsageError
from livegan.frames import Image
from livegan.generators.stretched import as_shown
from livegan.model_card import ModelCard
from livegan.parameters import LiveValues, Values
from livegan.puppetry.retarget import Retarget
from livegan.sources.opening import bundled_clip, open_source
from workshop import motion
from workshop.dataset_card import DatasetCard
from workshop.evaluation import spread
from workshop.motion_metrics import JUDGED_FRAMES, static_flicker
from workshop.painters import Painter
from workshop.pairs import read_pairs
from workshop.resizing import resized

MOST, MOST_HELD_OUT = 300, 60
_BLOCKS, _HELD_OUT_EVERY = 12, 3
"""A clip or a performance is cut into so many parts, and each third one is held out: neighbouring
frames are nearly the same, and what a performer does only once may be anywhere."""
_QUICKEST_DRIFT = 4.0
"""Faces a second: a clip of ten seconds then shows forty, as wide apart as any on stage."""


@dataclass(frozen=True, eq=False)
class Drawings:
    """What a generator is given.

    Args:
        known: (H, W, 3) uint8 BGR each, at most MOST of them.
        held_out: the same, others, at most MOST_HELD_OUT.
        known_still: the same, of one still view before a noisy camera, in order.
        held_out_still: the same, of another view.
    """

    known: Sequence[Image]
    held_out: Sequence[Image]
    known_still: Sequence[Image]
    held_out_still: Sequence[Image]


def drawings_for(painter: Painter, source: Path | None) -> Drawings:
    """Drawings as the stage would make them.

    Args:
        painter: whose drawings.
        source: a dataset, a clip or a folder of pictures; None for the bundled performer, and for
            a puppet also the workshop's recorded motion.

    Raises:
        UsageError: the source can't be read, is of other drawings or too short; or there is none,
            and nobody can know what the generator is shown.
    """
    card = painter.card
    if source is None and card.conditioner.kind == "plain":
        raise UsageError(
            f"what '{card.name}' is shown can't be known; name its dataset, a clip or a folder of"
            " pictures with --source"
        )
    if source is not None and (source / "dataset.json").exists():
        return _of_dataset(painter, source)
    frames, drawn = _of_clip(painter, source or bundled_clip())
    known, held_out = _parted(drawn)
    if source is None and card.puppet is not None and card.conditioner.kind == "face_mesh":
        for moved in _of_motion(painter):
            more = _parted(moved)
            known, held_out = [*known, *more[0]], [*held_out, *more[1]]
    stills = [_still(painter, frames[at]) for at in (0, -1)]
    return Drawings(spread(known, MOST), spread(held_out, MOST_HELD_OUT), *stills)


def _of_clip(painter: Painter, path: Path) -> tuple[list[Image], list[Image]]:
    """Frames of a clip, and their drawings."""
    conditioner, seen, played = painter.open_conditioner(), _Seen(painter.card), _played(painter)
    frames = []
    sees_pixels = painter.card.conditioner.kind != "face_mesh"
    with closing(open_source(str(path), live=False)) as clip, closing(conditioner):
        count = getattr(clip, "frame_count", None) or MOST
        step = max(count // (MOST + MOST_HELD_OUT), 1)
        with suppress(SourceEnded):
            while True:
                frame = clip.read()
                values = played[frame.index // step % len(played)]
                if sees_pixels:
                    frame = replace(frame, image=_otherwise(frame.image, frame.index))
                drawing = conditioner.condition(frame, values).image
                if frame.index % step == 0:
                    seen.on_stage.generate(drawing)
                    frames.append(frame.image)
    if len(frames) < MOST_HELD_OUT:
        had = counted(len(frames), "frame")
        raise UsageError(f"{path} has {had}, wanted at least {MOST_HELD_OUT}")
    return frames, seen.drawings


def _otherwise(image: Image, number: int) -> Image:
    """The same in another light and every other time mirrored: one performer stands for many."""
    random = np.random.default_rng(number // 2)
    light, contrast = random.uniform(-40, 40), random.uniform(0.6, 1.3)
    colour = random.uniform(0.85, 1.15, 3)
    changed = (image.astype(np.float32) - 128) * contrast * colour + 128 + light
    changed = np.clip(np.rint(changed), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(changed[:, ::-1]) if number % 2 else changed


def _played(painter: Painter) -> list[Values]:
    """The parameters for one frame after the other: as trained; latents as far as they go."""
    settings = painter.card.conditioner.settings
    if painter.card.conditioner.kind != "latent":
        return [painter.values()]
    return [
        LiveValues({**settings, "latent.drift": _QUICKEST_DRIFT, "latent.encode": share}).snapshot()
        for share in (0.0, 0.5, 1.0)
    ]


def _of_motion(painter: Painter) -> Iterator[list[Image]]:
    """What a puppet is drawn as when recorded performers play it, one performer after the other."""
    puppet, size, values = painter.card.puppet, painter.card.size, painter.values()
    assert puppet is not None
    for performance in motion.load():
        face = Retarget(
            puppet.landmarks.astype(np.float64), puppet.limits, size[0], performance.neutral
        )
        poses = (face.pose(drive) for drive in spread(performance.drives, MOST))
        yield [draw_face(pose.astype(np.float32), size, values) for pose in poses]


def _of_dataset(painter: Painter, folder: Path) -> Drawings:
    card, asked = DatasetCard.read(folder / "dataset.json"), painter.card.conditioner
    turned = painter.direction == "BtoA"
    if not turned and card.conditioner.kind != asked.kind:
        raise UsageError(
            f"{folder} was drawn by {card.conditioner.kind}, {painter.card.name} wants"
            f" {asked.kind}; name the dataset that it was trained on"
        )
    parts = []
    for split, most in (("train", MOST), ("val", MOST_HELD_OUT)):
        if not card.counts[split]:
            raise UsageError(f"{folder} has no pairs in {split}; wanted some in train and in val")
        pairs = read_pairs(folder, card, split, lambda done: None)
        drawings = pairs.pictures if turned else pairs.drawings
        chosen = np.array(spread(range(len(drawings)), most))
        parts.append(list(resized(drawings[chosen], painter.card.size)))
    shown = pairs.drawings if asked.kind == "plain" else pairs.pictures
    stills = [_still(painter, shown[at]) for at in (0, -1)]
    return Drawings(parts[0], parts[1], *stills)


def _still(painter: Painter, view: Image) -> list[Image]:
    """What is drawn while a camera with noise looks at one thing."""
    conditioner, seen = painter.open_conditioner(), _Seen(painter.card)
    try:
        static_flicker(view, conditioner, seen.on_stage, painter.values())
    finally:
        conditioner.close()
    return seen.drawings[-JUDGED_FRAMES:]


def _parted(drawings: Sequence[Image]) -> tuple[list[Image], list[Image]]:
    parts: tuple[list[Image], list[Image]] = ([], [])
    for index, drawing in enumerate(drawings):
        block = index * _BLOCKS // len(drawings)
        parts[block % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1].append(drawing)
    return parts


class _Seen:
    """Stands in a generator's place and keeps what it is given, stretched as it would be."""

    def __init__(self, card: ModelCard) -> None:
        self.drawings: list[Image] = []
        self.size = card.size
        self.description = "nothing"
        self.on_stage = as_shown(self, card)

    def generate(self, image: Image) -> Image:
        """Keep it."""
        self.drawings.append(np.array(image))
        return image

    def close(self) -> None:
        """It holds nothing."""
