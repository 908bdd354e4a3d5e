"""The network as an ONNX graph: uint8 NHWC BGR in and out, norms and scales folded away.

Built node by node: the network is convolutions, leaky ReLUs, doublings and joins only, and this
way nothing is in the graph that a backend has to optimise away again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from workshop.networks import REACH, SLOPE, Block, UNet

OPSET = 17
INPUT, OUTPUT = "drawing", "picture"


@dataclass
class _Graph:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def weight(self, array: NDArray[Any]) -> str:
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def conv(
        self, x: str, weight: NDArray[Any], bias: NDArray[Any], stride: tuple[int, ...] = (1, 1)
    ) -> str:
        kernel = list(weight.shape[2:])
        pads = [side // 2 for side in kernel] * 2
        names = [x, self.weight(weight), self.weight(bias)]
        return self.add("Conv", names, kernel_shape=kernel, pads=pads, strides=list(stride))

    def split(self, x: str, sizes: str, axis: int) -> list[str]:
        names = [f"split_{len(self.nodes)}_{part}" for part in range(3)]
        self.nodes.append(helper.make_node("Split", [x, sizes], names, axis=axis))
        return names

    def enlarged(self, x: str, times: int) -> str:
        scales = self.weight(np.array([1, 1, times, times], np.float32))
        return self.add("Resize", [x, "", scales], mode="linear",
                        coordinate_transformation_mode="half_pixel")

    def shaped(self, x: str, *shape: int) -> str:
        return self.add("Reshape", [x, self.weight(np.array(shape, np.int64))])


def build_onnx(network: UNet) -> onnx.ModelProto:
    """The network in its evaluation form, with running statistics folded into the convolutions.

    Returns:
        opset 17; one input `drawing` and one output `picture`, both (1, H, W, 3) uint8 BGR.
    """
    graph = _Graph()
    x = _body(graph, network, _fold(graph, network))
    _finish(graph, _compose(graph, network, x))
    image = [1, *network.shape.size, 3]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "livegan",
            [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, image)],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.UINT8, image)],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="livegan",
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _fold(graph: _Graph, network: UNet) -> str:
    # Rows of a fold, then its columns with their channels: transposed as bytes, and in two steps
    # of four dimensions; OpenVINO is 2 ms slower on the one step of six.
    stem, (height, width) = network.shape.stem, network.shape.area(0)
    x = graph.shaped(INPUT, height, stem, width, stem * 3)
    x = graph.add("Transpose", [x], perm=[0, 2, 1, 3])
    x = graph.shaped(x, 1, height, width, stem * stem * 3)
    x = graph.add("Transpose", [x], perm=[0, 3, 1, 2])
    return graph.add("Cast", [x], to=TensorProto.FLOAT)  # (1, S S 3, H/S, W/S) in 0..255


def _body(graph: _Graph, network: UNet, x: str) -> str:
    order = _fold_order(network.shape.stem)
    weight, bias = _folded(network.stem)
    x = _activate(graph, network.stem, graph.conv(x, weight[:, order] / 255, bias))
    skips = []
    for down in network.down:
        skips.append(x)
        x = _block(graph, down, x)
    doubled = graph.weight(np.array([1, 1, 2, 2], np.float32))
    for level in reversed(range(network.shape.depth)):
        narrow: Any = network.narrow[level]
        x = graph.conv(x, _array(narrow.weight), _array(narrow.bias))
        x = graph.add(
            "Resize",
            [x, "", doubled],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        x = _block(graph, network.up[level], graph.add("Add", [x, skips[level]]))
    return graph.conv(x, _array(network.head.weight), _array(network.head.bias))


def _compose(graph: _Graph, network: UNet, x: str) -> str:
    """(1, 3 S S + 3, H/S, W/S) to (1, 3, H, W): see `UNet.compose`."""
    stem = network.shape.stem
    colours = 3 * stem * stem
    sizes = graph.weight(np.array([colours, 1, 2], np.int64))
    painted, veil, moves = graph.split(x, sizes, axis=1)
    painted = graph.add("DepthToSpace", [painted], blocksize=stem, mode="CRD")
    veil = graph.add("Sigmoid", [graph.enlarged(veil, stem)])
    moves = graph.add("Transpose", [graph.enlarged(moves, stem)], perm=[0, 2, 3, 1])
    moves = graph.add("Mul", [moves, graph.weight(np.array(REACH, np.float32))])
    places = graph.weight(_array(network.places.permute(0, 2, 3, 1)))
    moved = graph.add(
        "GridSample",
        [graph.weight(_array(network.canvas)), graph.add("Add", [moves, places])],
        mode="bilinear",
        padding_mode="border",
        align_corners=0,
    )
    return graph.add("Add", [graph.add("Mul", [graph.add("Sub", [painted, moved]), veil]), moved])


def _finish(graph: _Graph, x: str) -> str:
    """-1..1 to bytes. A cast cuts off and wraps round; rounded and clipped, it is the nearest."""
    scale, middle = (graph.weight(np.array(127.5, np.float32)) for _ in range(2))
    x = graph.add("Round", [graph.add("Add", [graph.add("Mul", [x, scale]), middle])])
    low, high = (graph.weight(np.array(limit, np.float32)) for limit in (0, 255))
    x = graph.add("Cast", [graph.add("Clip", [x, low, high])], to=TensorProto.UINT8)
    return graph.add("Transpose", [x], OUTPUT, perm=[0, 2, 3, 1])


def _block(graph: _Graph, block: nn.Module, x: str) -> str:
    assert isinstance(block, Block)
    weight, bias = _folded(block)
    return _activate(graph, block, graph.conv(x, weight, bias, block.conv.stride))


def _activate(graph: _Graph, block: Block, x: str) -> str:
    if block.backdrop is not None:
        x = graph.add("Add", [x, graph.weight(_array(block.backdrop))])
    return graph.add("LeakyRelu", [x], alpha=SLOPE)


def _folded(block: Block) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weight and bias of the convolution with the norm's running statistics inside."""
    norm = block.norm
    mean, variance = _array(norm.running_mean), _array(norm.running_var)
    scale = _array(norm.weight) / np.sqrt(variance + norm.eps)
    weight = _array(block.conv.weight) * scale[:, None, None, None]
    return weight.astype(np.float32), (_array(norm.bias) - mean * scale).astype(np.float32)


def _fold_order(stem: int) -> NDArray[np.int64]:
    """Where the channels of the graph's fold (row, column, colour) lie in PyTorch's."""
    return np.arange(3 * stem * stem).reshape(3, stem, stem).transpose(1, 2, 0).reshape(-1)


def _array(tensor: Any) -> NDArray[np.float32]:
    return np.asarray(tensor.detach().cpu().float().numpy())
