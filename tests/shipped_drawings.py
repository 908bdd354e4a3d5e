"""What the shipped generators are given on stage: the bundled performer, drawn for each."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from pathlib import Path

from livegan.conditioners import open_conditioner
from livegan.frames import Image
from livegan.model_card import read_card
from livegan.parameters import LiveValues
from livegan.shipped import shipped
from livegan.sources import bundled_clip, open_source

_EVERY = 60


def shipped_generators() -> list[Path]:
    """Their files."""
    return sorted(shipped("engines").glob("*.onnx"))


@cache
def shipped_drawings(generator: Path, count: int = 2) -> list[Image]:
    """Drawings of frames far apart, (H, W, 3) uint8 BGR each."""
    card = read_card(generator)
    conditioner = open_conditioner(card.conditioner, card.size, card.puppet)
    values = LiveValues(card.conditioner.settings).snapshot()
    drawings: list[Image] = []
    with closing(conditioner), closing(open_source(str(bundled_clip()), live=False)) as source:
        while len(drawings) < count:
            for _ in range(_EVERY):
                frame = source.read()
            drawings.append(conditioner.condition(frame, values).image)
    return drawings
