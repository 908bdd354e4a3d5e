"""What training makes small. Pictures are (B, 3, H, W) in -1..1."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional

PYRAMID_LEVELS = 3


def reconstruction_loss(painted: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """How far a painted picture is from its target: half colour, half structure.

    The structure is the mean absolute difference of Laplacian pyramids: an edge that is blurred
    or out of place costs in each band, which plain colour difference forgives. It needs no
    pretrained network.

    Args:
        painted, target: pictures.
        weight: (B, 1, H, W), how much each pixel counts; None counts all alike.

    Returns:
        A scalar; 0 for equal pictures.
    """
    error = painted - target
    # Weighed once, before the pyramid, and with its three colours apart: a third of the time of
    # weighing each band of a picture that is channels last.
    error = (error if weight is None else error * weight).contiguous()
    colour = error.abs().mean()
    structure = colour * 0
    for _ in range(PYRAMID_LEVELS):
        coarse = functional.avg_pool2d(error, 2)
        smooth = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        structure = structure + (error - smooth).abs().mean()
        error = coarse
    return 0.5 * colour + 0.5 * (structure + error.abs().mean())


def bending(moves: Tensor, step: int) -> Tensor:
    """How unevenly a field of moves changes: the mean size of its second differences.

    Args:
        moves: (B, 2, H, W).
        step: pixels between the places that are compared.

    Returns:
        A scalar, in the unit of the moves; 0 for shifts, turns and stretches.
    """
    across = moves[..., 2 * step :] - 2 * moves[..., step:-step] + moves[..., : -2 * step]
    down = moves[:, :, 2 * step :] - 2 * moves[:, :, step:-step] + moves[:, :, : -2 * step]
    return across.abs().mean() + down.abs().mean()


def feature_loss(painted: Sequence[Tensor], true: Sequence[Tensor]) -> Tensor:
    """How far a discriminator's features of a painted picture are from the true one's.

    The feature matching of pix2pixHD: mean absolute difference, layer by layer.
    """
    losses = [functional.l1_loss(p, t.detach()) for p, t in zip(painted, true, strict=True)]
    return sum(losses[1:], losses[0]) / len(losses)


def discriminator_loss(true: Tensor, painted: Tensor) -> Tensor:
    """Hinge loss of the verdicts: true ones should be above 1, painted ones below -1."""
    return 0.5 * (functional.relu(1 - true).mean() + functional.relu(1 + painted).mean())


def adversarial_loss(painted: Tensor) -> Tensor:
    """Hinge loss of the generator: the verdict on what it painted should be high."""
    return -painted.mean()
