"""The network as an ONNX graph: uint8 NHWC BGR in and out, norms and scales folded away.

The network is convolutions, leaky ReLUs, doublings and joins only, and so is the graph.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from workshop.networks import REACH, SLOPE, Block, UNet
from workshop.onnx_parts import INPUT, OUTPUT, Graph, to_array


def build_onnx(network: UNet) -> onnx.ModelProto:
    """The network in its evaluation form, with running statistics folded into the convolutions.

    Returns:
        opset 17; one input `drawing` and one output `picture`, both (1, H, W, 3) uint8 BGR.
    """
    graph = Graph()
    x = _body(graph, network, _fold(graph, network))
    _unfold(graph, network, _compose(graph, network, x))
    return graph.model(network.shape.size)


def _fold(graph: Graph, network: UNet) -> str:
    # Rows of a fold, then its columns with their channels: transposed as bytes, and in two steps
    # of four dimensions; OpenVINO is 2 ms slower on the one step of six.
    stem, (height, width) = network.shape.stem, network.shape.area(0)
    x = graph.shaped(INPUT, height, stem, width, stem * 3)
    x = graph.add("Transpose", [x], perm=[0, 2, 1, 3])
    x = graph.shaped(x, 1, height, width, stem * stem * 3)
    x = graph.add("Transpose", [x], perm=[0, 3, 1, 2])
    return graph.add("Cast", [x], to=TensorProto.FLOAT)  # (1, S S 3, H/S, W/S) in 0..255


def _body(graph: Graph, network: UNet, x: str) -> str:
    order = fold_order(network.shape.stem)
    weight, bias = _folded(network.stem)
    x = _activate(graph, network.stem, graph.conv(x, weight[:, order] / 255, bias))
    skips = []
    for down in network.down:
        skips.append(x)
        x = add_block(graph, down, x)
    doubled = graph.weight(np.array([1, 1, 2, 2], np.float32))
    for level in reversed(range(network.shape.depth)):
        narrow: Any = network.narrow[level]
        x = graph.conv(x, to_array(narrow.weight), to_array(narrow.bias))
        x = graph.add(
            "Resize",
            [x, "", doubled],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        x = add_block(graph, network.up[level], graph.add("Add", [x, skips[level]]))
    return x


def _compose(graph: Graph, network: UNet, x: str) -> str:
    """`UNet.compose`, still folded: (1, C0, H/S, W/S) to (1, H/S, W/S * S S, 3) in 0..255.

    All that is made for each pixel lies in channels until the end, where OpenVINO's convolutions
    have it anyway; on one core this takes 4 ms less than laying out the layers as pictures.
    """
    stem, (height, width) = network.shape.stem, network.shape.area(0)
    area = stem * stem
    weight, bias = to_array(network.head.weight), to_array(network.head.bias)
    # -1..1 becomes 0..255 in the last convolution and in the canvas.
    order = fold_order(stem)
    colours = graph.conv(x, weight[order] * 127.5, bias[order] * 127.5 + 127.5)
    canvas = graph.weight(to_array(network.canvas) * 127.5 + 127.5)
    coarse = graph.conv(x, weight[-3:], bias[-3:])  # (1, 3, H/S, W/S)
    pads = graph.weight(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))
    coarse = graph.add("Pad", [coarse, pads], mode="edge")
    enlarging = _enlarging(stem)  # (S S, 3, 3)
    veil = np.zeros((area, 3, 3, 3), np.float32)
    veil[:, 0] = enlarging
    moves = np.zeros((area, 2, 3, 3, 3), np.float32)
    moves[:, 0, 1] = moves[:, 1, 2] = REACH * enlarging
    shown = graph.add("Sigmoid", [graph.conv(coarse, veil, padding=(0, 0))])
    places = network.places.reshape(2, height, stem, width, stem).permute(1, 3, 2, 4, 0)
    reached = graph.add(
        "Add",
        [
            _pixels(graph, graph.conv(coarse, moves.reshape(-1, 3, 3, 3), padding=(0, 0)), network),
            graph.weight(to_array(places).reshape(1, height, width * area, 2)),
        ],
    )
    moved = graph.add(
        "GridSample",
        [canvas, reached],
        mode="bilinear",
        padding_mode="border",
        align_corners=0,
    )
    moved = graph.add("Transpose", [moved], perm=[0, 2, 3, 1])
    over = graph.add("Sub", [_pixels(graph, colours, network), moved])
    return graph.add("Add", [graph.add("Mul", [over, _pixels(graph, shown, network)]), moved])


def _pixels(graph: Graph, x: str, network: UNet) -> str:
    """(1, S S N, H/S, W/S) to (1, H/S, W/S * S S, N): fold by fold, its pixels in a row."""
    height, width = network.shape.area(0)
    x = graph.add("Transpose", [x], perm=[0, 2, 3, 1])
    return graph.shaped(x, 1, height, width * network.shape.stem**2, -1)


def _unfold(graph: Graph, network: UNet, x: str) -> str:
    """(1, H/S, W/S * S S, 3) in 0..255 to the picture's bytes."""
    # A cast cuts off and wraps round; rounded and clipped, the picture is the nearest there is.
    x = graph.add("Round", [x])
    low, high = (graph.weight(np.array(limit, np.float32)) for limit in (0, 255))
    x = graph.add("Cast", [graph.add("Clip", [x, low, high])], to=TensorProto.UINT8)
    stem, (height, width) = network.shape.stem, network.shape.area(0)
    x = graph.shaped(x, height, width, stem, stem * 3)
    x = graph.add("Transpose", [x], perm=[0, 2, 1, 3])
    shape = graph.weight(np.array([1, *network.shape.size, 3], np.int64))
    return graph.add("Reshape", [x, shape], OUTPUT)


def add_block(graph: Graph, block: nn.Module, x: str) -> str:
    """Add a block, its norm folded into its convolution."""
    assert isinstance(block, Block)
    weight, bias = _folded(block)
    return _activate(graph, block, graph.conv(x, weight, bias, block.conv.stride))


def _activate(graph: Graph, block: Block, x: str) -> str:
    if block.backdrop is not None:
        x = graph.add("Add", [x, graph.weight(to_array(block.backdrop))])
    return graph.add("LeakyRelu", [x], alpha=SLOPE)


def _folded(block: Block) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weight and bias of the convolution with the norm's running statistics inside."""
    norm = block.norm
    mean, variance = to_array(norm.running_mean), to_array(norm.running_var)
    scale = to_array(norm.weight) / np.sqrt(variance + norm.eps)
    weight = to_array(block.conv.weight) * scale[:, None, None, None]
    return weight.astype(np.float32), (to_array(norm.bias) - mean * scale).astype(np.float32)


def fold_order(stem: int) -> NDArray[np.int64]:
    """Where the channels of the graph's fold (row, column, colour) lie in PyTorch's."""
    return np.arange(3 * stem * stem).reshape(3, stem, stem).transpose(1, 2, 0).reshape(-1)


def _enlarging(times: int) -> NDArray[np.float32]:
    """(times * times, 3, 3): the weights that enlarge bilinearly, each pixel of a fold its own.

    As a convolution it is free; OpenVINO's bilinear resize takes 1.5 ms a channel at 256 x 256.
    """
    rows = np.zeros((times, 3), np.float32)
    for row, offset in zip(rows, (np.arange(times) + 0.5) / times - 0.5, strict=True):
        row[:] = max(0, -offset), 1 - abs(offset), max(0, offset)
    weights: NDArray[np.float32] = np.einsum("ay,bx->abyx", rows, rows).reshape(-1, 3, 3)
    return weights
