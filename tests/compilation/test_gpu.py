"""Which GPU there is, and why there is none."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from livegan.compilation.gpu import NoGpu, find_gpu

_CALLED = (
    "cudaDeviceGetAttribute", "cudaDeviceSynchronize", "cudaDriverGetVersion",
    "cudaEventCreateWithFlags",
    "cudaEventDestroy", "cudaEventRecord", "cudaEventSynchronize", "cudaFree", "cudaFreeHost",
    "cudaGetDeviceCount", "cudaGetDeviceProperties", "cudaGetErrorString", "cudaGetLastError",
    "cudaGraphDestroy", "cudaGraphExecDestroy", "cudaGraphInstantiate", "cudaGraphLaunch",
    "cudaHostAlloc", "cudaMalloc", "cudaMemcpyAsync", "cudaStreamBeginCapture",
    "cudaStreamCreateWithFlags", "cudaStreamDestroy", "cudaStreamEndCapture",
)  # fmt: skip
_NAMED = (
    "cudaEventDisableTiming", "cudaHostAllocDefault", "cudaMemcpyKind", "cudaStreamCaptureMode",
    "cudaStreamNonBlocking",
)  # fmt: skip


class Driver:
    """Stands in for `cuda.bindings.runtime`, with one RTX 4070 and a code that it answers with."""

    class cudaDeviceAttr:
        cudaDevAttrMultiProcessorCount = 46
        cudaDevAttrClockRate = 2_475_000
        cudaDevAttrMemoryClockRate = 10_501_000
        cudaDevAttrGlobalMemoryBusWidth = 192

    def __init__(self, code: int = 0, count: int = 1, version: int = 12040) -> None:
        self._code = code
        self._version = version
        self._count = count

    def cudaGetDeviceCount(self) -> tuple[int, int | None]:
        return self._code, None if self._code else self._count

    def cudaDriverGetVersion(self) -> tuple[int, int]:
        return 0, self._version

    def cudaGetErrorString(self, code: int) -> tuple[int, bytes]:
        return 0, b"CUDA driver version is insufficient for CUDA runtime version"

    def cudaGetDeviceProperties(self, device: int) -> tuple[int, Any]:
        name = b"NVIDIA GeForce RTX 4070" + bytes(9)
        return 0, SimpleNamespace(name=name, major=8, minor=9)

    def cudaDeviceGetAttribute(self, value: int, device: int) -> tuple[int, int]:
        return 0, value


def test_a_gpu_is_described_as_engines_and_figures_need_it() -> None:
    gpu = find_gpu(Driver())
    assert gpu.name == "NVIDIA GeForce RTX 4070"
    assert (gpu.compute_capability, gpu.architecture) == ("8.9", "sm_89")
    assert (gpu.multiprocessors, gpu.clock_mhz) == (46, 2475)
    assert (gpu.memory_clock_mhz, gpu.memory_bus_bits) == (10501, 192)


def test_a_driver_that_is_too_old_says_so() -> None:
    told = "driver is for 12.4: CUDA driver version is insufficient .*; livegan doctor"
    with pytest.raises(NoGpu, match=told):
        find_gpu(Driver(code=35))


def test_no_driver_is_told() -> None:
    with pytest.raises(NoGpu, match="there is no NVIDIA driver"):
        find_gpu(Driver(code=35, version=0))


def test_no_gpu_is_told() -> None:
    with pytest.raises(NoGpu, match="there is no NVIDIA GPU"):
        find_gpu(Driver(count=0))


def test_without_cuda_python_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(NoGpu, match=r'run: pip install -e "\.\[tensorrt\]"'):
        find_gpu()
    with pytest.raises(NoGpu, match=r'run: pip install -e "\.\[tensorrt-rtx\]"'):
        find_gpu(target="tensorrt-rtx")


def test_cuda_python_has_all_that_is_called() -> None:
    runtime = pytest.importorskip("cuda.bindings.runtime", reason="cuda-python is not installed")
    kinds = [name for name in vars(Driver.cudaDeviceAttr) if name.startswith("cuda")]
    assert all(hasattr(runtime.cudaDeviceAttr, name) for name in kinds)
    for name in (*_CALLED, *_NAMED):
        assert hasattr(runtime, name), name
