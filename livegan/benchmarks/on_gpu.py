"""How fast a generator paints on an NVIDIA GPU, beside how fast it could."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx

from livegan.compilation.gpu import Gpu, NoGpu, find_gpu
from livegan.compilation.typed_graph import typed_graph
from livegan.errors import LiveganError
from livegan.frames import Image
from livegan.generators import Generator
from livegan.generators.opening import COMPILERS
from livegan.pacing import Distribution, Summary

_OPERATIONS = {
    "7.5": 1024, "8.0": 2048, "8.6": 1024, "8.7": 2048, "8.9": 1024, "9.0": 4096, "10.0": 8192,
    "12.0": 1024, "12.1": 1024,
}  # fmt: skip
"""Dense half precision operations of a multiprocessor in a clock, from the peaks in NVIDIA's papers
of the architectures: 330 TFLOP/s for 128 of them at 2.52 GHz on an RTX 4090. Those that sum in
single precision, as ours may, have half of it on GeForce cards."""


@dataclass(frozen=True)
class Bound:
    """What a picture can't be painted faster than.

    Args:
        weight_bytes: that are read for each picture.
        operations: of its convolutions and matrices; a multiplication and an addition are two.
        bytes_ms: how long the weights take through the GPU's memory at its full rate; None where
            the GPU doesn't tell that.
        operations_ms: how long the operations take at the GPU's peak; None where that is unknown.
    """

    weight_bytes: int
    operations: int
    bytes_ms: float | None
    operations_ms: float | None

    @property
    def ms(self) -> float:
        """The longer of both; 0 where neither is known."""
        return max(self.bytes_ms or 0.0, self.operations_ms or 0.0)


@dataclass(frozen=True)
class OnGpu:
    """How one backend paints.

    Args:
        description: of the generator.
        with_graph, without_graph: `generate` alone, with its way to the GPU and back.
        bound: what it can't go below.
    """

    description: str
    with_graph: Summary
    without_graph: Summary
    bound: Bound

    def lines(self) -> list[str]:
        """For people."""
        told, bound = [self.description], self.bound
        for name, took in (("CUDA graph", self.with_graph), ("without", self.without_graph)):
            times = f"p50 {took.p50_ms:.3f}, p95 {took.p95_ms:.3f}, p99 {took.p99_ms:.3f} ms"
            ratio = f", {took.p50_ms / bound.ms:.1f} times the bound" if bound.ms else ""
            told.append(f"  {name:<12}{times}{ratio}")
        told.append(
            f"  bound       {bound.ms:.3f} ms: {bound.weight_bytes / 1e6:.1f} MB of weights"
            f" {_told(bound.bytes_ms)}, {bound.operations / 1e9:.2f} GFLOP"
            f" {_told(bound.operations_ms)}"
        )
        return told


def _told(time_ms: float | None) -> str:
    return "unknown" if time_ms is None else f"{time_ms:.3f} ms"


def bound_of(generator: Path, precision: str, gpu: Gpu) -> Bound:
    """What a generator can't be faster than on a GPU.

    Args:
        generator: the .onnx.
        precision: "f16" or "f32", as it is compiled; the peak is that of half precision.
        gpu: as `find_gpu` gives it.

    Raises:
        ModelError: it isn't a network.
    """
    model = onnx.shape_inference.infer_shapes(typed_graph(onnx.load(generator), precision))
    kinds = onnx.helper.tensor_dtype_to_np_dtype
    weight_bytes = sum(
        int(np.prod(tensor.dims)) * kinds(tensor.data_type).itemsize
        for tensor in model.graph.initializer
    )
    operations = _operations(model.graph)
    bytes_a_second = gpu.memory_clock_mhz * 1e6 * 2 * gpu.memory_bus_bits / 8
    a_clock = _OPERATIONS.get(gpu.compute_capability)
    peak = (a_clock or 0) * gpu.multiprocessors * gpu.clock_mhz * 1e6
    return Bound(
        weight_bytes=weight_bytes,
        operations=operations,
        bytes_ms=weight_bytes / bytes_a_second * 1e3 if bytes_a_second else None,
        operations_ms=operations / peak * 1e3 if peak else None,
    )


def measure_all_on_gpu(generator: Path, drawings: Sequence[Image]) -> list[OnGpu]:
    """Each backend that paints a generator on this machine's NVIDIA GPU; none where none does.

    Args:
        generator: the .onnx.
        drawings: (H, W, 3) uint8 BGR each; at least one.
    """
    try:
        bound = bound_of(generator, "f16", find_gpu())
    except NoGpu:
        return []
    measured = []
    for opening in OPENINGS:
        with suppress(LiveganError):  # the table of all backends says why
            measured.append(measure_on_gpu(partial(opening, generator), drawings, bound))
    return measured


def _open_tensorrt(target: str, generator: Path, with_graph: bool) -> Generator:
    from livegan.generators.tensorrt import open_tensorrt

    return open_tensorrt(generator, target, with_graph=with_graph)


def _open_torch(generator: Path, with_graph: bool) -> Generator:
    from livegan.generators.torch_cuda import TorchCuda

    return TorchCuda(generator, with_graph=with_graph)


OPENINGS: list[Callable[[Path, bool], Generator]] = [
    *(partial(_open_tensorrt, target) for target in COMPILERS),
    _open_torch,
]
"""What opens a generator on an NVIDIA GPU, with a CUDA graph or without."""


def measure_on_gpu(
    open_generator: Callable[[bool], Generator],
    drawings: Sequence[Image],
    bound: Bound,
    *,
    pictures: int = 1000,
) -> OnGpu:
    """Let a generator paint with a CUDA graph and without.

    Args:
        open_generator: opens it, with a graph or without, warm.
        drawings: (H, W, 3) uint8 BGR each; at least one.
        bound: from `bound_of`.
        pictures: how many it paints in each way.

    Raises:
        LiveganError: it does not open, or is lost.
    """
    took, descriptions = [], []
    for with_graph in (True, False):
        with closing(open_generator(with_graph)) as generator:
            descriptions.append(generator.description)
            times = Distribution()
            for place in range(pictures):
                began_s = time.perf_counter()
                generator.generate(drawings[place % len(drawings)])
                times.add(time.perf_counter() - began_s)
            took.append(times.summary())
    return OnGpu(descriptions[0], took[0], took[1], bound)


def _operations(graph: onnx.GraphProto) -> int:
    """Twice the multiplications of all convolutions and matrices."""
    shapes = {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
    shapes |= {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    total = 0
    for node in graph.node:
        if node.op_type not in ("Conv", "ConvTranspose", "Gemm"):
            continue
        weight = int(np.prod(shapes[node.input[1]]))
        # Each weight of a convolution meets every place of what it gives, of one that enlarges
        # every place of what it takes.
        met = shapes[node.input[0] if node.op_type == "ConvTranspose" else node.output[0]]
        places = int(np.prod(met)) // met[1]
        total += 2 * weight * places
    return total
