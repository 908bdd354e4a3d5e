"""Which NVIDIA GPU there is, as CUDA tells it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from livegan.errors import UsageError


class NoGpu(UsageError):
    """There is no GPU that can be used; says why."""


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA GPU.

    Args:
        name: as its maker calls it.
        compute_capability: "8.9", what engines are compiled for.
        multiprocessors: how many it has.
        clock_mhz: their highest clock.
        memory_clock_mhz, memory_bus_bits: of its memory, which moves two bits in a clock.
    """

    name: str
    compute_capability: str
    multiprocessors: int = 0
    clock_mhz: float = 0.0
    memory_clock_mhz: float = 0.0
    memory_bus_bits: int = 0

    @property
    def architecture(self) -> str:
        """"sm_89" for 8.9."""
        return architecture(self.compute_capability)


def architecture(compute_capability: str) -> str:
    """"sm_89" for "8.9"."""
    return f"sm_{compute_capability.replace('.', '')}"


def load_cuda_runtime(target: str = "tensorrt") -> Any:
    """The module `cuda.bindings.runtime`.

    Args:
        target: what wants it, "tensorrt" or "tensorrt-rtx", as the extra is called that brings it.

    Raises:
        NoGpu: cuda-python is not installed.
    """
    try:
        return importlib.import_module("cuda.bindings.runtime")
    except (ImportError, OSError) as error:
        raise NoGpu(
            f"cuda-python can't be loaded ({' '.join(str(error).split())});"
            f' run: pip install -e ".[{target}]"'
        ) from error


def find_gpu(runtime: Any = None, target: str = "tensorrt") -> Gpu:
    """The first GPU.

    Args:
        runtime: stands in for `cuda.bindings.runtime`.
        target: as in `load_cuda_runtime`.

    Raises:
        NoGpu: there is none, or its driver is missing or too old.
    """
    runtime = runtime or load_cuda_runtime(target)
    try:
        count = _asked(runtime, "cudaGetDeviceCount")
        if count < 1:
            raise NoGpu("there is no NVIDIA GPU")
        properties = _asked(runtime, "cudaGetDeviceProperties", 0)
    except RuntimeError as error:  # cuda-python raises where it finds no driver's library
        raise NoGpu(f"no NVIDIA driver ({' '.join(str(error).split())})") from error
    kinds = runtime.cudaDeviceAttr

    def attribute(kind: Any) -> int:
        return int(_asked(runtime, "cudaDeviceGetAttribute", kind, 0))

    return Gpu(
        name=properties.name.split(b"\0")[0].decode(errors="replace"),
        compute_capability=f"{properties.major}.{properties.minor}",
        multiprocessors=attribute(kinds.cudaDevAttrMultiProcessorCount),
        clock_mhz=attribute(kinds.cudaDevAttrClockRate) / 1e3,
        memory_clock_mhz=attribute(kinds.cudaDevAttrMemoryClockRate) / 1e3,
        memory_bus_bits=attribute(kinds.cudaDevAttrGlobalMemoryBusWidth),
    )


def _asked(runtime: Any, name: str, *args: Any) -> Any:
    code, *answer = getattr(runtime, name)(*args)
    if int(code):
        _, text = runtime.cudaGetErrorString(code)
        _, driver = runtime.cudaDriverGetVersion()
        if not driver:
            raise NoGpu("there is no NVIDIA driver")
        raise NoGpu(
            f"no GPU for CUDA, whose driver is for {driver // 1000}.{driver % 1000 // 10}:"
            f" {text.decode()}; livegan doctor tells what to install"
        )
    return answer[0]
