"""Runs an engine of TensorRT or of TensorRT for RTX on an NVIDIA GPU.

An engine is a program: only those are opened that were compiled here, see compilation/cache.py.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from livegan.compilation.cache import CachedEngine, require_engine
from livegan.compilation.gpu import architecture, find_gpu, load_cuda_runtime
from livegan.compilation.tensorrt_build import engine_request
from livegan.compilation.tensorrt_package import Complaints, load_package
from livegan.errors import GeneratorLost, ModelError
from livegan.files import write_atomically
from livegan.frames import Image
from livegan.generators.cuda_memory import CudaError, Lane
from livegan.generators.drawing_check import check_drawing
from livegan.model_card import read_card

logger = logging.getLogger("livegan")


def open_tensorrt(
    generator: Path, target: str, precision: str = "auto", *, with_graph: bool = True
) -> TensorRT:
    """The engine of a generator for this machine's GPU.

    Args:
        generator: the .onnx.
        target: "tensorrt" or "tensorrt-rtx".
        precision: "auto", "f16" or "f32"; "auto" is f16.
        with_graph: as `TensorRT` takes it.

    Raises:
        NoGpu: there is no GPU that can be used.
        MissingExtraError: the target's package isn't installed.
        EngineRefused: there is no such engine; the message has the command that compiles one.
        ModelError: the engine can't be run.
    """
    kept = "f16" if precision == "auto" else precision
    request = engine_request(target, read_card(generator).size, find_gpu(target=target), kept)
    opened = TensorRT(require_engine(generator, request), with_graph=with_graph)
    if precision == "auto":
        opened.reason = f"version {request.versions[target]}, engine from cache"
    return opened


class TensorRT:
    """An engine with one uint8 (1, H, W, 3) BGR input and one such output.

    Args:
        engine: from the cache.
        with_graph: whether painting is captured as a CUDA graph; without, every kernel is launched
            by itself.
        package, runtime: stand in for the target's package and `cuda.bindings.runtime`.

    Raises:
        ModelError: the engine is for another GPU, version or driver, has another form, or the GPU
            has no memory for it.
        MissingExtraError: its package isn't installed.
        NoGpu: cuda-python is not installed.
    """

    def __init__(
        self,
        engine: CachedEngine,
        *,
        with_graph: bool = True,
        package: Any = None,
        runtime: Any = None,
    ) -> None:
        request = engine.manifest.request
        self._path, self._target, self._size = engine.path, request.target, request.size
        self._description = (
            f"{request.target} {architecture(request.hardware['compute_capability'])}"
            f" {request.precision}"
        )
        self.reason = ""
        self._package = package or load_package(request.target)
        self._complaints = Complaints(self._package)
        self._using = threading.Lock()
        self._lane: Lane | None = None
        self._config: Any = None
        self._kernels: Any = None
        self._context: Any = None
        self._runtime: Any = None
        self._engine = self._load()
        try:
            runtime = runtime or load_cuda_runtime(request.target)
            self._lane = Lane(self._size, int(self._engine.device_memory_size_v2), runtime)
            self._context = self._open_context(self._lane)
            self._warm_up(self._lane, with_graph)
        except CudaError as error:
            self.close()
            raise ModelError(f"{engine.path} can't be run: {error}") from error
        except BaseException:
            self.close()
            raise

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """"backend device precision", and the reason for them where there is one."""
        return f"{self._description}; {self.reason}" if self.reason else self._description

    @property
    def has_graph(self) -> bool:
        """Whether a CUDA graph is replayed."""
        return self._lane is not None and self._lane.has_graph

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
            GeneratorLost: the GPU failed; after some errors it works for no process that has
                met them, and only a fresh one (`--isolate`) paints again.
        """
        check_drawing(image, self._size)
        with self._using:
            if self._lane is None:
                raise GeneratorLost("the generator is closed")
            np.copyto(self._lane.drawing, image)
            try:
                self._lane.paint(self._enqueue)
            except CudaError as error:
                raise GeneratorLost(
                    f"{self._description}: {error}; --isolate would start a fresh process"
                ) from error
            return self._lane.picture.copy()

    def close(self) -> None:
        """Give the GPU's memory back. May be called twice."""
        with self._using:
            lane, self._lane = self._lane, None
            # In this order: a context works in the lane's memory and lives in its engine.
            self._context = self._config = self._kernels = self._engine = self._runtime = None
            if lane:
                lane.close()

    def _enqueue(self, stream: int) -> None:
        if not self._context.execute_async_v3(stream):
            raise CudaError(self._complaints.told())

    def _load(self) -> Any:
        content = self._path.read_bytes()
        runtime = self._package.Runtime(self._complaints.logger)
        if self._target == "tensorrt-rtx":
            self._check_header(runtime, content)
        engine = runtime.deserialize_cuda_engine(content)
        if engine is None:
            raise self._refused(self._complaints.told())
        self._runtime = runtime  # it must outlive its engine
        self._drawing, self._picture = self._ports(engine)
        return engine

    def _check_header(self, runtime: Any, content: bytes) -> None:
        header = content[: runtime.engine_header_size]
        validity, faults = runtime.get_engine_validity(header)
        if validity == self._package.EngineValidity.INVALID:
            kinds = self._package.EngineInvalidityDiagnostics.__members__.items()
            found = [name for name, bit in kinds if int(bit) & int(faults)]
            named = ", ".join(found).lower().replace("_", " ")
            raise self._refused(named or self._complaints.told())

    def _ports(self, engine: Any) -> tuple[str, str]:
        """Names of the drawing and the picture."""
        modes, wanted = self._package.TensorIOMode, (1, *self._size, 3)
        names = [engine.get_tensor_name(place) for place in range(engine.num_io_tensors)]
        names.sort(key=lambda name: engine.get_tensor_mode(name) != modes.INPUT)
        forms = [(engine.get_tensor_dtype(n), tuple(engine.get_tensor_shape(n))) for n in names]
        if forms != [(self._package.DataType.UINT8, wanted)] * 2:
            found = ", ".join(f"{kind} {shape}" for kind, shape in forms)
            raise self._refused(f"it has {found}; wanted a drawing and a picture, uint8 {wanted}")
        return names[0], names[1]

    def _refused(self, why: str) -> ModelError:
        name = self._path.name.split(f".{self._target}.")[0]
        return ModelError(
            f"{self._target} can't run {self._path.name}: {why};"
            f" run: python tools/compile.py {name} --target {self._target}"
        )

    def _open_context(self, lane: Lane) -> Any:
        # In memory of ours: it may take none while a graph is captured.
        managed = self._package.ExecutionContextAllocationStrategy.USER_MANAGED
        if self._target == "tensorrt-rtx":
            self._config = self._engine.create_runtime_config()
            self._config.set_execution_context_allocation_strategy(managed)
            self._take_kernels()
            context = self._engine.create_execution_context(self._config)
        else:
            context = self._engine.create_execution_context(managed)
        if context is None:
            raise self._refused(self._complaints.told())
        context.set_device_memory(lane.work_address, lane.work_bytes)
        context.set_tensor_address(self._drawing, lane.drawing_address)
        context.set_tensor_address(self._picture, lane.picture_address)
        return context

    def _warm_up(self, lane: Lane, with_graph: bool) -> None:
        # The first two load kernels, and TensorRT for RTX compiles them then.
        for _ in range(2):
            lane.paint(self._enqueue)
        if self._target == "tensorrt-rtx":
            self._keep_kernels()
        if not with_graph:
            return
        try:
            lane.capture(self._enqueue)
            lane.paint(self._enqueue)
        except CudaError as error:
            logger.warning("generator  no CUDA graph, kernels are launched one by one: %s", error)

    @property
    def _kernels_path(self) -> Path:
        """Where lies what TensorRT for RTX has compiled for this very GPU and driver."""
        return self._path.with_suffix(".kernels")

    def _take_kernels(self) -> None:
        self._kernels = self._config.create_runtime_cache()
        # What was compiled by another version, or for another GPU, it refuses and compiles anew.
        self._known = b""
        with suppress(OSError):  # there are none yet, or others'
            self._known = self._kernels_path.read_bytes()
        if self._known and not self._kernels.deserialize(self._known):
            self._known = b""
        self._config.set_runtime_cache(self._kernels)

    def _keep_kernels(self) -> None:
        kernels = bytes(self._kernels.serialize())
        if kernels == self._known:
            return
        try:
            write_atomically(self._kernels_path, kernels)
        except OSError as error:
            logger.info("generator  its kernels can't be kept: %s", error.strerror)
