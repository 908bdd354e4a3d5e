"""Figures of a GPU beside what it could do at best."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from livegan.benchmarks import on_gpu
from livegan.benchmarks.on_gpu import Bound, bound_of, measure_on_gpu
from livegan.compilation.gpu import Gpu, NoGpu
from livegan.errors import ModelError
from livegan.generators import Identity

# An RTX 4090, as NVIDIA describes it: 1008 GB/s, 330 TFLOP/s.
ADA = Gpu("RTX 4090", "8.9", 128, 2520, 10501, 384)


def _network(path: Path, kind: str) -> Path:
    """One wide convolution with a stride of 2, or one that enlarges by as much."""
    weight = np.zeros((32, 32, 4, 4), np.float32)
    sizes = {"Conv": (64, 32), "ConvTranspose": (32, 64)}[kind]
    ports = [
        helper.make_tensor_value_info(name, TensorProto.UINT8, [1, 32, side, side])
        for name, side in zip(("drawing", "picture"), sizes, strict=True)
    ]
    nodes = [
        helper.make_node("Cast", ["drawing"], ["x"], to=TensorProto.FLOAT),
        helper.make_node(kind, ["x", "w"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Cast", ["y"], ["picture"], to=TensorProto.UINT8),
    ]
    graph = helper.make_graph(
        nodes, "one", ports[:1], ports[1:], [numpy_helper.from_array(weight, "w")]
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path
    )
    return path


@pytest.mark.parametrize("kind", ["Conv", "ConvTranspose"])
def test_the_bound_counts_weights_and_operations(tmp_path: Path, kind: str) -> None:
    bound = bound_of(_network(tmp_path / "one.onnx", kind), "f16", ADA)
    assert bound.weight_bytes == 32 * 32 * 4 * 4 * 2
    assert bound.operations == 2 * 32 * 32 * 4 * 4 * 32 * 32
    assert bound.bytes_ms == pytest.approx(bound.weight_bytes / 1008e9 * 1e3, rel=1e-3)
    assert bound.operations_ms == pytest.approx(bound.operations / 330e12 * 1e3, rel=1e-2)
    assert bound.ms == max(bound.bytes_ms or 0, bound.operations_ms or 0)


def test_in_single_precision_there_are_twice_the_bytes(tmp_path: Path) -> None:
    path = _network(tmp_path / "one.onnx", "Conv")
    assert bound_of(path, "f32", ADA).weight_bytes == 2 * bound_of(path, "f16", ADA).weight_bytes


def test_a_gpu_of_an_unknown_kind_is_bound_by_its_memory_alone(tmp_path: Path) -> None:
    gpu = Gpu("of tomorrow", "99.0", 128, 2520, 10501, 384)
    bound = bound_of(_network(tmp_path / "one.onnx", "Conv"), "f16", gpu)
    assert bound.operations_ms is None
    assert bound.ms == bound.bytes_ms


def test_a_gpu_that_does_not_tell_its_memory_is_measured_without_that_bound(
    tmp_path: Path,
) -> None:
    gpu = Gpu("of one memory with its CPU", "99.0", 128, 2520)
    bound = bound_of(_network(tmp_path / "one.onnx", "Conv"), "f16", gpu)
    told = measure_on_gpu(lambda _: Identity((8, 8)), [np.zeros((8, 8, 3), np.uint8)], bound)
    assert "p50" in told.lines()[1] and "times" not in told.lines()[1]
    assert told.lines()[-1].count("unknown") == 2


def test_what_does_not_open_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(generator: Path, with_graph: bool) -> Identity:
        raise ModelError("no engine")

    def open_it(generator: Path, with_graph: bool) -> Identity:
        return Identity((8, 8))

    path = _network(tmp_path / "one.onnx", "Conv")
    monkeypatch.setattr(on_gpu, "find_gpu", lambda: ADA)
    monkeypatch.setattr(on_gpu, "OPENINGS", [refuse, open_it])
    (figures,) = on_gpu.measure_all_on_gpu(path, [np.zeros((8, 8, 3), np.uint8)])
    assert figures.description == "identity CPU uint8" and figures.bound.operations_ms


def test_without_a_gpu_there_are_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_none() -> Gpu:
        raise NoGpu("there is no NVIDIA GPU")

    monkeypatch.setattr(on_gpu, "find_gpu", find_none)
    path = _network(tmp_path / "one.onnx", "Conv")
    assert on_gpu.measure_all_on_gpu(path, [np.zeros((8, 8, 3), np.uint8)]) == []


def test_both_ways_are_told_beside_the_bound() -> None:
    opened = []

    def open_generator(with_graph: bool) -> Identity:
        opened.append(with_graph)
        return Identity((8, 8))

    bound = Bound(5_400_000, 1_000_000_000, 0.005, 0.003)
    figures = measure_on_gpu(open_generator, [np.zeros((8, 8, 3), np.uint8)], bound, pictures=20)
    assert opened == [True, False]
    lines = figures.lines()
    assert lines[0] == "identity CPU uint8"
    assert "CUDA graph" in lines[1] and "p99" in lines[1] and "times the bound" in lines[1]
    assert "without" in lines[2]
    assert lines[3] == (
        "  bound       0.005 ms: 5.4 MB of weights 0.005 ms, 1.00 GFLOP 0.003 ms"
    )
