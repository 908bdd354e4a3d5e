"""The process that compiles for TensorRT: `python -m livegan.compilation.tensorrt_compiler`.

Reads a pickled generator's path and engine request; writes pickled steps of progress, and last the
engine or the error.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import onnx

from livegan.compilation.cache import user_cache
from livegan.compilation.gpu import architecture
from livegan.compilation.manifest import EngineRequest
from livegan.compilation.tensorrt_build import Tell
from livegan.compilation.tensorrt_package import Complaints, load_package
from livegan.compilation.typed_graph import typed_graph
from livegan.errors import LiveganError, ModelError
from livegan.files import write_atomically
from livegan.supervision import one_line

_NICENESS = 10
"""Whoever plays meanwhile goes first."""


def main() -> None:
    """Compile what is asked for."""
    # A library that prints must not print between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(value: object) -> None:
        try:
            pickle.dump(value, answers)
            answers.flush()
        except BrokenPipeError:  # as in `_leave_with_parent`
            os._exit(1)

    def tell(*step: object) -> None:
        send(step)

    generator, request = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    answer: bytes | LiveganError
    try:
        answer = _build(generator, request, tell)
    except LiveganError as error:
        answer = error
    except Exception as error:
        answer = ModelError(f"{request.target} can't compile {generator}: {one_line(error)}")
    send(answer)


def _leave_with_parent() -> None:
    """End this process with the one that started it, in the middle of its work."""
    # Nothing more comes: this ends as the other side does. Past Python's buffer, whose lock the
    # end of this process would want.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _build(generator: Path, request: EngineRequest, tell: Tell) -> bytes:
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


if __name__ == "__main__":
    main()
