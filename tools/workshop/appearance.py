"""What a picture looks like, in numbers that can be compared: its likeness, sharpness, colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image

HASH_BITS = 256
_HASH_SIDE = 16
# JPEG gives a grey picture colours of up to 6 grey levels at the edges of its blocks.
_GREY_LEVELS = 10


def perceptual_hash(image: Image) -> NDArray[np.uint8]:
    """(32,) uint8, 256 bits that stay when a picture is resized, lightened or compressed.

    The signs of the lowest 16 x 16 cosine waves against their median, after Zauner,
    "Implementation and benchmarking of perceptual image hash functions", 2010; with 16 in place
    of his 8 waves each way, because two frames of one face differ in what 64 bits do not see.

    Args:
        image: (H, W, 3) uint8 BGR.
    """
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    side = 4 * _HASH_SIDE
    small = cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[1 : _HASH_SIDE + 1, 1 : _HASH_SIDE + 1]
    return np.packbits(waves > np.median(waves))


def bits_apart(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(N,) how many bits of a hash differ from each of (N, 32) others."""
    return np.asarray(np.unpackbits(one ^ others, axis=1).sum(axis=1, dtype=np.int64))


def sharpness(image: Image, judged_px: int = 256) -> float:
    """How much of the contrast is in the finest lines: 0 for a blur, some 0.1 to 1 if sharp.

    The variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy", ICPR 2000) over the variance of the picture, so that a pale picture counts as
    sharp as a strong one.

    Args:
        image: (H, W, 3) uint8 BGR.
        judged_px: what its shorter side is shrunk to first; 256 is what a generator sees.
    """
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    ratio = judged_px / min(gray.shape)
    if ratio < 1:
        gray = np.asarray(cv2.resize(gray, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA))
    lines = cv2.Laplacian(gray, cv2.CV_32F).var()
    # Where there is next to no contrast there is nothing to be blurred; noise of 1 is not lines.
    return float(lines / (gray.var() + 25.0))


def is_grey(image: Image) -> bool:
    """Whether it has no colour to speak of: fewer than 1 % of its pixels do."""
    spread = image.max(axis=2) - image.min(axis=2)
    return bool(np.percentile(spread, 99) < _GREY_LEVELS)
