"""Typed graphs paint the same pictures, with bytes only at their ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from exported_graphs import KINDS, exported_graph
from onnx import TensorProto
from shipped_drawings import shipped_drawings, shipped_generators
from tiny_onnx import write_generator

from livegan.compilation.typed_graph import typed_graph
from livegan.errors import ModelError
from livegan.frames import Image
from livegan.generators import load_generator
from livegan.generators.torch_graph import TorchGraph

HALF, SINGLE = TensorProto.FLOAT16, TensorProto.FLOAT
GENERATORS = shipped_generators()


def _types(model: onnx.ModelProto) -> dict[str, list[int]]:
    """The types in which each operator computes."""
    inferred = onnx.shape_inference.infer_shapes(model)
    types = {value.name: value.type.tensor_type.elem_type for value in inferred.graph.value_info}
    found: dict[str, list[int]] = {}
    for node in model.graph.node:
        if node.output[0] in types:
            found.setdefault(node.op_type, []).append(types[node.output[0]])
    return found


def _paint(model: onnx.ModelProto, drawing: Image) -> Image:
    with torch.inference_mode():
        return np.asarray(TorchGraph(model)(torch.from_numpy(drawing[None]))[0].numpy(), np.uint8)


def _levels_apart(one: Image, other: Image) -> int:
    return int(np.abs(one.astype(np.int16) - other).max())


@pytest.mark.parametrize("path", GENERATORS, ids=lambda path: path.stem)
def test_half_precision_is_within_two_grey_levels_on_what_ships(path: Path) -> None:
    half = typed_graph(onnx.load(path), "f16")
    exact = load_generator(path, precision="f32")
    for drawing in shipped_drawings(path, 1):
        assert _levels_apart(_paint(half, drawing), exact.generate(drawing)) <= 2


@pytest.mark.parametrize("path", GENERATORS, ids=lambda path: path.stem)
def test_only_a_cast_takes_bytes_and_only_one_gives_them(path: Path) -> None:
    model = onnx.load(path)
    typed = typed_graph(model, "f16")
    taking = [node.op_type for node in typed.graph.node if "drawing" in node.input]
    assert set(taking) == {"Cast"}
    inferred = onnx.shape_inference.infer_shapes(typed).graph.value_info
    assert all(value.type.tensor_type.elem_type != TensorProto.UINT8 for value in inferred)
    assert [*typed.graph.input] == [*model.graph.input]
    assert [*typed.graph.output] == [*model.graph.output]


@pytest.mark.parametrize("path", GENERATORS, ids=lambda path: path.stem)
def test_the_work_is_half_and_what_moves_pixels_is_single(path: Path) -> None:
    typed = typed_graph(onnx.load(path), "f16")
    assert set(_types(typed)["GridSample"]) == {SINGLE}
    kernels = {node.input[1] for node in typed.graph.node if node.op_type == "Conv"}
    sizes = {HALF: 0, SINGLE: 0}
    for tensor in typed.graph.initializer:
        if tensor.name in kernels:
            sizes[tensor.data_type] += int(np.prod(tensor.dims))
    assert sizes[HALF] > 0.9 * sum(sizes.values())


def test_asked_for_single_nothing_is_half() -> None:
    typed = typed_graph(onnx.load(GENERATORS[0]), "f32")
    assert all(HALF not in kinds for kinds in _types(typed).values())
    assert all(tensor.data_type != HALF for tensor in typed.graph.initializer)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_is_near_in_all_that_is_exported(kind: str) -> None:
    model = exported_graph(kind)
    sides = [side.dim_value for side in model.graph.input[0].type.tensor_type.shape.dim]
    drawing = np.random.default_rng(0).integers(0, 256, sides[1:], dtype=np.uint8)
    wanted = _paint(model, drawing)
    # Weights at random on noise: some pixel of a colouring is two levels off.
    half = _paint(typed_graph(model, "f16"), drawing)
    assert np.abs(half.astype(np.int16) - wanted).mean() < 0.2
    assert _levels_apart(half, wanted) <= 4
    assert _levels_apart(_paint(typed_graph(model, "f32"), drawing), wanted) <= 1


def test_norms_of_a_picture_are_single_between_halves() -> None:
    types = _types(typed_graph(exported_graph("unet"), "f16"))
    assert set(types["InstanceNormalization"]) == {SINGLE}
    assert HALF in types["Conv"] and HALF in types["ConvTranspose"]


def test_a_network_that_computes_with_bytes_computes_with_numbers(tmp_path: Path) -> None:
    typed = typed_graph(onnx.load(write_generator(tmp_path / "reverse.onnx")), "f16")
    drawing = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(_paint(typed, drawing), 255 - drawing)


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ModelError, match="precision 'int4' is unknown; TensorRT takes f32, f16"):
        typed_graph(onnx.load(GENERATORS[0]), "int4")


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    model = onnx.load(write_generator(tmp_path / "reverse.onnx"))
    model.graph.node[0].input[1] = "nowhere"
    with pytest.raises(ModelError, match="not a network"):
        typed_graph(model, "f16")
