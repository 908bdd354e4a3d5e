"""An int8 engine without NNCF: a network that paints one grey level beside the exact one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from livegan.compilation import CachedEngine, store_engine
from livegan.compilation.openvino_int8 import int8_request, pack
from livegan.generators import openvino as wrapper


def store_int8(generator: Path, size: int, **metrics: float) -> CachedEngine:
    """Keep an engine that paints `254 - drawing` beside a generator.

    Args:
        generator: the .onnx.
        size: its height and width in pixels.
        metrics: what the gate found.
    """
    openvino = vars(wrapper)["openvino"]  # as the wrapper loads it: so that it reports to nobody
    shape = [1, size, size, 3]
    ports = [helper.make_tensor_value_info(name, TensorProto.UINT8, shape) for name in "ab"]
    grey = helper.make_tensor("grey", TensorProto.UINT8, [1], [254])
    node = helper.make_node("Sub", ["grey", "a"], ["b"])
    graph = helper.make_graph([node], "short", ports[:1], ports[1:], [grey])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with tempfile.TemporaryDirectory() as folder:
        source, path = Path(folder, "short.onnx"), Path(folder, "network.xml")
        onnx.save(model, str(source))
        openvino.save_model(openvino.Core().read_model(source.read_bytes()), path)
        content = pack(path.read_bytes(), path.with_suffix(".bin").read_bytes())
    return store_engine(generator, int8_request((size, size)), content, 1.0, metrics)
