"""A training run's state in one file, so that it is whole or not there at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from livegan.errors import UsageError

NAME = "checkpoint.safetensors"

Part = nn.Module | torch.optim.Optimizer


def save_checkpoint(run: Path, parts: dict[str, Part], state: dict[str, Any]) -> None:
    """Write weights, optimisers and state; a kill leaves the old file or the new one.

    Args:
        run: the run's folder.
        parts: networks and optimisers by name.
        state: what else must be known to go on; plain JSON.

    Raises:
        UsageError: it can't be written: the disk is full, or the folder is gone.
    """
    tensors: dict[str, Tensor] = {}
    for name, part in parts.items():
        for key, tensor in _tensors(part).items():
            tensors[f"{name}.{key}"] = tensor.detach().cpu().contiguous().clone()
    partial = run / f"{NAME}.partial"
    try:
        save_file(tensors, partial, {"state": json.dumps(state)})
        os.replace(partial, run / NAME)
    except (OSError, SafetensorError) as error:
        raise UsageError(f"can't write {run / NAME}: {error}") from error


def load_checkpoint(run: Path, parts: dict[str, Part]) -> dict[str, Any] | None:
    """Put back what `save_checkpoint` wrote.

    Args:
        run: the run's folder.
        parts: networks and optimisers to fill; of the same form as those that were written.

    Returns:
        The state, or None when the run has no checkpoint.

    Raises:
        UsageError: the file is broken, or of another form.
    """
    path = run / NAME
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            state = json.loads((file.metadata() or {})["state"])
            for name, part in parts.items():
                keys = [key for key in file.keys() if key.startswith(f"{name}.")]  # noqa: SIM118
                _fill(part, {key[len(name) + 1 :]: file.get_tensor(key) for key in keys})
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        first_line = str(error).splitlines()[0]
        raise UsageError(f"{path} can't be read ({first_line}); train again") from error
    return dict(state)


def _tensors(part: Part) -> dict[str, Tensor]:
    if isinstance(part, nn.Module):
        return dict(part.state_dict())
    return {
        f"{index}.{key}": torch.as_tensor(value)
        for index, values in part.state_dict()["state"].items()
        for key, value in values.items()
    }


def _fill(part: Part, tensors: dict[str, Tensor]) -> None:
    if isinstance(part, nn.Module):
        part.load_state_dict(tensors)
        return
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".")
        state.setdefault(int(index), {})[key] = tensor
    part.load_state_dict({**part.state_dict(), "state": state})
