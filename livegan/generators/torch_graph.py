"""A generator's ONNX graph as a module of PyTorch.

It knows the operators that our exporters write, in the forms in which they write them, and refuses
all others by name: nothing is painted otherwise than the graph says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as f

from livegan.errors import ModelError

Step = Callable[..., Tensor]

_TYPES = {
    TensorProto.UINT8: torch.uint8,
    TensorProto.FLOAT: torch.float32,
    TensorProto.FLOAT16: torch.float16,
    TensorProto.INT32: torch.int32,
    TensorProto.INT64: torch.int64,
}
_PLAIN: Mapping[str, Step] = {
    "Add": torch.add,
    "Floor": torch.floor,
    "Greater": torch.gt,
    "Mul": torch.mul,
    "Pow": torch.pow,
    "Relu": torch.relu,
    "Round": torch.round,
    "Sigmoid": torch.sigmoid,
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Where": torch.where,
    "Clip": torch.clamp,
    "Gemm": lambda x, matrix, shift: torch.addmm(shift, x, matrix),
}


class TorchGraph(nn.Module):
    """A graph with one input and one output, in the types that stand in it.

    Weights of convolutions lie channels-last, and with them all that is computed from them.

    Args:
        model: a network that our exporters wrote, or `typed_graph` of one.

    Raises:
        ModelError: an operator that is unknown, or in a form that is; the message names it.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self._input, self._output = model.graph.input[0].name, model.graph.output[0].name
        arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self._steps: list[tuple[Step, list[str], str]] = []
        kept: dict[str, bool] = {}
        for node in model.graph.node:
            known = _Node(node, arrays)
            step = _make(known)
            tensors = [name for name in node.input if name and name not in known.read]
            self._steps.append((step, tensors, node.output[0]))
            is_kernel = node.op_type in ("Conv", "ConvTranspose")
            kept |= {name: is_kernel and arrays[name].ndim == 4 for name in tensors
                     if name in arrays}
        self._places: dict[str, str] = {}
        for place, (name, is_kernel) in enumerate(kept.items()):
            tensor = torch.from_numpy(arrays[name].copy())
            if is_kernel:
                tensor = tensor.contiguous(memory_format=torch.channels_last)
            self._places[name] = f"constant_{place}"
            self.register_buffer(self._places[name], tensor)

    def forward(self, drawing: Tensor) -> Tensor:
        """Paint: (1, H, W, 3) uint8 BGR -> the same."""
        tensors = {name: self.get_buffer(place) for name, place in self._places.items()}
        tensors[self._input] = drawing
        for step, names, output in self._steps:
            tensors[output] = step(*(tensors[name] for name in names))
        return tensors[self._output]


