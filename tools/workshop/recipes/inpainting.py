"""Painting only where a drawing hides the picture, and leaving the rest as it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor
from torch.nn import functional

from workshop.classic_networks import ClassicNetwork
from workshop.classic_painting import paint
from workshop.onnx_parts import INPUT, OUTPUT

FILLINGS: dict[str, tuple[int, int, int]] = {"black": (0, 0, 0), "magenta": (255, 0, 255)}
"""BGR of what hides a picture. Noise is not among them: nobody can tell it from a picture."""
TOLERANCE = 8
"""Grey levels by which a hiding pixel may differ: cameras and codecs are not exact."""
SPECK_PX = 1
"""What is no wider than twice this is no hole: black hair is as black as a hole, here and there."""
RIM_PX = 2
"""How far over a hole's edge is painted: scaled and compressed, its outermost pixels are a mixture,
and stood around the painting as a dark line."""


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

    def holes(self, drawings: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """(N, H, W): where drawings (N, H, W, 3) are painted over, the rims included."""
        away = np.abs(drawings.astype(np.float32) - self.colour).max(axis=3)
        hidden = (away <= TOLERANCE).astype(np.uint8)
        return np.stack([_grown(_shrunk(one)) for one in hidden]) > 0

    def lay(self, painted: NDArray[np.uint8], drawings: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(N, H, W, 3): what was painted where the drawings have holes, else the drawings."""
        return np.where(self.holes(drawings)[..., np.newaxis], painted, drawings)

    @staticmethod
    def over(painted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        """(B, 3, H, W): what was painted where masks (B, 1, H, W) in 0..1 hide the picture and on
        their rims, else the target."""
        reach = functional.max_pool2d(mask, 2 * RIM_PX + 1, stride=1, padding=RIM_PX)
        return torch.where(reach > 0.5, painted, target)

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
                # (1, H, W, 1), and for pooling (1, 1, H, W)
                helper.make_node("Transpose", ["away"], ["away_plane"], perm=[0, 3, 1, 2]),
                _widest("away_plane", "away_near", SPECK_PX),
                helper.make_node("LessOrEqual", ["away_near", "tolerance"], ["hole"]),
                helper.make_node("Cast", ["hole"], ["hole_level"], to=TensorProto.FLOAT),
                _widest("hole_level", "hole_grown", SPECK_PX + RIM_PX),
                helper.make_node("Cast", ["hole_grown"], ["hidden_plane"], to=TensorProto.BOOL),
                helper.make_node("Transpose", ["hidden_plane"], ["hidden"], perm=[0, 2, 3, 1]),
                helper.make_node("Where", ["hidden", "all_painted", INPUT], [OUTPUT]),
            ]
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def _shrunk(hidden: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.erode(hidden, _square(SPECK_PX)), np.uint8)


def _grown(hidden: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.dilate(hidden, _square(SPECK_PX + RIM_PX)), np.uint8)


def _square(radius: int) -> NDArray[np.uint8]:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def _widest(given: str, made: str, radius: int) -> onnx.NodeProto:
    """The largest within `radius` pixels, each way."""
    side = 2 * radius + 1
    return helper.make_node("MaxPool", [given], [made], made, kernel_shape=[side, side],
                            pads=[radius] * 4)


def paint_pasted(
    network: ClassicNetwork, drawings: NDArray[np.uint8], paste: Paste | None
) -> NDArray[np.uint8]:
    """Paint (N, H, W, 3) uint8 BGR drawings with a network that may be in training."""
    network.eval()
    painted = paint(network, drawings)
    return paste.lay(painted, drawings) if paste else painted
