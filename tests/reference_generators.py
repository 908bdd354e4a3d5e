"""What pytorch-CycleGAN-and-pix2pix and pix2pix-tensorflow do, spelled out by their names.

Written from their files' layouts alone and apart from our networks, to hold those against.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as f
from torch.nn.grad import conv2d_input

Norm = Literal["batch", "instance", "none"]
Shapes = dict[str, tuple[int, ...]]
State = Mapping[str, Tensor]
Picture = NDArray[np.uint8]

# unet_256 with ngf 64, below "model.model": level by level what goes down and what comes up.
_UNET_256_DOWN = [
    (64, 3, 4, 4), (128, 64, 4, 4), (256, 128, 4, 4), (512, 256, 4, 4),
    (512, 512, 4, 4), (512, 512, 4, 4), (512, 512, 4, 4), (512, 512, 4, 4),
]
_UNET_256_UP = [
    (128, 3, 4, 4), (256, 64, 4, 4), (512, 128, 4, 4), (1024, 256, 4, 4),
    (1024, 512, 4, 4), (1024, 512, 4, 4), (1024, 512, 4, 4), (512, 512, 4, 4),
]
# resnet_9blocks with ngf 64, below "model": the blocks stand from 10 to 18.
_RESNET_9 = {
    "1": (64, 3, 7, 7), "4": (128, 64, 3, 3), "7": (256, 128, 3, 3),
    "19": (256, 128, 3, 3), "22": (128, 64, 3, 3), "26": (3, 64, 7, 7),
}  # fmt: skip
_TRANSPOSED = ("19", "22")


def unet_paths(downs: int = 8) -> list[str]:
    """Where each level's parts stand."""
    paths = ["model.model", "model.model.1.model"]
    while len(paths) < downs:
        paths.append(f"{paths[-1]}.3.model")
    return paths


def unet_256_layout(norm: Norm) -> Shapes:
    """Names and shapes in the latest_net_G.pth of a unet_256."""
    shapes: Shapes = {}
    paths = unet_paths()
    last = len(paths) - 1
    for level, path in enumerate(paths):
        down, up = _UNET_256_DOWN[level], _UNET_256_UP[level]
        at_down, at_up = ("0", "3") if level == 0 else ("1", "3" if level == last else "5")
        shapes[f"{path}.{at_down}.weight"] = down
        shapes[f"{path}.{at_up}.weight"] = up
        if norm == "instance":
            shapes[f"{path}.{at_down}.bias"] = (down[0],)
        if norm == "instance" or level == 0:
            shapes[f"{path}.{at_up}.bias"] = (up[1],)
        if norm == "batch" and 0 < level < last:
            shapes |= batch_norm(f"{path}.2", down[0])
        if norm == "batch" and level > 0:
            shapes |= batch_norm(f"{path}.{int(at_up) + 1}", up[1])
    return shapes


def resnet_9_layout(norm: Norm, dropout: bool) -> Shapes:
    """Names and shapes in the latest_net_G.pth of a resnet_9blocks."""
    shapes: Shapes = {}
    second = 6 if dropout else 5
    for place in range(10, 19):
        for conv in (1, second):
            shapes[f"model.{place}.conv_block.{conv}.weight"] = (256, 256, 3, 3)
            if norm == "instance":
                shapes[f"model.{place}.conv_block.{conv}.bias"] = (256,)
            if norm == "batch":
                shapes |= batch_norm(f"model.{place}.conv_block.{conv + 1}", 256)
    for at, shape in _RESNET_9.items():
        leaving = shape[1 if at in _TRANSPOSED else 0]
        shapes[f"model.{at}.weight"] = shape
        if norm == "instance" or at == "26":
            shapes[f"model.{at}.bias"] = (leaving,)
        if norm == "batch" and at != "26":
            shapes |= batch_norm(f"model.{int(at) + 1}", leaving)
    return shapes


def batch_norm(path: str, channels: int) -> Shapes:
    """The five tensors of a batch norm."""
    names = ("weight", "bias", "running_mean", "running_var")
    return {**{f"{path}.{name}": (channels,) for name in names}, f"{path}.num_batches_tracked": ()}


