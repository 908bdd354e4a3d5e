"""The processes that train one run together, one on each GPU, on one machine or several.

    torchrun --nproc-per-node 4 tools/train.py DATASET --out RUN ...

Each has the same networks and pairs of its own; gradients are averaged, so they stay the same. A
batch is as many times larger. Lightning Fabric sets it up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from livegan.errors import MissingExtraError


class Crew:
    """This process among them; alone when torchrun did not start it."""

    def __init__(self) -> None:
        self._fabric: Any = _join() if "TORCHELASTIC_RUN_ID" in os.environ else None

    @property
    def rank(self) -> int:
        """Its number from 0, which is the one that writes files and speaks."""
        return int(self._fabric.global_rank) if self._fabric else 0

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self._fabric.world_size) if self._fabric else 1

    @property
    def device(self) -> torch.device:
        """The GPU of this one, or the CPU."""
        if self._fabric:
            return torch.device(self._fabric.device)
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def wait(self) -> None:
        """Until all are here."""
        if self._fabric:
            self._fabric.barrier()

    def average_gradients(self, optimiser: torch.optim.Optimizer) -> None:
        """Give all of them the mean of their gradients, in one go."""
        if self.count == 1:
            return
        gradients = [
            weight.grad
            for group in optimiser.param_groups
            for weight in group["params"]
            if weight.grad is not None
        ]
        means = self._mean(torch.cat([gradient.flatten() for gradient in gradients]))
        sizes = [gradient.numel() for gradient in gradients]
        for gradient, mean in zip(gradients, torch.split(means, sizes), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def average(self, numbers: Iterable[float]) -> list[float]:
        """The mean of what each of them has, number by number, so that all decide alike."""
        if self.count == 1:
            return list(numbers)
        told = torch.tensor(list(numbers), dtype=torch.float64, device=self.device)
        return [float(number) for number in self._mean(told)]

    def _mean(self, tensor: Tensor) -> Tensor:
        mean: Tensor = self._fabric.all_reduce(tensor, reduce_op="mean")
        return mean


@cache
def crew() -> Crew:
    """The crew of this process, which is the same for all that it does.

    Raises:
        MissingExtraError: torchrun started it and Lightning Fabric is not installed.
    """
    return Crew()


def _join() -> Any:
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise MissingExtraError(
            "training in several processes needs Lightning Fabric; run: "
            'pip install "livegan[train]"'
        ) from error
    here, everywhere = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])
    fabric = Fabric(accelerator="auto", strategy="ddp", devices=here, num_nodes=everywhere // here)
    fabric.launch()
    return fabric
