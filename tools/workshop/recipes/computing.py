"""Where a recipe computes, and how exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from workshop.crew import crew

PRECISIONS = ("f32", "bf16")

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Computing:
    """Where and how exactly.

    Args:
        precision: "f32", or "bf16": convolutions with 8 bits of mantissa, weights kept in f32.
            Twice as fast on processors that have it; losses stay f32.
        compiled: whether PyTorch compiles the networks first, which takes a minute or two and
            pays in long trainings.
    """

    precision: str = "f32"
    compiled: bool = False

    @property
    def device(self) -> torch.device:
        """The GPU if there is one."""
        return crew().device

    def place(self, network: Network) -> Network:
        """Put a network there, channels last, which is how convolutions are fastest."""
        network = network.to(device=self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.compiled:
            # In place: the names of its weights stay as they are in checkpoints.
            network.compile()
        return network

    def autocast(self) -> torch.autocast:
        """Around what may be computed in less than f32."""
        enabled = self.precision == "bf16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    def pictures(self, images: NDArray[np.uint8]) -> Tensor:
        """(B, H, W, C) uint8 -> (B, C, H, W) float32 in 0..255, channels last."""
        tensor = torch.from_numpy(np.ascontiguousarray(images)).to(self.device)
        return tensor.permute(0, 3, 1, 2).float()  # no bytes are moved


def seed_step(seed: int, steps: int) -> np.random.Generator:
    """Seed all chance of one step, PyTorch's (dropout) too, so that a resumed run goes on as one
    that was never stopped. Returns the chances of the step's own."""
    sequence = np.random.SeedSequence((seed, steps, crew().rank))
    torch.manual_seed(int(sequence.generate_state(1)[0]))
    return np.random.default_rng(sequence)
