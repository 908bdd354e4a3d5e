"""Grey and Lab in an ONNX graph: the twins of the functions in classic_painting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from workshop.classic_painting import LUMA_BGR, LUMINANCE_BGR, WHITE_XYZ, XYZ_TO_BGR
from workshop.onnx_parts import Graph


def grey(graph: Graph, bgr: str) -> str:
    """(1, 3, H, W) BGR in 0..255 -> (1, 1, H, W) as Pillow has it."""
    # Whole numbers up to 2^24: exact in float32.
    x = graph.conv(bgr, _mixing([LUMA_BGR]), np.array([32768], np.float32))
    return graph.add("Floor", [graph.scaled(x, 1 / 65536)])


def lightness(graph: Graph, bgr: str) -> str:
    """CIE 1976 L, 0..100, of sRGB: (1, 3, H, W) BGR in 0..255 -> (1, 1, H, W)."""
    x = np.arange(256) / 255
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    level = graph.add("Cast", [bgr], to=TensorProto.INT32)
    light = graph.add("Gather", [graph.weight(linear.astype(np.float32)), level], axis=0)
    y = graph.conv(light, _mixing([LUMINANCE_BGR]))
    root = _either(graph, y, 0.008856, _power(graph, y, 1 / 3), graph.scaled(y, 7.787, 16 / 116))
    return graph.scaled(root, 116, -16)


def coloured(graph: Graph, light: str, ab: str) -> str:
    """CIE 1976 Lab to sRGB: (1, 1, H, W) and (1, 2, H, W) -> (1, 3, H, W) BGR in 0..255."""
    y = graph.scaled(light, 1 / 116, 16 / 116)
    apart = graph.conv(ab, _mixing([(1 / 500, 0), (0, 0), (0, -1 / 200)]))
    root = graph.add("Add", [apart, y])  # (1, 3, H, W): X, Y, Z
    straight = graph.scaled(root, 1 / 7.787, -16 / 116 / 7.787)
    xyz = _either(graph, root, 0.206893, _power(graph, root, 3), straight)
    matrix = np.array(XYZ_TO_BGR) * np.array(WHITE_XYZ)
    low, high = (graph.weight(np.array(limit, np.float32)) for limit in (1e-8, 1))
    linear = graph.add("Clip", [graph.conv(xyz, _mixing(matrix.tolist())), low, high])
    curved = graph.scaled(_power(graph, linear, 1 / 2.4), 255 * 1.055, -255 * 0.055)
    return _either(graph, linear, 0.0031308, curved, graph.scaled(linear, 255 * 12.92))


def _mixing(rows: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)[:, :, None, None]


def _power(graph: Graph, x: str, exponent: float) -> str:
    return graph.add("Pow", [x, graph.weight(np.array(exponent, np.float32))])


def _either(graph: Graph, x: str, limit: float, above: str, below: str) -> str:
    is_above = graph.add("Greater", [x, graph.weight(np.array(limit, np.float32))])
    return graph.add("Where", [is_above, above, below])
