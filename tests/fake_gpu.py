"""A GPU of the imagination: what of CUDA and TensorRT the generators call, with a log of the calls.

Memory is real memory of this process, and an engine paints its drawing in reverse. What is asked
of a stream happens at once; while it is captured it is only recorded, and happens at each launch.
"""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

ILLEGAL_ADDRESS, OUT_OF_MEMORY, CAPTURE_INVALIDATED = 700, 2, 901
_TEXTS = {
    35: b"CUDA driver version is insufficient for CUDA runtime version",
    ILLEGAL_ADDRESS: b"an illegal memory access was encountered",
    OUT_OF_MEMORY: b"out of memory",
    CAPTURE_INVALIDATED: b"operation failed due to a previous error during capture",
}


class FakeCudaRuntime:
    """Stands in for `cuda.bindings.runtime`.

    Args:
        fails: code that a call answers with, by its name; taken out once it has been given.
    """

    cudaStreamNonBlocking = cudaEventDisableTiming = cudaHostAllocDefault = 0
    cudaMemcpyKind = SimpleNamespace(cudaMemcpyHostToDevice=1, cudaMemcpyDeviceToHost=2)
    cudaStreamCaptureMode = SimpleNamespace(cudaStreamCaptureModeThreadLocal=1)

    def __init__(self, **fails: int) -> None:
        self.fails = fails
        self.calls: list[str] = []
        self.held: dict[int, Any] = {}
        self.stuck = 0
        self.capturing: list[Callable[[], None]] | None = None
        self._graphs: dict[int, list[Callable[[], None]]] = {}

    def __getattr__(self, name: str) -> Callable[..., tuple[Any, ...]]:
        if not name.startswith("cuda"):
            raise AttributeError(name)

        def call(*args: Any) -> tuple[Any, ...]:
            self.calls.append(name)
            code = self.stuck or self.fails.pop(name, 0)
            if code == ILLEGAL_ADDRESS:
                self.stuck = code
            if code and name == "cudaStreamEndCapture":
                self.capturing = None  # it ends in any case
            if code:
                return code, *([None] if name in _ANSWERING else [])
            answer = getattr(self, f"_{name}", lambda *_: None)(*args)
            return (0, answer) if name in _ANSWERING else (0,)

        return call

    def cudaGetErrorString(self, code: int) -> tuple[int, bytes]:
        return 0, _TEXTS[code]

    def do(self, work: Callable[[], None]) -> None:
        """On a stream: now, or at each launch of what is being captured."""
        if self.capturing is None:
            work()
        else:
            self.capturing.append(work)

    def _take(self, size: int) -> int:
        memory = (ctypes.c_uint8 * size)()
        self.held[ctypes.addressof(memory)] = memory
        return ctypes.addressof(memory)

    def _cudaMalloc(self, size: int) -> int:
        return self._take(size)

    def _cudaHostAlloc(self, size: int, flags: int) -> int:
        return self._take(size)

    def _cudaStreamCreateWithFlags(self, flags: int) -> int:
        return self._take(1)

    def _cudaEventCreateWithFlags(self, flags: int) -> int:
        return self._take(1)

    def _release(self, what: int) -> None:
        del self.held[what]

    _cudaFree = _cudaFreeHost = _cudaStreamDestroy = _cudaEventDestroy = _release

    def _cudaMemcpyAsync(self, to: int, source: int, size: int, kind: int, stream: int) -> None:
        self.do(lambda: void(ctypes.memmove(to, source, size)))

    def _cudaStreamBeginCapture(self, stream: int, mode: int) -> None:
        self.capturing = []

    def _cudaStreamEndCapture(self, stream: int) -> list[Callable[[], None]]:
        assert self.capturing is not None
        captured, self.capturing = self.capturing, None
        return captured

    def _cudaGraphInstantiate(self, graph: list[Callable[[], None]], flags: int) -> int:
        handle = self._take(1)
        self._graphs[handle] = graph
        return handle

    def _cudaGraphExecDestroy(self, graph: int) -> None:
        del self._graphs[graph]
        self._release(graph)

    def _cudaGraphLaunch(self, graph: int, stream: int) -> None:
        for work in self._graphs[graph]:
            work()


_ANSWERING = (
    "cudaMalloc", "cudaHostAlloc", "cudaStreamCreateWithFlags", "cudaEventCreateWithFlags",
    "cudaStreamEndCapture", "cudaGraphInstantiate",
)


def void(_: object) -> None:
    """Takes a value, gives none."""


