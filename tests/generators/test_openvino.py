"""What OpenVINO is asked for, and what it can't do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tiny_onnx import write_generator

from livegan.errors import ModelError
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, write_card


def test_it_paints_what_the_network_says(tmp_path: Path) -> None:
    generator = load_generator(write_generator(tmp_path / "reverse.onnx", size=64))
    drawing = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(generator.generate(drawing), 255 - drawing)


@pytest.mark.parametrize("precision", ["auto", "f32"])
def test_the_cpu_is_exact_unless_asked_otherwise(tmp_path: Path, precision: str) -> None:
    path = write_generator(tmp_path / "reverse.onnx")
    assert load_generator(path, precision=precision).description == "openvino CPU f32"


def test_an_unknown_device_lists_those_there_are(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx")
    with pytest.raises(ModelError, match="no device TOASTER; it has .*CPU"):
        load_generator(path, device="toaster")


def test_an_unknown_precision_lists_those_there_are(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx")
    with pytest.raises(ModelError, match="precision 'int3' is unknown; .*f32"):
        load_generator(path, precision="int3")


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (TensorProto.FLOAT, [1, 64, 64, 3]),
        (TensorProto.UINT8, [1, 3, 64, 64]),
        (TensorProto.UINT8, ["batch", 64, 64, 3]),
        (TensorProto.UINT8, [64, 64, 3]),
    ],
)
def test_a_network_of_another_form_is_refused(
    tmp_path: Path, kind: int, shape: list[int | str]
) -> None:
    ports = [helper.make_tensor_value_info(name, kind, shape) for name in ("a", "b")]
    node = helper.make_node("Identity", ["a"], ["b"])
    graph = helper.make_graph([node], "other", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    write_card(model, ModelCard("other", (64, 64), ConditionerCard("plain", 1)))
    path = tmp_path / "other.onnx"
    onnx.save(model, path)
    with pytest.raises(ModelError, match=r"other.onnx has .*; wanted .* u8 \[1,H,W,3\]"):
        load_generator(path)


def test_a_card_of_another_size_is_refused(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    model = onnx.load(path)
    write_card(model, ModelCard("reverse", (128, 128), ConditionerCard("plain", 1)))
    onnx.save(model, path)
    with pytest.raises(ModelError, match=r"paints \(64, 64\), its card says \(128, 128\)"):
        load_generator(path)


def test_a_broken_network_is_one_line(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx")
    model = onnx.load(path)
    model.graph.node[0].op_type = "NoSuchOperation"
    onnx.save(model, path)
    with pytest.raises(ModelError, match="OpenVINO can't run") as caught:
        load_generator(path)
    assert "\n" not in str(caught.value)
    assert "NoSuchOperation" in str(caught.value)


def test_nothing_is_reported_to_anybody() -> None:
    code = (
        "import sys, livegan.generators.openvino\n"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry.')])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
