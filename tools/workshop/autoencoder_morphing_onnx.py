"""A morphing decoder as part of a graph: the twin of `autoencoder_morphing.Morphing.compose`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from workshop.autoencoder_morphing import GRID, SHARES, SHOWN, TOUCHES, Morphing, places_of
from workshop.onnx_parts import Graph, to_array


def add_morphing(graph: Graph, decoder: Morphing, x: str) -> str:
    """Add all that comes after the trunk.

    Args:
        graph: what is added to.
        decoder: trained.
        x: (1, 48, 32, 32), what its trunk gives.

    Returns:
        (1, 3, 256, 256) in 0..255, neither rounded nor clipped.
    """
    count = len(decoder.canvases)
    # As bytes, which the pictures were that they come from: a quarter of the file.
    canvases = np.rint(to_array(decoder.canvases) * 127.5 + 127.5).astype(np.uint8)
    canvas = graph.add("Cast", [graph.weight(canvases)], to=TensorProto.FLOAT)
    moves = _enlarged(graph, _conv(graph, decoder.moves, x), 2 * count, GRID)
    moves = graph.shaped(moves, count, 2, SHOWN, SHOWN)
    moves = graph.add("Transpose", [moves], perm=[0, 2, 3, 1])
    places = to_array(places_of(SHOWN).permute(0, 2, 3, 1))
    bent = graph.add(
        "GridSample",
        [canvas, graph.add("Add", [moves, graph.weight(places)])],
        mode="bilinear",
        padding_mode="border",
        align_corners=0,
    )  # (K, 3, 256, 256)
    shares = _unfolded(graph, _conv(graph, decoder.shares, x), SHARES)
    shares = _enlarged(graph, graph.add("Softmax", [shares], axis=1), count, GRID * SHARES)
    shares = graph.shaped(shares, count, 1, SHOWN, SHOWN)
    axis = graph.weight(np.array([0], np.int64))
    mixed = graph.add("ReduceSum", [graph.add("Mul", [bent, shares]), axis], keepdims=1)
    touches = _unfolded(graph, _conv(graph, decoder.touches, x, 127.5), TOUCHES)
    touches = graph.shaped(
        _enlarged(graph, touches, 3, GRID * TOUCHES), 1, 3, SHOWN, SHOWN
    )
    return graph.add("Add", [mixed, touches])


def _conv(graph: Graph, conv: nn.Conv2d, x: str, scale: float = 1) -> str:
    assert conv.bias is not None
    return graph.conv(x, to_array(conv.weight) * np.float32(scale),
                      to_array(conv.bias) * np.float32(scale))


def _unfolded(graph: Graph, x: str, times: int) -> str:
    return graph.add("DepthToSpace", [x], blocksize=times, mode="CRD")


def _enlarged(graph: Graph, x: str, channels: int, side: int) -> str:
    """(1, N, side, side) to (N, 1, 256, 256), as PyTorch's bilinear interpolation does it.

    As a convolution: OpenVINO's bilinear resize takes 1.5 ms a channel.
    """
    times = SHOWN // side
    x = graph.shaped(x, channels, 1, side, side)
    pads = graph.weight(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))
    x = graph.add("Pad", [x, pads], mode="edge")
    x = graph.conv(x, _bilinear(times), padding=(0, 0))
    return _unfolded(graph, x, times)


def _bilinear(times: int) -> NDArray[np.float32]:
    """(times * times, 1, 3, 3): what nine neighbours give to each pixel that the middle becomes."""
    offset = (np.arange(times)[:, None] + 0.5) / times - 0.5
    rows = np.maximum(1 - np.abs(offset - np.arange(-1, 2)), 0)
    weights: NDArray[np.float64] = np.einsum("ay,bx->abyx", rows, rows)
    return weights.reshape(-1, 1, 3, 3).astype(np.float32)
