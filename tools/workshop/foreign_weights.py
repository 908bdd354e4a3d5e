"""Weights from files that others wrote, read without running anything that is in them."""

from __future__ import annotations

import pickle
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from livegan.errors import UsageError

Tensors = dict[str, Tensor]

_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError,
    RuntimeError, TypeError, ValueError, struct.error,
)  # fmt: skip
"""What PyTorch raises over files that are cut off, changed, or something else altogether."""


def read_tensors(path: Path) -> Tensors:
    """All tensors in a file, by where they lie in it: `netG.model.1.weight`.

    Args:
        path: .pth, .pt, .ckpt or the like as `torch.save` writes it, old form or new, or
            .safetensors.

    Raises:
        UsageError: no such file, broken, no tensors in it, or a pickle that would have to run
            something to be read.
    """
    try:
        if path.suffix == ".safetensors":
            found: object = load_file(path)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what matters of them comes as an error too
                found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file") from None
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}") from error
    except pickle.UnpicklingError as error:
        raise UsageError(_refusal(path, str(error))) from error
    except (SafetensorError, *_BROKEN) as error:
        raise UsageError(_brokenness(path, str(error))) from error
    tensors = dict(_tensors(found, ""))
    if not tensors:
        raise UsageError(f"{path} holds no weights; wanted a state dict: latest_net_G.pth")
    return tensors


def _tensors(found: object, where: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(found, Tensor):
        yield where, found
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from _tensors(value, f"{where}.{key}" if where else str(key))


def _refusal(path: Path, reason: str) -> str:
    """What PyTorch says in a page, in a line."""
    wanted = re.search(r"GLOBAL (\w[\w.]*)", reason)
    if wanted is None:
        return _brokenness(path, "")
    return (
        f"{path} is refused: to be read it would run {wanted[1]}, and a file that runs something "
        "can do anything; only weights are read. If you trust who made it, load it where it was "
        "made and save the weights alone: torch.save(network.state_dict(), 'weights.pth')"
    )


def _brokenness(path: Path, reason: str) -> str:
    # The first sentence tells what is wrong; those after it are for programmers.
    told = re.split(r"[.;\n] ?", reason.strip())[0]
    told = "" if told.isdecimal() else told  # a byte that stands where no command of pickle's does
    return f"{path} is cut off, or is no file of weights{told and f' ({told})'}; get it anew"
