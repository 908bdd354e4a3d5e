"""A generator file without training: it paints its drawing in reverse, white on black."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from livegan.model_card import ConditionerCard, ModelCard, Puppet, write_card
from livegan.parameters import Setting


def write_generator(
    path: Path,
    *,
    kind: str = "canny",
    version: int = 1,
    settings: Mapping[str, Setting] | None = None,
    size: int | tuple[int, int] = 64,
    training: Mapping[str, Any] | None = None,
    puppet: Puppet | None = None,
    card: bool = True,
) -> Path:
    """Write `255 - drawing` as an ONNX with a card, or without one."""
    height, width = (size, size) if isinstance(size, int) else size
    shape = [1, height, width, 3]
    drawing = helper.make_tensor_value_info("drawing", TensorProto.UINT8, shape)
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, shape)
    white = helper.make_tensor("white", TensorProto.UINT8, [1], [255])
    node = helper.make_node("Sub", ["white", "drawing"], ["picture"])
    graph = helper.make_graph([node], "reverse", [drawing], [picture], [white])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if card:
        conditioner = ConditionerCard(kind, version, settings or {})
        card_of_it = ModelCard("reverse", (height, width), conditioner, puppet, training or {})
        write_card(model, card_of_it)
    onnx.save(model, str(path))
    return path
