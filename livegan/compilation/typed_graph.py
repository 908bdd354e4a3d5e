"""A generator's graph for compilers that take its types at their word: bytes only at its ends,
and half precision only where nobody will see it.

TensorRT knows bytes as a network's input and output, with a cast next to them, and nowhere else;
and what is half and what is single stands in the graph, since TensorRT 11 leaves no other way.

Half are the wide convolutions, where nearly all of the work is, and what lies between them. What
is narrow stays single, and costs next to nothing: colours as they enter and leave, the moves of a
warp, which are fractions of a pixel where half precision has 11 bits for 256 of them. So does
what sums over a whole picture or over all of a face, as an instance norm or a matrix does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from livegan.errors import ModelError

PRECISIONS = ("f32", "f16")
_WIDE = 16
"""Channels on both sides from which on a convolution is worth being half."""
_BETWEEN = ("Add", "Concat", "DepthToSpace", "LeakyRelu", "Mul", "Pad", "Relu", "Reshape",
            "Resize", "Transpose")
"""What is half where all that it takes, or all that takes it, is half."""
_SINGLE, _HALF = TensorProto.FLOAT, TensorProto.FLOAT16
_NUMBERS = (_SINGLE, _HALF, TensorProto.UINT8)
"""Types of what is computed with; all else counts or chooses, and is left alone."""


def typed_graph(model: onnx.ModelProto, precision: str) -> onnx.ModelProto:
    """The same network, with casts where types meet.

    Args:
        model: a generator: one input and one output, both (1, H, W, 3) uint8.
        precision: "f32", or "f16" for half precision where it does no harm.

    Returns:
        its input goes into one cast (or one for each type), its output comes from one.

    Raises:
        ModelError: another precision, or a network that isn't one.
    """
    if precision not in PRECISIONS:
        wanted = ", ".join(PRECISIONS)
        raise ModelError(f"precision {precision!r} is unknown; TensorRT takes {wanted}")
    try:
        onnx.checker.check_model(model)
        inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelError(f"not a network: {' '.join(str(error).split())}") from error
    graph = _Graph.read(inferred.graph)
    halves = _halves(graph) if precision == "f16" else set()
    typed = _Writer(graph, halves).write(model.graph)
    written = helper.make_model(typed, opset_imports=model.opset_import, ir_version=8)
    onnx.checker.check_model(written, full_check=True)
    return written


@dataclass
class _Graph:
    """What of a network matters here.

    Args:
        nodes: in order, without the casts between numbers.
        constants: by name.
        types: of each tensor, by name.
        same: names that stand for another one, since only a cast lay between.
    """

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, graph: onnx.GraphProto) -> _Graph:
        """Sort a network out; its types have been inferred."""
        found = cls()
        for tensor in graph.initializer:
            found.constants[tensor.name] = numpy_helper.to_array(tensor)
            found.types[tensor.name] = tensor.data_type
        for value in (*graph.input, *graph.value_info, *graph.output):
            found.types[value.name] = value.type.tensor_type.elem_type
        sizes = {value.name: value.type.tensor_type.shape.dim for value in graph.value_info}
        for node in graph.node:
            if node.op_type == "InstanceNormalization" and _is_one_value(sizes[node.input[0]]):
                found.nodes.append(found.constant_norm(node))
            elif node.op_type == "Cast" and all(map(found.is_number, (*node.input, *node.output))):
                found.same[node.output[0]] = found.source(node.input[0])
            else:
                found.nodes.append(node)
        return found

    def constant_norm(self, node: onnx.NodeProto) -> onnx.NodeProto:
        """A norm of a single value, which TensorRT refuses: whatever it is, the bias comes out."""
        bias = self.constants[node.input[2]].reshape(1, -1, 1, 1)
        name, nothing = f"{node.output[0]}_bias", f"{node.output[0]}_nothing"
        self.constants |= {name: bias, nothing: np.zeros((), np.float32)}
        self.types |= {name: _SINGLE, nothing: _SINGLE}
        kept = f"{node.output[0]}_kept"
        self.types[kept] = _SINGLE
        self.nodes.append(helper.make_node("Mul", [node.input[0], nothing], [kept], kept))
        return helper.make_node("Add", [kept, name], list(node.output), node.name)

    def source(self, name: str) -> str:
        """What a name stands for."""
        return self.same.get(name, name)

    def is_number(self, name: str) -> bool:
        """Whether a tensor is computed with."""
        return bool(name) and self.types.get(name) in _NUMBERS

    def computes_with(self, node: onnx.NodeProto, place: int) -> bool:
        """Whether that input has to be of the node's own type."""
        # How much a picture is resized by is single, whatever the picture is.
        aside = node.op_type == "Resize" and place > 0
        return self.is_number(node.input[place]) and not aside

    def numbers(self, node: onnx.NodeProto) -> Iterator[str]:
        """What a node computes with, constants included."""
        for place, name in enumerate(node.input):
            if self.computes_with(node, place):
                yield self.source(name)