class FakeTensorRT:
    """Stands in for the package of TensorRT, or of TensorRT for RTX.

    Args:
        cuda: where its engines paint.
        shape: of drawing and picture.
        complaint: with which it refuses every engine.
        faults: which it finds in an engine's header.
        uncapturable: whether it refuses to paint while it is captured.
        kind: type of drawing and picture.
    """

    class ILogger:
        INTERNAL_ERROR, ERROR = 0, 1

        def __init__(self) -> None: ...

        def log(self, severity: int, text: str) -> None: ...

    class TensorIOMode(enum.Enum):
        INPUT = 0
        OUTPUT = 1

    class DataType(enum.Enum):
        FLOAT = 0
        UINT8 = 5

    class EngineValidity(enum.Enum):
        VALID = 0
        INVALID = 2

    class EngineInvalidityDiagnostics(enum.IntEnum):
        VERSION_MISMATCH = 1
        UNSUPPORTED_CC = 2
        OLD_CUDA_DRIVER = 4

    class ExecutionContextAllocationStrategy(enum.Enum):
        STATIC = 0
        USER_MANAGED = 2

    def __init__(
        self,
        cuda: FakeCudaRuntime,
        shape: tuple[int, ...],
        *,
        complaint: str = "",
        faults: int = 0,
        uncapturable: bool = False,
        kind: str = "UINT8",
    ) -> None:
        self.cuda = cuda
        self.shape = shape
        self.complaint = complaint
        self.faults = faults
        self.uncapturable = uncapturable
        self.kind = self.DataType[kind]
        self.compiled = 0
        self.strategies: list[object] = []

    def Runtime(self, logger: ILogger) -> FakeRuntime:
        return FakeRuntime(self, logger)


class FakeRuntime:
    """Opens engines."""

    engine_header_size = 64

    def __init__(self, package: FakeTensorRT, logger: FakeTensorRT.ILogger) -> None:
        self._package = package
        self._logger = logger

    def get_engine_validity(self, header: bytes) -> tuple[FakeTensorRT.EngineValidity, int]:
        assert len(header) <= self.engine_header_size
        kinds, faults = self._package.EngineValidity, self._package.faults
        return (kinds.INVALID if faults else kinds.VALID), faults

    def deserialize_cuda_engine(self, content: bytes) -> FakeEngine | None:
        if self._package.complaint:
            self._logger.log(1, self._package.complaint)
            self._logger.log(1, "and what follows from it")
            return None
        return FakeEngine(self._package, self._logger)


class FakeEngine:
    """Paints in reverse."""

    num_io_tensors = 2
    device_memory_size_v2 = 1000

    def __init__(self, package: FakeTensorRT, logger: FakeTensorRT.ILogger) -> None:
        self.package = package
        self.logger = logger

    def get_tensor_name(self, place: int) -> str:
        return ("out", "in")[place]

    def get_tensor_mode(self, name: str) -> FakeTensorRT.TensorIOMode:
        modes = self.package.TensorIOMode
        return modes.INPUT if name == "in" else modes.OUTPUT

    def get_tensor_dtype(self, name: str) -> FakeTensorRT.DataType:
        return self.package.kind

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.package.shape

    def create_runtime_config(self) -> FakeRuntimeConfig:
        return FakeRuntimeConfig(self.package)

    def create_execution_context(self, how: Any) -> FakeContext:
        config = how if isinstance(how, FakeRuntimeConfig) else None
        self.package.strategies.append(config.strategy if config else how)
        return FakeContext(self, config.kernels if config else None)


class FakeRuntimeConfig:
    """Of TensorRT for RTX alone."""

    strategy: object = None
    kernels: FakeKernels | None = None

    def __init__(self, package: FakeTensorRT) -> None:
        self._package = package

    def set_execution_context_allocation_strategy(self, strategy: object) -> None:
        self.strategy = strategy

    def create_runtime_cache(self) -> FakeKernels:
        return FakeKernels()

    def set_runtime_cache(self, kernels: FakeKernels) -> None:
        self.kernels = kernels


class FakeKernels:
    """What was compiled for this GPU as an engine was first used."""

    content = b""

    def deserialize(self, content: bytes) -> bool:
        right = content.startswith(b"kernels")
        self.content = content if right else b""
        return right

    def serialize(self) -> bytes:
        return self.content


class FakeContext:
    """Runs an engine."""

    def __init__(self, engine: FakeEngine, kernels: FakeKernels | None) -> None:
        self._engine = engine
        self._kernels = kernels
        self._addresses: dict[str, int] = {}
        self._works_in = 0

    def set_device_memory(self, address: int, size: int) -> None:
        assert size >= self._engine.device_memory_size_v2
        self._works_in = address

    def set_tensor_address(self, name: str, address: int) -> None:
        self._addresses[name] = address

    def execute_async_v3(self, stream: int) -> bool:
        package = self._engine.package
        package.cuda.calls.append("enqueue")
        assert self._works_in in package.cuda.held and stream in package.cuda.held
        if package.uncapturable and package.cuda.capturing is not None:
            self._engine.logger.log(1, "this network can't be captured")
            return False
        if self._kernels and not self._kernels.content:
            package.compiled += 1
            self._kernels.content = b"kernels for this GPU"
        package.cuda.do(self._paint)
        return True

    def _paint(self) -> None:
        length = int(np.prod(self._engine.package.shape))
        drawing, picture = (
            np.ctypeslib.as_array((ctypes.c_uint8 * length).from_address(self._addresses[name]))
            for name in ("in", "out")
        )
        picture[:] = 255 - drawing
