"""Compiles a generator with TensorRT or TensorRT for RTX, in a process of its own.

The two packages have nearly one interface. TensorRT times kernels on the GPU that it compiles for;
TensorRT for RTX needs none, takes seconds on two cores, and finishes its work where the engine is
first loaded. Either may crash, and takes no more than its own process with it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from livegan.compilation.cache import CachedEngine, store_engine
from livegan.compilation.gpu import Gpu
from livegan.compilation.manifest import EngineRequest
from livegan.compilation.tensorrt_package import installed_version, load_package
from livegan.errors import LiveganError, ModelError

Tell = Callable[[str, int, int], None]
"""Hears of progress: what is being done, how many steps of it are done, how many there are."""

_COMMAND = (sys.executable, "-m", "livegan.compilation.tensorrt_compiler")


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
    with _compiler() as compiler:
        assert compiler.stdin and compiler.stdout
        try:
            pickle.dump((generator, request), compiler.stdin)
            compiler.stdin.flush()
            while not isinstance(heard := pickle.load(compiler.stdout), bytes):
                if isinstance(heard, LiveganError):
                    raise heard
                if tell:
                    tell(*heard)
            return heard
        except (EOFError, OSError, pickle.UnpicklingError):
            raise ModelError(
                f"the compiler of {request.target} crashed on {generator} (exit code"
                f" {compiler.wait()}); the generator plays without it"
            ) from None


@contextmanager
def _compiler() -> Iterator[subprocess.Popen[bytes]]:
    # Not by multiprocessing: an isolated generator's process may start none of its kind.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        # Ctrl-C goes to every process of a terminal; this one ends with the one that started it.
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
            assert process.stdin
            with suppress(OSError):  # what it died before it read
                process.stdin.close()
