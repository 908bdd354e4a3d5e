"""Which sizes of pictures the classic networks take."""

from __future__ import annotations

import argparse
import re

from livegan.errors import UsageError

LEAST_JUDGED_PX = 24
"""On anything smaller nothing is left for a verdict after the discriminator's convolutions."""
MOST_DOWNS = 8
"""Of the paper's largest U-Net, unet_256."""


def parse_size(text: str) -> tuple[int, int]:
    """`256` or `WIDTHxHEIGHT` as height and width in pixels, for argparse."""
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"size {text!r}; wanted 256, or WIDTHxHEIGHT: 512x256")
    return int(match[2] or match[1]), int(match[1])


def check_judged(size: tuple[int, int]) -> None:
    """Refuse a height and width that the discriminator of 70 x 70 patches can't judge.

    Raises:
        UsageError: a side is too short.
    """
    if min(size) < LEAST_JUDGED_PX:
        raise UsageError(
            f"size {size[1]}x{size[0]} is too small for the discriminator; "
            f"wanted at least {LEAST_JUDGED_PX} pixels each way"
        )


def deepest(size: tuple[int, int]) -> int:
    """How often a height and width can be halved, at most 8 times, at least twice."""
    return max(2, min(MOST_DOWNS, min(size).bit_length() - 1))


def fit_size(size: tuple[int, int], step: int) -> tuple[int, int]:
    """The nearest height and width that are multiples of `step`."""
    height, width = (max(step, round(side / step) * step) for side in size)
    return height, width
