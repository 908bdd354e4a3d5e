"""How near a picture comes to another, as people see it: MS-SSIM and HaarPSI.

In NumPy and OpenCV alone, because who evaluates an .onnx needs no PyTorch. Both are judged at the
pictures' own pixels from memory; a JPEG in between would already cost a hundredth.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.frames import Image
from workshop.quality import psnr_db

Plane = NDArray[np.float32]

MOST_DB = 100.0
"""PSNR of equal pictures, so that means stay finite."""

# Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment",
# Asilomar 2003: section 3.2, weights of the five scales; K1, K2 and the window as in SSIM.
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_WINDOW, _SIGMA = 11, 1.5

# Reisenhofer, Bosse, Kutyniok, Wiegand, "A Haar wavelet-based perceptual similarity index for
# image quality assessment", Signal Processing: Image Communication 61, 2018: section 3, table 1.
_HAAR_C, _HAAR_ALPHA = 30.0, 4.2
_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32
)


def compare(painted: Image, target: Image) -> dict[str, float]:
    """How near a painted picture comes to what it should be.

    Args:
        painted, target: (H, W, 3) uint8 BGR, at least 16 pixels high and wide.

    Returns:
        `l1` in grey levels, `psnr_db` (at most 100), `ms_ssim` (0..1) and `haarpsi` (0..1).

    Raises:
        ValueError: their shapes differ.
    """
    if painted.shape != target.shape:
        raise ValueError(f"picture is {painted.shape}, target {target.shape}")
    return {
        "l1": float(np.abs(painted.astype(np.float32) - target).mean()),
        "psnr_db": min(MOST_DB, psnr_db(painted, target)),
        "ms_ssim": ms_ssim(painted, target),
        "haarpsi": haarpsi(painted, target),
    }


def ms_ssim(one: Image, other: Image) -> float:
    """Multi-scale structural similarity of two pictures' luminance, 1 when equal.

    Wang et al. 2003, equation 7, with the weights given there. Pictures under 176 pixels have no
    room for the window at all five scales; they are judged at those that fit, the weights made to
    sum to one. A negative structure term counts as 0.

    Args:
        one, other: (H, W, 3) uint8 BGR, at least 11 pixels high and wide.
    """
    here, there = _luminance(one), _luminance(other)
    scales = int(np.log2(max(min(here.shape) / _WINDOW, 1.0))) + 1
    weights = np.array(_SCALE_WEIGHTS[:scales]) / sum(_SCALE_WEIGHTS[:scales])
    result = 1.0
    for scale, weight in enumerate(weights):
        whole, structure = _ssim(here, there)
        last = scale == len(weights) - 1
        result *= max(whole if last else structure, 0.0) ** float(weight)
        if not last:
            here, there = _halved(here), _halved(there)
    return result


def haarpsi(target: Image, painted: Image) -> float:
    """Haar wavelet-based perceptual similarity of two pictures, 1 when equal; symmetric.

    Reisenhofer et al. 2018, equations 10 to 12, with colour as in section 3.2, at half the width
    and height as there.

    Args:
        target, painted: (H, W, 3) uint8 BGR.
    """
    here, there = _halved_yiq(target), _halved_yiq(painted)
    similarities, weights = [], []
    for across in (False, True):
        mine = [_haar(here[0], scale, across) for scale in (1, 2, 3)]
        theirs = [_haar(there[0], scale, across) for scale in (1, 2, 3)]
        fine = [_similarity(a, b) for a, b in zip(mine[:2], theirs[:2], strict=True)]
        similarities.append((fine[0] + fine[1]) / 2)
        weights.append(np.maximum(mine[2], theirs[2]))
    colours = [
        _similarity(np.abs(_mean_of_four(a)), np.abs(_mean_of_four(b)))
        for a, b in zip(here[1:], there[1:], strict=True)
    ]
    similarities.append((colours[0] + colours[1]) / 2)
    weights.append((weights[0] + weights[1]) / 2)
    local, weight = np.stack(similarities).astype(np.float64), np.stack(weights)
    total = float(weight.sum())
    if total == 0:
        # Two blank pictures: nothing is weighed more than anything else.
        weight, total = np.ones_like(weight), float(weight.size)
    mean = float((weight / (1 + np.exp(-_HAAR_ALPHA * local))).sum()) / total
    return float((np.log(mean / (1 - mean)) / _HAAR_ALPHA) ** 2)


def _luminance(image: Image) -> Plane:
    # Before rounding: cv2.cvtColor would round to whole grey levels.
    return np.asarray(image.astype(np.float32) @ _YIQ[0, ::-1], np.float32)


def _ssim(one: Plane, other: Plane) -> tuple[float, float]:
    """Mean SSIM, and its contrast and structure part alone, where the window fits."""
    edge = _WINDOW // 2

    def mean(plane: Plane) -> NDArray[Any]:
        blurred = cv2.GaussianBlur(plane, (_WINDOW, _WINDOW), _SIGMA)
        return np.asarray(blurred[edge:-edge, edge:-edge])

    mean_one, mean_other = mean(one), mean(other)
    spread = mean(one * one) - mean_one**2 + mean(other * other) - mean_other**2
    common = mean(one * other) - mean_one * mean_other
    structure = (2 * common + _C2) / (spread + _C2)
    whole = structure * (2 * mean_one * mean_other + _C1) / (mean_one**2 + mean_other**2 + _C1)
    return float(whole.mean()), float(structure.mean())


def _halved(plane: Plane) -> Plane:
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    whole = plane[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _halved_yiq(image: Image) -> list[Plane]:
    yiq = image.astype(np.float32) @ _YIQ[:, ::-1].T
    return [_halved(np.ascontiguousarray(yiq[..., channel])) for channel in range(3)]


def _mean_of_four(plane: Plane) -> Plane:
    return _filtered(plane, np.full((2, 2), 0.25, np.float32))


def _haar(plane: Plane, scale: int, across: bool) -> Plane:
    """Size of the Haar coefficients of one scale and direction, one at every pixel."""
    side = 2**scale
    kernel = np.full((side, side), 2.0**-scale, np.float32)
    kernel[: side // 2] *= -1
    return np.abs(_filtered(plane, kernel.T if across else kernel))


def _filtered(plane: Plane, kernel: NDArray[np.float32]) -> Plane:
    # Black around the picture and the middle of an even kernel as in the authors' own code: 0.0015
    # at 256 pixels otherwise.
    anchor = (kernel.shape[1] // 2 - 1, kernel.shape[0] // 2 - 1)
    filtered = cv2.filter2D(
        plane, cv2.CV_32F, kernel, anchor=anchor, borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(filtered, np.float32)


def _similarity(one: Plane, other: Plane) -> Plane:
    return (2 * one * other + _HAAR_C) / (one**2 + other**2 + _HAAR_C)
