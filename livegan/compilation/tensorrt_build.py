"""Compiles a generator with TensorRT or TensorRT for RTX, in a process of its own.

The two packages have nearly one interface. TensorRT times kernels on the GPU that it compiles for;
TensorRT for RTX needs none, takes seconds on two cores, and finishes its work where the engine is
first loaded. Either may crash, and takes no more than its own process with it.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from livegan.compilation.cache import CachedEngine, store_engine, user_cache
from livegan.compilation.gpu import Gpu, architecture
from livegan.compilation.manifest import EngineRequest
from livegan.compilation.tensorrt_package import Complaints, installed_version, load_package
from livegan.compilation.typed_graph import typed_graph
from livegan.errors import LiveganError, ModelError
from livegan.files import write_atomically

Tell = Callable[[str, int, int], None]
"""Hears of progress: what is being done, how many steps of it are done, how many there are."""

_LEAVE_WITHIN_S = 5.0


def engine_request(
    target: str, size: tuple[int, int], gpu: Gpu | str, precision: str = "f16"
) -> EngineRequest:
    """Which engine a machine needs.

    Args:
        target: "tensorrt" or "tensorrt-rtx".
        size: height and width in pixels.
        gpu: what it is for; for TensorRT for RTX its compute capability ("8.9") is enough, and
            the engine runs on every GPU that has it.
        precision: "f16" or "f32".

    Raises:
        MissingExtraError: the target's package isn't installed.
    """
    version = installed_version(target)
    if version is None:
        load_package(target)  # says what is missing, and the cure
    hardware = {"compute_capability": gpu if isinstance(gpu, str) else gpu.compute_capability}
    if target == "tensorrt" and isinstance(gpu, Gpu):
        hardware["gpu"] = gpu.name
    return EngineRequest(target, precision, size, {target: str(version)}, hardware)


def compile_engine(
    generator: Path, request: EngineRequest, tell: Tell | None = None
) -> CachedEngine:
    """Compile a generator and keep the engine.

    Args:
        generator: the .onnx.
        request: as `engine_request` gives it.
        tell: hears of progress.

    Raises:
        ModelError: the compiler refuses the network or the GPU, or crashed.
        MissingExtraError: its package isn't installed.
        UsageError: the engine can't be kept anywhere.
    """
    began_s = time.monotonic()
    content = build_engine(generator, request, tell)
    return store_engine(generator, request, content, time.monotonic() - began_s)


def build_engine(generator: Path, request: EngineRequest, tell: Tell | None = None) -> bytes:
    """As `compile_engine`, without keeping it.

    Raises:
        ModelError: the compiler refuses the network or the GPU, or crashed.
        MissingExtraError: its package isn't installed.
    """
    context = multiprocessing.get_context("spawn")
    line, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, generator, request), daemon=True)
    process.start()
    theirs.close()
    try:
        while not isinstance(heard := line.recv(), bytes):
            if isinstance(heard, LiveganError):
                raise heard
            if tell:
                tell(*heard)
        return heard
    except (EOFError, OSError):
        process.join(_LEAVE_WITHIN_S)
        raise ModelError(
            f"the compiler of {request.target} crashed on {generator}"
            f" (exit code {process.exitcode}); the generator plays without it"
        ) from None
    finally:
        line.close()
        process.join(_LEAVE_WITHIN_S)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(line: Connection, generator: Path, request: EngineRequest) -> None:
    def tell(phase: str, done: int, total: int) -> None:
        line.send((phase, done, total))

    try:
        line.send(_build(generator, request, tell))
    except LiveganError as error:
        line.send(error)


def _build(generator: Path, request: EngineRequest, tell: Tell) -> bytes:
    import onnx

    package = load_package(request.target)
    network_bytes = typed_graph(onnx.load(generator), request.precision).SerializeToString()
    complaints = Complaints(package)
    builder = package.Builder(complaints.logger)
    typed = 1 << int(package.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
    network = builder.create_network(typed)
    parser = package.OnnxParser(network, complaints.logger)
    if not parser.parse(network_bytes):
        raise ModelError(f"{request.target} can't read {generator}: {complaints.told()}")
    config = builder.create_builder_config()
    _configure(package, config, request)
    # The builder does not keep it alive.
    config.progress_monitor = monitor = _monitor(package, tell)
    timings = _timings(request) if request.target == "tensorrt" else None
    if timings:
        _take_timings(config, timings)
    engine = builder.build_serialized_network(network, config)
    del monitor
    if engine is None:
        raise ModelError(f"{request.target} can't compile {generator}: {complaints.told()}")
    if timings:
        _keep_timings(config, timings)
    return bytes(engine)


def _configure(package: Any, config: Any, request: EngineRequest) -> None:
    # What is single is so on purpose; TF32 would leave it 10 bits.
    config.clear_flag(package.BuilderFlag.TF32)
    if request.target != "tensorrt-rtx":
        return
    # Without it memory may be taken while a CUDA graph is captured, which ends the capture.
    config.set_flag(package.BuilderFlag.REQUIRE_USER_ALLOCATION)
    wanted = request.hardware["compute_capability"]
    known = {name: kind for name, kind in package.ComputeCapability.__members__.items()
             if name.startswith("SM")}
    capability = known.get(f"SM{wanted.replace('.', '')}")
    if capability is None:
        names = ", ".join(f"{name[2:-1]}.{name[-1]}" for name in known)
        raise ModelError(f"tensorrt-rtx {package.__version__} compiles for GPUs of compute"
                         f" capability {names}; not for {wanted} ({architecture(wanted)})")
    config.num_compute_capabilities = 1
    config.set_compute_capability(capability, 0)


def _monitor(package: Any, tell: Tell) -> Any:
    class Monitor(package.IProgressMonitor):  # type: ignore[misc]
        def __init__(self) -> None:
            package.IProgressMonitor.__init__(self)
            self._totals: dict[str, int] = {}

        def phase_start(self, name: str, parent: str | None, steps: int) -> None:
            self._totals[name] = steps

        def phase_finish(self, name: str) -> None:
            self._totals.pop(name, None)

        def step_complete(self, name: str, step: int) -> bool:
            tell(name, step + 1, self._totals.get(name, step + 1))
            return True

    return Monitor()


def _timings(request: EngineRequest) -> Path:
    """Where a GPU's kernel timings lie: the next generator of the same form compiles in seconds."""
    version, capability = request.versions["tensorrt"], request.hardware["compute_capability"]
    return user_cache() / f"tensorrt-{version}-{architecture(capability)}.timings"


def _take_timings(config: Any, path: Path) -> None:
    known = path.read_bytes() if path.is_file() else b""
    # TensorRT refuses timings of another GPU or version, and begins anew.
    if not config.set_timing_cache(config.create_timing_cache(known), ignore_mismatch=False):
        config.set_timing_cache(config.create_timing_cache(b""), ignore_mismatch=False)


def _keep_timings(config: Any, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, bytes(config.get_timing_cache().serialize()))
    except OSError:  # it only costs time
        return