class _Node:
    """A node as it is read: what of it was asked for, so that the rest is not passed over."""

    def __init__(self, node: onnx.NodeProto, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.kind = node.op_type
        self.name = node.name or node.output[0]
        self.read: set[str] = set()
        self._inputs = node.input
        self._arrays = arrays
        self._left = {one.name: helper.get_attribute_value(one) for one in node.attribute}

    def take(self, name: str, default: Any = None) -> Any:
        """An attribute."""
        value = self._left.pop(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def expect(self, **wanted: Any) -> None:
        """Refuse the node if an attribute has another value; one that is missing is right."""
        for name, value in wanted.items():
            if (found := self.take(name, value)) != value:
                raise self.unknown(f"{name} {found}")

    def constant(self, place: int) -> list[Any]:
        """An input that is fixed, as numbers; it is no tensor of the step then."""
        name = self._inputs[place]
        if name not in self._arrays:
            raise self.unknown(f"input {place} that is computed")
        self.read.add(name)
        values: list[Any] = np.asarray(self._arrays[name]).reshape(-1).tolist()
        return values

    def unknown(self, what: str) -> ModelError:
        """That this can't be painted."""
        return ModelError(f"PyTorch can't run {self.kind} with {what} (node {self.name})")

    def finish(self) -> None:
        """Refuse the node if it says more than was asked for."""
        if self._left:
            raise self.unknown(", ".join(f"{name} {value}" for name, value in self._left.items()))


def _make(node: _Node) -> Step:
    if node.kind in _PLAIN:
        step = _PLAIN[node.kind]
    elif node.kind in _MAKERS:
        step = _MAKERS[node.kind](node)
    else:
        raise ModelError(f"PyTorch can't run operator {node.kind} (node {node.name})")
    node.finish()
    return step


def _conv(node: _Node) -> Step:
    node.expect(group=1, dilations=[1, 1])
    node.take("kernel_shape")
    stride, padding = node.take("strides", [1, 1]), _both_sides(node)
    return lambda x, weight, bias=None: f.conv2d(x, weight, bias, stride, padding)


def _conv_transpose(node: _Node) -> Step:
    node.expect(group=1, dilations=[1, 1])
    node.take("kernel_shape")
    stride, padding = node.take("strides", [1, 1]), _both_sides(node)
    more = node.take("output_padding", [0, 0])
    return lambda x, weight, bias=None: f.conv_transpose2d(x, weight, bias, stride, padding, more)


def _both_sides(node: _Node) -> list[int]:
    pads = node.take("pads", [0, 0, 0, 0])
    if pads[:2] != pads[2:]:
        raise node.unknown(f"pads {pads}")
    return list(pads[:2])


def _average_pool(node: _Node) -> Step:
    kernel, stride = node.take("kernel_shape"), node.take("strides", [1, 1])
    return lambda x: f.avg_pool2d(x, kernel, stride)


def _pad(node: _Node) -> Step:
    mode = {"edge": "replicate", "reflect": "reflect"}.get(node.take("mode", "constant"))
    pads = node.constant(1)
    if mode is None or len(pads) != 8 or any(pads[:2] + pads[4:6]):
        raise node.unknown(f"pads {pads} in another mode than edge or reflect")
    sides = [pads[3], pads[7], pads[2], pads[6]]
    return lambda x: f.pad(x, sides, mode)


def _resize(node: _Node) -> Step:
    mode, coordinates = node.take("mode"), node.take("coordinate_transformation_mode")
    node.expect(nearest_mode="floor")
    scales = node.constant(2)
    if scales[:2] != [1, 1] or len(scales) != 4:
        raise node.unknown(f"scales {scales}")
    if (mode, coordinates) == ("nearest", "asymmetric"):
        return lambda x: f.interpolate(x, scale_factor=scales[2:], mode="nearest")
    if (mode, coordinates) == ("linear", "half_pixel"):
        return lambda x: f.interpolate(
            x, scale_factor=scales[2:], mode="bilinear", align_corners=False
        )
    raise node.unknown(f"mode {mode}, {coordinates}")


def _grid_sample(node: _Node) -> Step:
    node.expect(mode="bilinear", align_corners=0)
    padding = {"border": "border", "zeros": "zeros"}[node.take("padding_mode", "zeros")]
    return lambda x, grid: f.grid_sample(x, grid, "bilinear", padding, align_corners=False)


def _instance_norm(node: _Node) -> Step:
    epsilon = node.take("epsilon", 1e-5)

    def step(x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
        factor = scale[:, None, None] * torch.rsqrt(variance + epsilon)
        return (x - mean) * factor + bias[:, None, None]

    return step


def _depth_to_space(node: _Node) -> Step:
    mode, times = node.take("mode", "DCR"), node.take("blocksize")
    if mode != "CRD":
        raise node.unknown(f"mode {mode}")
    return lambda x: f.pixel_shuffle(x, times)


def _slice(node: _Node) -> Step:
    starts, ends, axes = (node.constant(place) for place in (1, 2, 3))
    cuts = {axis: slice(start, end) for axis, start, end in zip(axes, starts, ends, strict=True)}
    where = tuple(cuts.get(axis, slice(None)) for axis in range(max(axes) + 1))
    return lambda x: x[where]


def _reduce_mean(node: _Node) -> Step:
    axes, keep = node.take("axes"), bool(node.take("keepdims", 1))
    return lambda x: x.mean(axes, keepdim=keep)


def _reduce_sum(node: _Node) -> Step:
    axes, keep = node.constant(1), bool(node.take("keepdims", 1))
    return lambda x: x.sum(axes, keepdim=keep)


def _gather(node: _Node) -> Step:
    node.expect(axis=0)
    return lambda table, places: table[places.long()]


def _cast(node: _Node) -> Step:
    kind = node.take("to")
    if kind not in _TYPES:
        raise node.unknown(f"to {TensorProto.DataType.Name(kind)}")
    return lambda x: x.to(_TYPES[kind])


def _reshape(node: _Node) -> Step:
    shape = node.constant(1)
    if 0 in shape:
        raise node.unknown(f"shape {shape}")
    return lambda x: x.reshape(shape)


def _transpose(node: _Node) -> Step:
    order = node.take("perm")
    return lambda x: x.permute(order)


def _leaky_relu(node: _Node) -> Step:
    slope = node.take("alpha", 0.01)
    return lambda x: f.leaky_relu(x, slope)


def _softmax(node: _Node) -> Step:
    axis = node.take("axis", -1)
    return lambda x: torch.softmax(x, axis)


def _concat(node: _Node) -> Step:
    axis = node.take("axis")
    return lambda *parts: torch.cat(parts, axis)


_MAKERS: Mapping[str, Callable[[_Node], Step]] = {
    "AveragePool": _average_pool,
    "Cast": _cast,
    "Concat": _concat,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "DepthToSpace": _depth_to_space,
    "Gather": _gather,
    "GridSample": _grid_sample,
    "InstanceNormalization": _instance_norm,
    "LeakyRelu": _leaky_relu,
    "Pad": _pad,
    "ReduceMean": _reduce_mean,
    "ReduceSum": _reduce_sum,
    "Reshape": _reshape,
    "Resize": _resize,
    "Slice": _slice,
    "Softmax": _softmax,
    "Transpose": _transpose,
}
