"""Painting only where a drawing hides the picture, and leaving the rest as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from workshop.classic_networks import ClassicNetwork
from workshop.classic_painting import paint
from workshop.onnx_parts import INPUT, OUTPUT

FILLINGS: dict[str, tuple[int, int, int]] = {"black": (0, 0, 0), "magenta": (255, 0, 255)}
"""BGR of what hides a picture. Noise is not among them: nobody can tell it from a picture."""
TOLERANCE = 8
"""Grey levels by which a hiding pixel may differ: cameras and codecs are not exact."""


@dataclass(frozen=True)
class Paste:
    """Where the painted picture is laid over the drawing.

    Args:
        filling: the colour that hides the picture, a name in `FILLINGS`.
    """

    filling: str

    @property
    def colour(self) -> NDArray[np.float32]:
        """(3,) BGR."""
        return np.array(FILLINGS[self.filling], np.float32)

    def lay(self, painted: NDArray[np.uint8], drawings: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(N, H, W, 3): what was painted where the drawings have the filling, else the drawings."""
        away = np.abs(drawings.astype(np.float32) - self.colour).max(axis=3, keepdims=True)
        return np.where(away <= TOLERANCE, painted, drawings)

    def add_to(self, model: onnx.ModelProto) -> onnx.ModelProto:
        """Let a generator's graph do the same."""
        graph = model.graph
        last = next(node for node in graph.node if OUTPUT in node.output)
        last.output[list(last.output).index(OUTPUT)] = "all_painted"
        constants = {"filling": self.colour, "tolerance": np.array(TOLERANCE, np.float32)}
        graph.initializer.extend(
            numpy_helper.from_array(array, name) for name, array in constants.items()
        )
        graph.node.extend(
            [
                helper.make_node("Cast", [INPUT], ["given"], "given", to=TensorProto.FLOAT),
                helper.make_node("Sub", ["given", "filling"], ["from_filling"]),
                helper.make_node("Abs", ["from_filling"], ["from_filling_abs"]),
                helper.make_node("ReduceMax", ["from_filling_abs"], ["away"], axes=[3], keepdims=1),
                helper.make_node("LessOrEqual", ["away", "tolerance"], ["hidden"]),
                helper.make_node("Where", ["hidden", "all_painted", INPUT], [OUTPUT]),
            ]
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def paint_pasted(
    network: ClassicNetwork, drawings: NDArray[np.uint8], paste: Paste | None
) -> NDArray[np.uint8]:
    """Paint (N, H, W, 3) uint8 BGR drawings with a network that may be in training."""
    network.eval()
    painted = paint(network, drawings)
    return paste.lay(painted, drawings) if paste else painted
