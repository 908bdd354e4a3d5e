"""What every generator's ONNX graph is put together from: nodes, weights, and the outer form.

Graphs are built node by node from the live network, not traced: so nothing is in them that a
backend has to optimise away again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
INPUT, OUTPUT = "drawing", "picture"


@dataclass
class Graph:
    """A graph in the making; methods return the name of what they add."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """A node of ONNX's operator `kind` with one output."""
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def weight(self, array: NDArray[Any]) -> str:
        """A constant."""
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def conv(
        self,
        x: str,
        weight: NDArray[Any],
        bias: NDArray[Any] | None = None,
        stride: tuple[int, ...] = (1, 1),
        padding: tuple[int, ...] | None = None,
    ) -> str:
        """A convolution.

        Args:
            x: what is convolved.
            weight: (leaving, entering, rows, columns).
            bias: (leaving,).
            stride: down and across.
            padding: zeros above and to the left, as many below and to the right; half of the
                kernel when None.
        """
        kernel = list(weight.shape[2:])
        pads = [side // 2 for side in kernel] if padding is None else list(padding)
        names = [x, self.weight(weight), *([] if bias is None else [self.weight(bias)])]
        return self.add("Conv", names, kernel_shape=kernel, pads=pads * 2, strides=list(stride))

    def shaped(self, x: str, *shape: int) -> str:
        """The same values in another shape."""
        return self.add("Reshape", [x, self.weight(np.array(shape, np.int64))])

    def scaled(self, x: str, scale: float, offset: float = 0) -> str:
        """scale * x + offset."""
        x = self.add("Mul", [x, self.weight(np.array(scale, np.float32))])
        return self.add("Add", [x, self.weight(np.array(offset, np.float32))]) if offset else x

    def model(self, size: tuple[int, int]) -> onnx.ModelProto:
        """The finished generator.

        Args:
            size: height and width in pixels of drawing and picture.

        Returns:
            opset 17; one input `drawing` and one output `picture`, both (1, H, W, 3) uint8 BGR.
        """
        image = [1, *size, 3]
        model = helper.make_model(
            helper.make_graph(
                self.nodes,
                "livegan",
                [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, image)],
                [helper.make_tensor_value_info(OUTPUT, TensorProto.UINT8, image)],
                self.weights,
            ),
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="livegan",
            ir_version=8,
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def to_array(tensor: Any) -> NDArray[np.float32]:
    """A tensor of PyTorch as a float32 array."""
    return np.asarray(tensor.detach().cpu().float().numpy())
