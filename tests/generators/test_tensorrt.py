"""What the GPU is asked for, in which order, and what becomes of its failures.

CUDA and TensorRT are substituted: these tests hold for the calls, not for the packages.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from fake_gpu import (
    CAPTURE_INVALIDATED,
    ILLEGAL_ADDRESS,
    OUT_OF_MEMORY,
    FakeCudaRuntime,
    FakeTensorRT,
)
from tiny_onnx import write_generator

from livegan.compilation import CachedEngine, EngineRequest, store_engine
from livegan.compilation.tensorrt_package import TARGETS, installed_version, load_package
from livegan.errors import GeneratorLost, ModelError
from livegan.frames import Image
from livegan.generators.tensorrt import TensorRT

SIZE = 16
SHAPE = (1, SIZE, SIZE, 3)
ONE_PICTURE = ["cudaMemcpyAsync", "enqueue", "cudaMemcpyAsync"]
WAITING = ["cudaEventRecord", "cudaEventSynchronize"]


def _engine(folder: Path, target: str = "tensorrt-rtx") -> CachedEngine:
    path = write_generator(folder / "reverse.onnx", size=SIZE)
    hardware = {"compute_capability": "8.9"}
    request = EngineRequest(target, "f16", (SIZE, SIZE), {target: "1.7"}, hardware)
    return store_engine(path, request, b"an engine", 1.0)


def _open(
    engine: CachedEngine, cuda: FakeCudaRuntime, package: FakeTensorRT | None = None
) -> TensorRT:
    return TensorRT(engine, package=package or FakeTensorRT(cuda, SHAPE), runtime=cuda)


def _drawing(seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, SHAPE[1:], dtype=np.uint8)


@pytest.mark.parametrize("target", TARGETS)
def test_the_picture_is_that_of_the_drawing(tmp_path: Path, target: str) -> None:
    generator = _open(_engine(tmp_path, target), FakeCudaRuntime())
    for seed in range(3):
        np.testing.assert_array_equal(generator.generate(_drawing(seed)), 255 - _drawing(seed))
    assert generator.description == f"{target} sm_89 f16"


def test_a_picture_is_one_launch_and_one_wait(tmp_path: Path) -> None:
    cuda = FakeCudaRuntime()
    generator = _open(_engine(tmp_path), cuda)
    assert generator.has_graph
    cuda.calls.clear()
    generator.generate(_drawing())
    assert cuda.calls == ["cudaGraphLaunch", *WAITING]


def test_it_is_warm_before_it_is_captured(tmp_path: Path) -> None:
    cuda = FakeCudaRuntime()
    _open(_engine(tmp_path), cuda)
    begin = cuda.calls.index("cudaStreamBeginCapture")
    assert cuda.calls[:begin][-10:] == [*ONE_PICTURE, *WAITING] * 2
    captured = cuda.calls[begin + 1 : cuda.calls.index("cudaStreamEndCapture")]
    assert captured == ONE_PICTURE


def test_nothing_is_allocated_for_a_picture(tmp_path: Path) -> None:
    cuda = FakeCudaRuntime()
    generator = _open(_engine(tmp_path), cuda)
    held = set(cuda.held)
    for _ in range(3):
        generator.generate(_drawing())
    assert set(cuda.held) == held


@pytest.mark.parametrize(
    "step", ["cudaStreamBeginCapture", "cudaStreamEndCapture", "cudaGraphInstantiate"]
)
def test_without_a_graph_it_paints_all_the_same_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    cuda = FakeCudaRuntime(**{step: CAPTURE_INVALIDATED})
    with caplog.at_level(logging.WARNING, "livegan"):
        generator = _open(_engine(tmp_path), cuda)
    assert f"no CUDA graph, kernels are launched one by one: {step}: operation" in caplog.text
    cuda.calls.clear()
    np.testing.assert_array_equal(generator.generate(_drawing()), 255 - _drawing())
    assert cuda.calls == [*ONE_PICTURE, *WAITING]


def test_an_engine_that_can_not_be_captured_ends_the_capture_and_paints(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cuda = FakeCudaRuntime()
    generator = _open(_engine(tmp_path), cuda, FakeTensorRT(cuda, SHAPE, uncapturable=True))
    assert "one by one: this network can't be captured" in caplog.text
    assert cuda.capturing is None and not generator.has_graph
    np.testing.assert_array_equal(generator.generate(_drawing()), 255 - _drawing())


def test_a_graph_that_no_longer_launches_is_given_up_without_losing_a_picture(
    tmp_path: Path,
) -> None:
    cuda = FakeCudaRuntime()
    generator = _open(_engine(tmp_path), cuda)
    cuda.fails["cudaGraphLaunch"] = OUT_OF_MEMORY
    np.testing.assert_array_equal(generator.generate(_drawing()), 255 - _drawing())
    assert not generator.has_graph
    cuda.calls.clear()
    generator.generate(_drawing())
    assert cuda.calls == [*ONE_PICTURE, *WAITING]


def test_an_error_that_sticks_loses_the_generator_and_names_the_cure(tmp_path: Path) -> None:
    cuda = FakeCudaRuntime()
    generator = _open(_engine(tmp_path), cuda)
    cuda.fails["cudaEventSynchronize"] = ILLEGAL_ADDRESS
    for _ in range(2):
        with pytest.raises(GeneratorLost, match="sm_89 f16: .* illegal memory access.*--isolate"):
            generator.generate(_drawing())
    generator.close()
    generator.close()


def test_closing_gives_all_back_and_twice_is_fine(tmp_path: Path) -> None:
    cuda = FakeCudaRuntime()
    generator = _open(_engine(tmp_path), cuda)
    assert cuda.held
    generator.close()
    generator.close()
    assert not cuda.held
    with pytest.raises(GeneratorLost, match="closed"):
        generator.generate(_drawing())


@pytest.mark.parametrize("step", ["cudaMalloc", "cudaHostAlloc", "cudaStreamCreateWithFlags"])
def test_what_it_needs_and_does_not_get_is_told_and_the_rest_given_back(
    tmp_path: Path, step: str
) -> None:
    cuda = FakeCudaRuntime(**{step: OUT_OF_MEMORY})
    with pytest.raises(ModelError, match=f"reverse.*engine can't be run: {step}: out of memory"):
        _open(_engine(tmp_path), cuda)
    assert not cuda.held


@pytest.mark.parametrize("target", TARGETS)
def test_an_engine_works_in_memory_that_stays(tmp_path: Path, target: str) -> None:
    cuda = FakeCudaRuntime()
    package = FakeTensorRT(cuda, SHAPE)
    _open(_engine(tmp_path, target), cuda, package)
    assert package.strategies == [package.ExecutionContextAllocationStrategy.USER_MANAGED]


def test_an_engine_that_does_not_open_is_refused_with_the_reason_and_the_command(
    tmp_path: Path,
) -> None:
    cuda = FakeCudaRuntime()
    package = FakeTensorRT(cuda, SHAPE, complaint="serialised by another\nversion")
    told = ("tensorrt can't run reverse.*: serialised by another version; "
            "run: python tools/compile.py reverse --target tensorrt")
    with pytest.raises(ModelError, match=told):
        _open(_engine(tmp_path, "tensorrt"), cuda, package)


def test_an_engine_of_rtx_is_judged_by_its_header_first(tmp_path: Path) -> None:
    cuda = FakeCudaRuntime()
    package = FakeTensorRT(cuda, SHAPE, complaint="not asked", faults=6)
    with pytest.raises(ModelError, match="unsupported cc, old cuda driver; run: "):
        _open(_engine(tmp_path), cuda, package)


@pytest.mark.parametrize(
    ("shape", "kind"), [((1, SIZE, SIZE, 4), "UINT8"), (SHAPE, "FLOAT"), ((1, 3, 8, 8), "UINT8")]
)
def test_an_engine_of_another_form_is_refused(
    tmp_path: Path, shape: tuple[int, ...], kind: str
) -> None:
    cuda = FakeCudaRuntime()
    with pytest.raises(ModelError, match=r"wanted a drawing and a picture, uint8 \(1, 16, 16, 3\)"):
        _open(_engine(tmp_path), cuda, FakeTensorRT(cuda, shape, kind=kind))
    assert not cuda.held


def test_rtx_compiles_its_kernels_once_for_all_starts(tmp_path: Path) -> None:
    cuda, engine = FakeCudaRuntime(), _engine(tmp_path)
    package = FakeTensorRT(cuda, SHAPE)
    for _ in range(2):
        _open(engine, cuda, package).close()
    assert package.compiled == 1
    assert engine.path.with_suffix(".kernels").read_bytes() == b"kernels for this GPU"


def test_kernels_of_another_gpu_or_cut_short_are_compiled_anew(tmp_path: Path) -> None:
    cuda, engine = FakeCudaRuntime(), _engine(tmp_path)
    package = FakeTensorRT(cuda, SHAPE)
    kernels = engine.path.with_suffix(".kernels")
    kernels.write_bytes(b"something else")
    np.testing.assert_array_equal(
        _open(engine, cuda, package).generate(_drawing()), 255 - _drawing()
    )
    assert package.compiled == 1
    assert kernels.read_bytes() == b"kernels for this GPU"


def test_kernels_that_can_not_be_read_or_kept_cost_only_their_compilation(tmp_path: Path) -> None:
    cuda, engine = FakeCudaRuntime(), _engine(tmp_path)
    engine.path.with_suffix(".kernels").mkdir()
    _open(engine, cuda, FakeTensorRT(cuda, SHAPE)).generate(_drawing())


@pytest.mark.parametrize("target", TARGETS)
def test_the_package_has_all_that_is_called(target: str) -> None:
    if installed_version(target) is None:
        pytest.skip(f"{target} is not installed")
    package = load_package(target)
    called = {
        package.Runtime: ["deserialize_cuda_engine"],
        package.ICudaEngine: ["create_execution_context", "device_memory_size_v2",
                              "get_tensor_dtype", "get_tensor_mode", "get_tensor_name",
                              "get_tensor_shape", "num_io_tensors"],
        package.IExecutionContext: ["execute_async_v3", "set_device_memory", "set_tensor_address"],
        package.ExecutionContextAllocationStrategy: ["USER_MANAGED"],
        package.TensorIOMode: ["INPUT"],
        package.DataType: ["UINT8"],
    }
    if target == "tensorrt-rtx":
        called[package.Runtime] += ["engine_header_size", "get_engine_validity"]
        called[package.ICudaEngine] += ["create_runtime_config"]
        called |= {
            package.EngineValidity: ["INVALID"],
            package.IRuntimeConfig: ["create_runtime_cache", "set_runtime_cache",
                                     "set_execution_context_allocation_strategy"],
            package.IRuntimeCache: ["deserialize", "serialize"],
        }
    missing = [(kind, name) for kind, names in called.items() for name in names
               if not hasattr(kind, name)]
    assert not missing