def _is_one_value(sides: Sequence[onnx.TensorShapeProto.Dimension]) -> bool:
    return all(side.dim_value == 1 for side in sides[2:])


def _halves(graph: _Graph) -> set[int]:
    """Places of the nodes that are half."""
    halves = {place for place, node in enumerate(graph.nodes) if _is_wide(graph, node)}
    makers = {node.output[0]: place for place, node in enumerate(graph.nodes)}
    takers: dict[str, set[int]] = {}
    for place, node in enumerate(graph.nodes):
        for name in graph.numbers(node):
            takers.setdefault(name, set()).add(place)
    between = [p for p, node in enumerate(graph.nodes) if node.op_type in _BETWEEN]
    for place in reversed(between):
        then = takers.get(graph.nodes[place].output[0], set())
        if then and then <= halves:
            halves.add(place)
    for place in between:
        given = [name for name in graph.numbers(graph.nodes[place]) if name not in graph.constants]
        if given and all(makers.get(name) in halves for name in given):
            halves.add(place)
    return halves


def _is_wide(graph: _Graph, node: onnx.NodeProto) -> bool:
    if node.op_type not in ("Conv", "ConvTranspose"):
        return False
    weight = graph.constants.get(graph.source(node.input[1]))
    return weight is not None and min(weight.shape[:2]) >= _WIDE


class _Writer:
    def __init__(self, graph: _Graph, halves: set[int]) -> None:
        self._graph = graph
        self._halves = halves
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._made: dict[str, int] = {}  # what there is of each tensor of numbers: its type
        self._casts: set[str] = set()

    def write(self, outline: onnx.GraphProto) -> onnx.GraphProto:
        """The network, with name, input and output as `outline` has them."""
        picture = outline.output[0].name
        last = self._graph.source(picture)
        for place, node in enumerate(self._graph.nodes):
            self._add(node, _HALF if place in self._halves else _SINGLE, picture)
        source = self._inner(last, picture) if last in self._made else self._in_type(last, _SINGLE)
        self._nodes.append(
            helper.make_node("Cast", [source], [picture], "as_bytes", to=TensorProto.UINT8)
        )
        return helper.make_graph(
            self._nodes, outline.name, outline.input, outline.output,
            list(self._constants.values()),
        )

    def _add(self, node: onnx.NodeProto, kind: int, picture: str) -> None:
        inputs = []
        for place, name in enumerate(node.input):
            source, computes = self._graph.source(name), self._graph.computes_with(node, place)
            inputs.append(
                self._in_type(source, kind) if computes else self._constant(source, None)
            )
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        outputs = [self._inner(name, picture) for name in node.output]
        del copy.input[:], copy.output[:]
        copy.input.extend(inputs)
        copy.output.extend(outputs)
        self._nodes.append(copy)
        self._made.update({name: kind for name in node.output if self._graph.is_number(name)})

    def _inner(self, name: str, picture: str) -> str:
        """The output's name belongs to its bytes."""
        return f"{name}_in_numbers" if name == picture else name

    def _in_type(self, name: str, kind: int) -> str:
        """A tensor of numbers in that type, cast if it must be."""
        if name in self._graph.constants:
            return self._constant(name, kind)
        if self._made.get(name) == kind:
            return name
        cast = f"{name}_{'half' if kind == _HALF else 'single'}"
        if cast not in self._casts:
            self._casts.add(cast)
            self._nodes.append(helper.make_node("Cast", [name], [cast], cast, to=kind))
        return cast

    def _constant(self, name: str, kind: int | None) -> str:
        """A constant in that type, or in its own; what is none keeps its name."""
        array = self._graph.constants.get(name)
        if array is None:
            return name
        if kind is not None and kind != self._graph.types[name]:
            name = f"{name}_{'half' if kind == _HALF else 'single'}"
            array = array.astype(np.float16 if kind == _HALF else np.float32)
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(array, name)
        return name
