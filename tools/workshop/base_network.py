"""A network to begin with: what an exported generator has learnt, in the form that trains on.

An .onnx of the recipe `live` has the same convolutions as the network that it came from, with the
norms folded into them. They are read back, norms that change nothing are put beside them, and what
paints pictures of half the size is made to paint large ones alike, only without their detail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from livegan.errors import UsageError
from livegan.model_card import read_card
from workshop.networks import Block, UNet, UNetShape
from workshop.onnx_graph import fold_order

GROWTH = 2
USUAL = 1.0
"""Size of trained weights, times the square root of how many enter: PyTorch begins with 0.58."""


def read_base(path: Path) -> UNet:
    """The network of an exported generator; it paints the same.

    Raises:
        UsageError: no generator, or of another recipe than `live`.
    """
    shape = read_card(path).training.get("shape")
    if not isinstance(shape, dict):
        raise UsageError(f"{path} was not trained with the recipe live; --base wants one that was")
    network = UNet(UNetShape(**{**shape, "size": tuple(shape["size"])}))
    graph = onnx.load(path).graph
    constants = {one.name: np.array(numpy_helper.to_array(one)) for one in graph.initializer}
    convolved = {node.output[0]: node for node in graph.node if node.op_type == "Conv"}
    convolutions = (
        [constants[name] for name in node.input[1:]] for node in convolved.values()
    )
    backdrops = (
        constants[node.input[1]]
        for node in graph.node
        if node.op_type == "Add" and node.input[0] in convolved
    )
    (canvas,) = (constants[node.input[0]] for node in graph.node if node.op_type == "GridSample")
    with torch.no_grad():
        _fill(network, convolutions, backdrops)
        network.canvas.copy_(torch.from_numpy(canvas / 127.5 - 1))
    return network.eval()


def _fill(
    network: UNet, convolutions: Iterator[list[NDArray[Any]]], backdrops: Iterator[NDArray[Any]]
) -> None:
    """Put what the graph has, in its order, where the network has it."""
    order = fold_order(network.shape.stem)
    weight, bias = next(convolutions)
    unordered = np.empty_like(weight)
    unordered[:, order] = weight * 255
    _fill_block(network.stem, unordered, bias)
    for down in network.down:
        _fill_block(down, *next(convolutions))
    for level in reversed(range(network.shape.depth)):
        narrow: Any = network.narrow[level]
        _fill_conv(narrow, *next(convolutions))
        up: Any = network.up[level]
        _fill_block(up, *next(convolutions))
        up.backdrop.copy_(torch.from_numpy(next(backdrops)))
    weight, bias = next(convolutions)
    coarse_weight, coarse_bias = next(convolutions)
    head_weight, head_bias = np.empty_like(weight), np.empty_like(bias)
    head_weight[order], head_bias[order] = weight / 127.5, (bias - 127.5) / 127.5
    _fill_conv(
        network.head,
        np.concatenate([head_weight, coarse_weight]),
        np.concatenate([head_bias, coarse_bias]),
    )


def _fill_conv(conv: nn.Conv2d, weight: NDArray[Any], bias: NDArray[Any]) -> None:
    assert conv.bias is not None
    conv.weight.copy_(torch.from_numpy(weight))
    conv.bias.copy_(torch.from_numpy(bias))


def _fill_block(block: Any, weight: NDArray[Any], bias: NDArray[Any]) -> None:
    norm = block.norm
    block.conv.weight.copy_(torch.from_numpy(weight))
    norm.weight.fill_((1 + norm.eps) ** 0.5)  # running mean 0 and variance 1, as a new norm has
    norm.bias.copy_(torch.from_numpy(bias))


def grown_shape(shape: UNetShape) -> UNetShape:
    """The shape of a grown network."""
    size = (shape.size[0] * GROWTH, shape.size[1] * GROWTH)
    return replace(shape, size=size, stem=shape.stem * GROWTH)


def grown(network: UNet) -> UNet:
    """The network for pictures of twice the side: it paints what it did, enlarged.

    Each pixel becomes four in its fold. All else, and so the work, stays.
    """
    old = network.shape
    large = UNet(grown_shape(old))
    state = network.state_dict()
    head = 3 * old.stem**2
    state["stem.conv.weight"] = _spread(state["stem.conv.weight"].transpose(0, 1), old.stem)
    state["stem.conv.weight"] = state["stem.conv.weight"].transpose(0, 1) / GROWTH**2
    for name in ("head.weight", "head.bias"):
        colours = _spread(state[name][:head], old.stem)
        state[name] = torch.cat([colours, state[name][head:]])
    enlarged = nn.functional.interpolate(state["canvas"], large.shape.size, mode="bicubic")
    state["canvas"] = enlarged.clamp(-1, 1)
    large.load_state_dict(state)
    return large.eval()


def _spread(folded: Tensor, stem: int) -> Tensor:
    """(3 S S, ...) -> (3 2S 2S, ...), each pixel of the fold four times."""
    pixels = folded.reshape(3, stem, stem, *folded.shape[1:])
    pixels = pixels.repeat_interleave(GROWTH, 1).repeat_interleave(GROWTH, 2)
    return pixels.reshape(-1, *folded.shape[1:])


@torch.no_grad()
def settle_norms(network: UNet, drawings: Tensor) -> None:
    """Make a network fit to be trained on: give its norms the statistics of what comes through
    them, and weights their usual size. It paints as before.

    Args:
        network: one whose norms change nothing, as `read_base` gives it.
        drawings: (B, 3, H, W) in 0..1, as many and as various as there are.
    """

    def settle(norm: nn.BatchNorm2d, given: tuple[Tensor]) -> None:
        assert norm.running_mean is not None and norm.running_var is not None
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        shift = norm.bias - norm.running_mean * scale
        variance, mean = torch.var_mean(given[0], (0, 2, 3), correction=0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(scale * torch.sqrt(variance + norm.eps))
        norm.bias.copy_(shift + mean * scale)

    blocks = [module for module in network.modules() if isinstance(module, Block)]
    hooks = [block.norm.register_forward_pre_hook(settle) for block in blocks]
    network.eval()(drawings)
    for hook in hooks:
        hook.remove()
    for block in blocks:
        _spread_weights(block)


def _spread_weights(block: Block) -> None:
    """Make weights before a norm as large as training expects them; the norm takes it back.

    With the norm folded in they are up to four times smaller, and Adam's steps, which are as long
    for small weights as for large ones, would undo what was learnt.
    """
    weight, norm = block.conv.weight, block.norm
    assert norm.running_mean is not None and norm.running_var is not None
    size = weight.square().mean((1, 2, 3)).sqrt()  # (leaving,)
    larger = USUAL / weight[0].numel() ** 0.5 / size.clamp_min(1e-8)
    weight.mul_(larger[:, None, None, None])
    # The norm adds its eps to the variance; that has to grow with it.
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    norm.running_mean.mul_(larger)
    norm.running_var.mul_(larger**2)
    norm.weight.copy_(scale / larger * torch.sqrt(norm.running_var + norm.eps))
