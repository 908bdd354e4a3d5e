"""A training run's state in one file, so that it is whole or not there at all.

    RUN/checkpoint-00001234.safetensors     weights and optimisers after so many steps

The file's metadata hold `state`, what else must be known to go on, and `run`, what was trained on
what: so that one such file is enough to make a generator of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from livegan.errors import UsageError

Part = nn.Module | torch.optim.Optimizer

_NAME = re.compile(r"checkpoint(?:-(\d+))?\.safetensors")


def checkpoint_path(run: Path, steps: int) -> Path:
    """Where a run keeps its state after so many steps."""
    return run / f"checkpoint-{steps:08d}.safetensors"


def checkpoints(run: Path) -> list[Path]:
    """The run's checkpoints, the newest last."""
    matches = {path: _NAME.fullmatch(path.name) for path in run.glob("checkpoint*.safetensors")}
    # Older runs had one without a number.
    steps = {path: int(match[1] or -1) for path, match in matches.items() if match}
    return sorted(steps, key=lambda path: steps[path])


def newest_checkpoint(run: Path) -> Path | None:
    """Where the run goes on; None if it has no checkpoint yet."""
    found = checkpoints(run)
    return found[-1] if found else None


def save_checkpoint(
    path: Path, parts: Mapping[str, Part], state: dict[str, Any], run: Mapping[str, Any]
) -> None:
    """Write weights, optimisers and state; a kill leaves no file or a whole one.

    Args:
        path: the file.
        parts: networks and optimisers by name.
        state: what else must be known to go on; plain JSON.
        run: `settings` and `dataset`, as in run.json.

    Raises:
        UsageError: it can't be written: the disk is full, or the folder is gone.
    """
    tensors: dict[str, Tensor] = {}
    for name, part in parts.items():
        for key, tensor in _tensors(part).items():
            # Contiguous in the usual layout: safetensors keeps no strides.
            tensors[f"{name}.{key}"] = tensor.detach().cpu().contiguous().clone()
    told = {"settings": run["settings"], "dataset": run["dataset"]}
    partial = path.with_name(f"{path.name}.partial")
    try:
        save_file(tensors, partial, {"state": json.dumps(state), "run": json.dumps(told)})
        os.replace(partial, path)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise UsageError(f"can't write {path}: {error}") from error


def load_checkpoint(path: Path, parts: Mapping[str, Part]) -> dict[str, Any]:
    """Put back what `save_checkpoint` wrote.

    Args:
        path: the file.
        parts: networks and optimisers to fill; of the same form as those that were written. The
            file may hold others besides.

    Returns:
        The state.

    Raises:
        UsageError: the file is broken, or holds networks of another form.
    """
    try:
        with safe_open(path, "pt") as file:
            state = json.loads((file.metadata() or {})["state"])
            for name, part in parts.items():
                keys = [key for key in file.keys() if key.startswith(f"{name}.")]  # noqa: SIM118
                _fill(part, {key[len(name) + 1 :]: file.get_tensor(key) for key in keys})
    except RuntimeError as error:
        raise UsageError(
            f"{path} holds other networks than this livegan trains with these options; "
            "train from the beginning with another --out"
        ) from error
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        first_line = str(error).splitlines()[0]
        raise UsageError(
            f"{path} can't be read ({first_line}); delete it to go on from the one before, "
            "or train again"
        ) from error
    return dict(state)


def read_run(path: Path) -> dict[str, Any]:
    """`settings` and `dataset` of the run that a checkpoint is of.

    Raises:
        UsageError: it is not a checkpoint of ours.
    """
    try:
        with safe_open(path, "pt") as file:
            return dict(json.loads((file.metadata() or {})["run"]))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UsageError(f"{path} is not a checkpoint of train.py ({error})") from error


def size_bytes(parts: Mapping[str, Part]) -> int:
    """How large a checkpoint will be, about: Adam keeps two numbers for each weight."""
    total = 0
    for part in parts.values():
        if isinstance(part, nn.Module):
            total += sum(t.numel() * t.element_size() for t in part.state_dict().values())
        else:
            weights = (p for group in part.param_groups for p in group["params"])
            total += sum(2 * p.numel() * p.element_size() for p in weights)
    return total


def check_space(run: Path, wanted_bytes: int, what: str) -> None:
    """Refuse before it is too late.

    Args:
        run: an existing folder on the disk that will be written.
        wanted_bytes: free space that is needed.
        what: for the message: "2 checkpoints".

    Raises:
        UsageError: the disk has less.
    """
    free_bytes = shutil.disk_usage(run).free
    if free_bytes < wanted_bytes:
        raise UsageError(
            f"the disk of {run} has {free_bytes / 1e6:.0f} MB free, {what} need "
            f"{wanted_bytes / 1e6:.0f} MB; free some, or choose another --out"
        )


def remove_older(run: Path, keep: int, best_steps: int | None) -> None:
    """Delete all checkpoints but the newest `keep` and the best."""
    best = None if best_steps is None else checkpoint_path(run, best_steps)
    for path in checkpoints(run)[:-keep]:
        if path != best:
            path.unlink(missing_ok=True)


def finite(parts: Mapping[str, Part]) -> bool:
    """Whether all numbers are numbers."""
    return all(
        bool(torch.isfinite(tensor).all())
        for part in parts.values()
        for tensor in _tensors(part).values()
    )


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