def narrow(shapes: Shapes, times: int = 8) -> Shapes:
    """The same network with so many times fewer channels."""
    return {
        name: tuple(side // times if side >= 64 else side for side in shape)
        for name, shape in shapes.items()
    }


def lively_weights(shapes: Shapes, seed: int = 0) -> dict[str, Tensor]:
    """Weights with which every part of a network matters to what it paints."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=generator)
        if len(shape) == 4:
            state[name] = noise * (2 / np.prod(shape[1:])) ** 0.5
        elif name.endswith("running_var"):
            state[name] = 0.5 + noise.abs()
        elif name.endswith("weight"):
            state[name] = 1 + 0.2 * noise
        elif name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(7)
        else:
            state[name] = 0.2 * noise
    return state


def paint_unet(state: State, drawing: Picture, running: bool) -> Picture:
    """(H, W, 3) uint8 RGB -> the same, as test.py paints with a unet_256, without dropout."""
    paths = unet_paths()
    x = _conv(state, f"{paths[0]}.0", _entered(drawing))
    skips = []
    for path in paths[1:]:
        skips.append(x)
        x = _conv(state, f"{path}.1", f.leaky_relu(x, 0.2))
        if path != paths[-1]:
            x = _norm(state, f"{path}.2", x, running)
    for path in reversed(paths[1:]):
        at = 3 if path == paths[-1] else 5
        x = _norm(state, f"{path}.{at + 1}", _doubled(state, f"{path}.{at}", f.relu(x)), running)
        # The leaky ReLU works in place: what is joined has gone through it.
        x = torch.cat([f.leaky_relu(skips.pop(), 0.2), x], 1)
    return _left(torch.tanh(_doubled(state, f"{paths[0]}.3", f.relu(x))))


def paint_resnet(state: State, drawing: Picture, running: bool) -> Picture:
    """(H, W, 3) uint8 RGB -> the same, as test.py paints a resnet_9blocks without dropout."""
    x = f.pad(_entered(drawing), (3, 3, 3, 3), mode="reflect")
    x = f.relu(_norm(state, "model.2", _conv(state, "model.1", x, 1, 0), running))
    for at in (4, 7):
        x = f.relu(_norm(state, f"model.{at + 1}", _conv(state, f"model.{at}", x), running))
    # With dropout between them the second convolution stands one further.
    second = 5 if state.get("model.10.conv_block.5.weight") is not None else 6
    for place in range(10, 19):
        y = x
        for at in (1, second):
            path = f"model.{place}.conv_block"
            y = _conv(state, f"{path}.{at}", f.pad(y, (1, 1, 1, 1), mode="reflect"), 1, 0)
            y = _norm(state, f"{path}.{at + 1}", y, running)
            y = f.relu(y) if at == 1 else y
        x = x + y
    for at in (19, 22):
        y = f.conv_transpose2d(x, *_of(state, f"model.{at}"), 2, 1, 1)
        x = f.relu(_norm(state, f"model.{at + 1}", y, running))
    x = f.pad(x, (3, 3, 3, 3), mode="reflect")
    return _left(torch.tanh(_conv(state, "model.26", x, 1, 0)))


def pict_arrays(downs: int, width: int, biased: bool) -> dict[str, NDArray[np.float32]]:
    """A generator of pix2pix-tensorflow: newer ones have biases, older ones other names."""
    random = np.random.default_rng(5)
    conv, up = ("conv2d", "conv2d_transpose") if biased else ("conv", "deconv")
    kernel = "kernel" if biased else "filter"
    norm = ("batch_normalization/gamma", "batch_normalization/beta")
    if not biased:
        norm = ("batchnorm/scale", "batchnorm/offset")
    channels = [3] + [width * min(2**level, 8) for level in range(downs)]
    arrays: dict[str, NDArray[np.float32]] = {}

    def put(name: str, spread: float, *shape: int, middle: float = 0) -> None:
        arrays[f"generator/{name}"] = random.normal(middle, spread, shape).astype(np.float32)

    for level in range(1, downs + 1):
        outer, inner = channels[level - 1], channels[level]
        below = inner if level == downs else 2 * inner
        put(f"encoder_{level}/{conv}/{kernel}", 0.2, 4, 4, outer, inner)
        put(f"decoder_{level}/{up}/{kernel}", 0.2, 4, 4, outer, below)
        if biased:
            put(f"encoder_{level}/{conv}/bias", 0.2, inner)
            put(f"decoder_{level}/{up}/bias", 0.2, outer)
        for scope, size in ((f"encoder_{level}", inner), (f"decoder_{level}", outer)):
            if level > 1:
                put(f"{scope}/{norm[0]}", 0.2, size, middle=1)
                put(f"{scope}/{norm[1]}", 0.2, size)
    return arrays


def write_pict(path: Path, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Write a .pict file; the arrays become the values that it can hold."""
    names = sorted(arrays)
    flat = np.concatenate([arrays[name].reshape(-1) for name in names])
    index = np.quantile(flat, np.linspace(0, 1, 256)).astype(np.float32)
    codes = np.abs(flat[:, None] - index[None]).argmin(1).astype(np.uint8)
    rows = [{"name": name, "shape": arrays[name].shape} for name in names]
    blobs = (json.dumps(rows).encode(), index.astype("<f4").tobytes(), codes.tobytes())
    path.write_bytes(b"".join(struct.pack(">I", len(blob)) + blob for blob in blobs))
    start = 0
    for name in names:
        array = arrays[name]
        array[...] = index[codes[start : start + array.size]].reshape(array.shape)
        start += array.size


def paint_pict(arrays: Mapping[str, NDArray[np.float32]], drawing: Picture) -> Picture:
    """(H, W, 3) uint8 RGB -> the same, as the page of pix2pix-tensorflow's server paints."""

    def take(scope: str, *ends: str) -> Tensor | None:
        found = [name for name in arrays if name.startswith(f"generator/{scope}/")]
        named = [arrays[name] for name in found if name.endswith(ends)]
        return torch.from_numpy(named[0]) if named else None

    def convolve(scope: str, x: Tensor) -> Tensor:
        kernel = take(scope, "kernel", "filter")
        assert kernel is not None
        weight = kernel.permute(3, 2, 0, 1)
        if scope.startswith("encoder"):
            y = f.conv2d(x, weight, None, 2, 1)
        else:
            # TensorFlow defines the transposed convolution as the gradient of one.
            shape = (1, weight.shape[1], 2 * x.shape[2], 2 * x.shape[3])
            y = conv2d_input(shape, weight, x, 2, 1)  # type: ignore[no-untyped-call]
        bias = take(scope, "bias")
        return y if bias is None else y + bias[:, None, None]

    def normalise(scope: str, x: Tensor) -> Tensor:
        gamma, beta = take(scope, "gamma", "scale"), take(scope, "beta", "offset")
        if gamma is None or beta is None:
            return x
        mean = x.mean((2, 3), keepdim=True)
        variance = ((x - mean) ** 2).mean((2, 3), keepdim=True)
        return (x - mean) / (variance + 1e-5).sqrt() * gamma[:, None, None] + beta[:, None, None]

    downs = len({name.split("/")[1] for name in arrays if "/encoder_" in name})
    layers = [convolve("encoder_1", _entered(drawing))]
    for level in range(2, downs + 1):
        x = convolve(f"encoder_{level}", f.leaky_relu(layers[-1], 0.2))
        layers.append(normalise(f"encoder_{level}", x))
    x = layers[-1]
    for level in range(downs, 0, -1):
        if level < downs:
            x = torch.cat([x, layers[level - 1]], 1)
        x = normalise(f"decoder_{level}", convolve(f"decoder_{level}", f.relu(x)))
    return _left(torch.tanh(x))


def _entered(drawing: Picture) -> Tensor:
    return torch.from_numpy(drawing.copy()).permute(2, 0, 1)[None].float() / 255 * 2 - 1


def _left(painted: Tensor) -> Picture:
    # Cut off, as tensor2im does.
    picture = ((painted[0].permute(1, 2, 0).numpy() + 1) / 2 * 255).astype(np.uint8)
    return np.asarray(picture)


def _of(state: State, path: str) -> tuple[Tensor, Tensor | None]:
    return state[f"{path}.weight"], state.get(f"{path}.bias")


def _conv(state: State, path: str, x: Tensor, stride: int = 2, padding: int = 1) -> Tensor:
    return f.conv2d(x, *_of(state, path), stride, padding)


def _doubled(state: State, path: str, x: Tensor) -> Tensor:
    return f.conv_transpose2d(x, *_of(state, path), 2, 1)


def _norm(state: State, path: str, x: Tensor, running: bool) -> Tensor:
    if f"{path}.running_mean" not in state:
        biased = state.get("model.model.0.bias", state.get("model.1.bias")) is not None
        return f.instance_norm(x) if biased else x
    if running:
        mean, variance = state[f"{path}.running_mean"], state[f"{path}.running_var"]
        return f.batch_norm(x, mean, variance, *_of(state, path))
    return f.batch_norm(x, None, None, *_of(state, path), training=True)
