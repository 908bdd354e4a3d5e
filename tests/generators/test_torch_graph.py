"""PyTorch paints what the ONNX says, or says what of it it can't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from exported_graphs import KINDS, write_exported
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from shipped_drawings import shipped_drawings, shipped_generators
from tiny_onnx import write_generator

from livegan.errors import ModelError
from livegan.generators import load_generator
from livegan.generators.torch_cuda import TorchCuda
from livegan.generators.torch_graph import TorchGraph

X = np.random.default_rng(0).normal(size=(1, 4, 6, 8)).astype(np.float32)
KERNEL = np.random.default_rng(1).normal(size=(4, 4, 3, 3)).astype(np.float32)
BIAS = np.array([1, -1, 2, 0.5], np.float32)


def _ints(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def _model(kind: str, constants: list[Any], **attributes: Any) -> onnx.ModelProto:
    """One operator on X, and constants after it; None leaves an input out."""
    names = [f"c{place}" if array is not None else "" for place, array in enumerate(constants)]
    weights = [numpy_helper.from_array(array, name)
               for name, array in zip(names, constants, strict=True) if array is not None]
    node = helper.make_node(kind, ["x", *names], ["y"], "the_node", **attributes)
    ports = [helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
             helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph([node], "one", ports[:1], ports[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(
    ("kind", "constants", "attributes"),
    [
        ("Conv", [KERNEL, BIAS], {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
        ("Conv", [KERNEL], {"pads": [0, 1, 0, 1]}),
        ("ConvTranspose", [KERNEL, BIAS],
         {"pads": [1, 1, 1, 1], "strides": [2, 2], "output_padding": [1, 1]}),
        ("InstanceNormalization", [BIAS, BIAS], {"epsilon": 1e-3}),
        ("LeakyRelu", [], {"alpha": 0.2}),
        ("Resize", [None, np.array([1, 1, 2, 2], np.float32)],
         {"mode": "nearest", "coordinate_transformation_mode": "asymmetric",
          "nearest_mode": "floor"}),
        ("Resize", [None, np.array([1, 1, 2, 2], np.float32)],
         {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}),
        ("Pad", [_ints(0, 0, 1, 2, 0, 0, 3, 1)], {"mode": "reflect"}),
        ("Pad", [_ints(0, 0, 1, 2, 0, 0, 3, 1)], {"mode": "edge"}),
        ("DepthToSpace", [], {"blocksize": 2, "mode": "CRD"}),
        ("AveragePool", [], {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("ReduceMean", [], {"axes": [1, 3], "keepdims": 0}),
        ("ReduceSum", [_ints(0)], {"keepdims": 1}),
        ("Slice", [_ints(1, 2), _ints(5, 7), _ints(2, 3)], {}),
        ("Slice", [_ints(0, 2, 1), _ints(1, 5, 3), _ints(0, 3, 1)], {}),
        ("Softmax", [], {"axis": 1}),
        ("Transpose", [], {"perm": [0, 2, 3, 1]}),
        ("Reshape", [_ints(2, 2, -1)], {}),
        ("Concat", [X], {"axis": 1}),
        ("Round", [], {}),
        ("Clip", [np.array(-0.5, np.float32), np.array(0.5, np.float32)], {}),
        ("Sub", [BIAS[:, None, None]], {}),
    ],
)
def test_an_operator_does_what_onnx_says(
    kind: str, constants: list[Any], attributes: dict[str, Any]
) -> None:
    # ONNX's own GridSample knows only the modes of later opsets; what ships below has one.
    model = _model(kind, constants, **attributes)
    (wanted,) = ReferenceEvaluator(model).run(None, {"x": X})
    with torch.inference_mode():
        found = TorchGraph(model)(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(found, np.asarray(wanted), atol=2e-5)


@pytest.mark.parametrize(
    ("kind", "constants", "attributes", "told"),
    [
        ("Hardmax", [], {}, r"can't run operator Hardmax \(node the_node\)"),
        ("Conv", [KERNEL], {"group": 2}, "Conv with group 2"),
        ("Conv", [KERNEL], {"pads": [0, 0, 1, 1]}, r"Conv with pads \[0, 0, 1, 1\]"),
        ("Conv", [KERNEL], {"auto_pad": "SAME_UPPER"}, "Conv with auto_pad"),
        ("DepthToSpace", [], {"blocksize": 2}, "DepthToSpace with mode DCR"),
        ("Resize", [None, np.array([1, 1, 2, 2], np.float32)], {"mode": "cubic"}, "mode cubic"),
        ("Pad", [_ints(0, 0, 1, 1, 0, 0, 1, 1)], {}, "another mode than edge or reflect"),
        ("Gemm", [KERNEL[0, 0], KERNEL[0, 0]], {"transB": 1}, "Gemm with transB 1"),
        ("Cast", [], {"to": TensorProto.DOUBLE}, "Cast with to DOUBLE"),
    ],
)
def test_what_it_is_not_taught_is_refused_by_name(
    kind: str, constants: list[Any], attributes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ModelError, match=told):
        TorchGraph(_model(kind, constants, **attributes))


@pytest.mark.parametrize("path", shipped_generators(), ids=lambda path: path.stem)
def test_what_ships_is_painted_within_one_grey_level(path: Path) -> None:
    one, other = TorchCuda(path, "cpu"), load_generator(path, precision="f32")
    for drawing in shipped_drawings(path):
        apart = np.abs(one.generate(drawing).astype(np.int16) - other.generate(drawing))
        assert apart.max() <= 1
        assert apart.mean() < 0.001


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_exported_is_painted_within_one_grey_level(tmp_path: Path, kind: str) -> None:
    path = write_exported(tmp_path / "exported.onnx", kind)
    one, other = TorchCuda(path, "cpu"), load_generator(path, precision="f32")
    drawing = np.random.default_rng(0).integers(0, 256, (*one.size, 3), dtype=np.uint8)
    wanted = other.generate(drawing)
    assert np.abs(one.generate(drawing).astype(np.int16) - wanted).max() <= 1
    assert wanted.std() > 2, "there is something to see"


@pytest.mark.skipif(torch.cuda.is_available(), reason="PyTorch finds a GPU")
def test_without_a_gpu_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="PyTorch .* finds no NVIDIA GPU"):
        TorchCuda(write_generator(tmp_path / "reverse.onnx"))
