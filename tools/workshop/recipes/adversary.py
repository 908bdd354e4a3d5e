"""What the classic recipes share: verdicts, Adam and its schedule."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from workshop.crew import crew

RATE = 2e-4
"""Of both networks (Isola 2017, section 6.2; Zhu 2017, section 7.1)."""

Game = Literal["vanilla", "lsgan"]


def game_loss(verdict: Tensor, true: bool, game: Game) -> Tensor:
    """How far a discriminator's verdict is from true, or from painted.

    Args:
        verdict: (B, 1, H, W) without bounds.
        true: what the verdict should be.
        game: "vanilla" is cross-entropy (Goodfellow 2014), "lsgan" squares (Mao 2017).
    """
    wanted = torch.full_like(verdict, 1.0 if true else 0.0)
    if game == "lsgan":
        return functional.mse_loss(verdict, wanted)
    return functional.binary_cross_entropy_with_logits(verdict, wanted)


def adam(*networks: nn.Module) -> torch.optim.Adam:
    """Adam for all weights of these networks."""
    weights = [weight for network in networks for weight in network.parameters()]
    return torch.optim.Adam(weights, RATE, (0.5, 0.999))


def rate_at(fraction: float) -> float:
    """The learning rate: constant for half of the training, then falling to 0 in a line."""
    return RATE * min(1.0, 2 * (1 - fraction))


def descend(optimiser: torch.optim.Optimizer, loss: Tensor, rate: float) -> None:
    """One step downhill, together with the other processes that train."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    crew().average_gradients(optimiser)
    optimiser.step()
