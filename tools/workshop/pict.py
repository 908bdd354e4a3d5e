"""Generators of pix2pix-tensorflow, as its server shows them in the browser: .pict files.

    u32 big-endian, JSON      [{"name": "generator/encoder_1/conv2d/kernel", "shape": [...]}, ...]
    u32 big-endian, float32   256 values, little-endian
    u32 big-endian, uint8     for each weight, in the order of the JSON, which of those it is

(server/tools/export-checkpoint.py and server/static/index.html there.) The network is the U-Net
of its pix2pix.py: a norm after the innermost halving too, always by the picture itself, eps 1e-5.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livegan.errors import UsageError
from workshop.classic_forms import UNetForm
from workshop.classic_networks import BatchNorm, ClassicUNet, UNetLevel

Arrays = dict[str, NDArray[np.float32]]

_NAMES = {
    "weight": ("conv2d/kernel", "conv2d_transpose/kernel", "conv/filter", "deconv/filter"),
    "bias": ("conv2d/bias", "conv2d_transpose/bias"),
    "gamma": ("batch_normalization/gamma", "batchnorm/scale"),
    "beta": ("batch_normalization/beta", "batchnorm/offset"),
}
"""As they are called since 2017-11, and before: then convolutions had no bias."""


def read_pict(path: Path) -> ClassicUNet:
    """The generator in a .pict file, in evaluation.

    Raises:
        UsageError: no such file, broken, or another network than pix2pix.py's.
    """
    arrays = read_arrays(path)
    downs = len({name.split("/")[1] for name in arrays if name.startswith("generator/encoder_")})
    first, last = (_take(arrays, scope, "weight", path) for scope in ("encoder_1", "decoder_1"))
    form = UNetForm(
        downs=downs,
        width=first.shape[3],
        dropout=False,
        in_channels=first.shape[2],
        out_channels=last.shape[2],
        bias=True,
        innermost_norm=True,
    )
    with torch.device("meta"):
        network = ClassicUNet(form)
    state: dict[str, Tensor] = {}
    _fill(state, network, arrays, path)
    for key, wanted in network.state_dict().items():
        if state[key].shape != wanted.shape:
            found = f"{tuple(state[key].shape)}, wanted {tuple(wanted.shape)}"
            raise UsageError(f"{path} is no generator of pix2pix-tensorflow: {key} is {found}")
    network.load_state_dict(state, assign=True)
    return network.eval()


def read_arrays(path: Path) -> Arrays:
    """The weights in a .pict file, by their names in TensorFlow.

    Raises:
        UsageError: no such file, or broken.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    table, index, codes = _blobs(content, path)
    try:
        rows = [(str(row["name"]), tuple(map(int, row["shape"]))) for row in json.loads(table)]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is broken: its list of weights can't be read") from error
    wanted = sum(int(np.prod(shape)) for _, shape in rows)
    if len(index) != 256 * 4 or len(codes) != wanted:
        raise UsageError(
            f"{path} is broken: {len(index) // 4} values and {len(codes)} codes, "
            f"wanted 256 and {wanted}"
        )
    values = np.frombuffer(index, "<f4").astype(np.float32)[np.frombuffer(codes, np.uint8)]
    if not np.isfinite(values).all():
        raise UsageError(f"{path} holds numbers that are not finite; its training had failed")
    arrays, start = {}, 0
    for name, shape in rows:
        end = start + int(np.prod(shape))
        arrays[name], start = values[start:end].reshape(shape), end
    return arrays


def _blobs(content: bytes, path: Path) -> tuple[bytes, bytes, bytes]:
    blobs: list[bytes] = []
    start = 0
    while start + 4 <= len(content) and len(blobs) < 3:
        (length,) = struct.unpack_from(">I", content, start)
        blobs.append(content[start + 4 : start + 4 + length])
        start += 4 + length
    if len(blobs) != 3 or start != len(content):
        raise UsageError(f"{path} is no .pict file, or broken: wanted three blobs with lengths")
    return blobs[0], blobs[1], blobs[2]


def _fill(state: dict[str, Tensor], network: ClassicUNet, arrays: Arrays, path: Path) -> None:
    levels = [(at, module) for at, module in network.named_modules() if type(module) is UNetLevel]
    for level, (at, module) in enumerate(levels, 1):
        scope = f"encoder_{level}"
        for place, part in module.model.named_children():
            key = f"{at}.model.{place}"
            if isinstance(part, nn.ConvTranspose2d):
                scope = f"decoder_{level}"
            if isinstance(part, BatchNorm):
                state[f"{key}.weight"] = torch.from_numpy(_take(arrays, scope, "gamma", path))
                state[f"{key}.bias"] = torch.from_numpy(_take(arrays, scope, "beta", path))
                state[f"{key}.running_mean"] = torch.zeros(part.num_features)
                state[f"{key}.running_var"] = torch.ones(part.num_features)
                state[f"{key}.num_batches_tracked"] = torch.tensor(0)
            elif isinstance(part, (nn.Conv2d, nn.ConvTranspose2d)):
                # (rows, columns, entering, leaving); transposed, the last two the other way.
                weight = _take(arrays, scope, "weight", path).transpose(3, 2, 0, 1)
                if isinstance(part, nn.ConvTranspose2d) and level < len(levels):
                    # There what comes from below is joined before the skip, here after it.
                    weight = np.roll(weight, len(weight) // 2, 0)
                bias = _find(arrays, scope, "bias")
                leaving = np.zeros(part.out_channels, np.float32) if bias is None else bias
                state[f"{key}.weight"] = torch.from_numpy(np.ascontiguousarray(weight))
                state[f"{key}.bias"] = torch.from_numpy(leaving)


def _find(arrays: Arrays, scope: str, part: str) -> NDArray[np.float32] | None:
    for name in _NAMES[part]:
        array = arrays.get(f"generator/{scope}/{name}")
        if array is not None:
            return array
    return None


def _take(arrays: Arrays, scope: str, part: str, path: Path) -> NDArray[np.float32]:
    array = _find(arrays, scope, part)
    if array is None or array.ndim != (4 if part == "weight" else 1):
        raise UsageError(
            f"{path} holds no generator of pix2pix-tensorflow: in generator/{scope} wanted one of "
            f"{', '.join(_NAMES[part])}"
        )
    return array
