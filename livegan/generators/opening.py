"""Opens a generator's file with the backend that runs it."""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from livegan.compilation.cache import EngineRefused
from livegan.compilation.openvino_int8 import FALL
from livegan.errors import LiveganError, MissingExtraError, ModelError
from livegan.generators.generator import Generator
from livegan.generators.improving import Improving
from livegan.generators.surviving import Surviving
from livegan.model_card import read_card
from livegan.supervision import one_line

if TYPE_CHECKING:  # at run time it takes 0.2 s to load
    from livegan.generators.openvino import OpenVINO

logger = logging.getLogger("livegan")

COMPILERS = ("tensorrt", "tensorrt-rtx")
"""What paints on an NVIDIA GPU, the quickest first; each is asked for by its name as the device."""
TORCH = "torch"

_UNUSABLE = (LiveganError, ImportError, OSError)
"""Raised for a GPU that can't be used; the last two by CUDA libraries that are broken or gone."""
_TRIALS = 4
_WORTH = 0.9
"""In what part of the exact one's time int8 has to paint: without instructions for eight bits a CPU
gains nothing, and then pictures should be exact."""
_ratios: dict[int, float] = {}
"""What was found of this CPU, by how many cores were busy. Another trial, in mid-show, would
disturb what plays and be disturbed by it: its verdict was that of a busy machine."""
_TELL_EVERY_S = 5.0


def load_generator(
    path: str | Path,
    *,
    device: str = "auto",
    precision: str = "auto",
    busy_cores: int = 0,
    compile_missing: bool = False,
) -> Generator:
    """A generator from its file.

    Args:
        path: an .onnx with uint8 (1, H, W, 3) BGR in and out, and a card.
        device: "auto", a device of OpenVINO ("CPU", "GPU", "NPU"), or what paints on an NVIDIA
            GPU: "tensorrt", "tensorrt-rtx", "torch". "auto" is an NVIDIA GPU where one can be
            used, else the CPU.
        precision: "auto", "f32" (exact), "f16", "bf16" or "int8". On the CPU "auto" is int8 where
            the generator has an engine that was accepted and this CPU gains by it; else f32. With
            any other than "auto" the device "auto" is the CPU.
        busy_cores: how many cores have other work while it paints; it takes the rest, at least one.
        compile_missing: whether the CPU paints while what is better and not yet there is made: an
            engine for this machine's GPU compiled, PyTorch loaded.

    Raises:
        ModelError: no such file, not a generator, no card, no such device, no engine of it.
    """
    card, path = read_card(path), Path(path)
    if device == "auto" and precision == "auto":
        generator = _chosen(path, busy_cores, compile_missing)
    elif device.upper() == "CPU" and precision == "auto":
        generator = _on_cpu(path, busy_cores)
    elif device in (*COMPILERS, TORCH):
        generator = _on_nvidia(path, device, precision)
    else:
        from livegan.generators.openvino import OpenVINO

        generator = OpenVINO(path, device, precision, busy_cores)
    if generator.size != card.size:
        raise ModelError(f"{path}: the network paints {generator.size}, its card says {card.size}")
    return generator


def _chosen(path: Path, busy_cores: int, compile_missing: bool) -> Generator:
    """What paints quickest on this machine with what is installed and compiled."""
    if not _has_nvidia_driver():
        return _on_cpu(path, busy_cores)
    from livegan.compilation.tensorrt_package import installed_version

    on_cpu = partial(_on_cpu, path, busy_cores)
    missing = []
    for compiler in COMPILERS:
        if installed_version(compiler) is None:
            continue
        try:
            return Surviving(_on_nvidia(path, compiler, "auto"), on_cpu)
        except EngineRefused:
            missing.append(compiler)
        except _UNUSABLE as error:
            logger.warning("%s", one_line(error))
    if not compile_missing:
        return _on_torch(path, on_cpu)
    better = [partial(_compiled, path, missing[0])] if missing else []
    if importlib.util.find_spec("torch"):
        better.append(partial(_on_nvidia, path, TORCH, "auto"))
    if not better:
        return on_cpu()
    # PyTorch takes seconds to load, and a compiler longer: nobody waits for them.
    return Surviving(Improving(on_cpu(), partial(_first_of, better)), on_cpu)


def _first_of(openings: Sequence[Callable[[], Generator]]) -> Generator:
    """What the first of them opens that can; what hinders one of the others is told."""
    *others, last = openings
    for opening in others:
        try:
            return opening()
        except _UNUSABLE as error:
            logger.warning("%s", one_line(error))
    return last()


def _on_torch(path: Path, on_cpu: Callable[[], Generator]) -> Generator:
    try:
        return Surviving(_on_nvidia(path, TORCH, "auto"), on_cpu)
    except MissingExtraError:
        pass
    except _UNUSABLE as error:
        logger.warning("%s", one_line(error))
    return on_cpu()


def _on_nvidia(path: Path, device: str, precision: str) -> Generator:
    if device == TORCH:
        if importlib.util.find_spec("torch") is None:
            raise MissingExtraError('PyTorch is not installed; run: pip install -e ".[train]"')
        # Loads PyTorch, which takes seconds.
        from livegan.generators.torch_cuda import TorchCuda

        return TorchCuda(path, "cuda", precision)
    from livegan.generators.tensorrt import open_tensorrt

    return open_tensorrt(path, device, precision)


def _compiled(path: Path, compiler: str) -> Generator:
    """The generator's engine for the GPU that is here, compiled now; progress goes to the log."""
    from livegan.compilation.gpu import find_gpu
    from livegan.compilation.tensorrt_build import compile_engine, engine_request

    told_s = float("-inf")

    def tell(phase: str, done: int, total: int) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s >= _TELL_EVERY_S:
            told_s = now_s
            logger.info("compiling  %s: %s, %d of %d", compiler, phase, done, total)

    gpu = find_gpu(target=compiler)
    compile_engine(path, engine_request(compiler, read_card(path).size, gpu), tell)
    return _on_nvidia(path, compiler, "auto")


def _has_nvidia_driver() -> bool:
    """Whether a GPU's driver is there; without it nothing of NVIDIA's need be loaded."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _on_cpu(path: Path, busy_cores: int) -> OpenVINO:
    """In eight bits where those were found good enough and are faster here; else exactly."""
    from livegan.generators.openvino import OpenVINO

    try:
        short = OpenVINO(path, "CPU", "int8", busy_cores)
    except ModelError as error:
        exact = OpenVINO(path, "CPU", "f32", busy_cores)
        if not (isinstance(error, EngineRefused) and error.missing):
            logger.warning("%s", error)
            exact.reason = "its int8 engine can't be used"
        return exact
    if _ratios.get(busy_cores, 1.0) > _WORTH:
        exact = OpenVINO(path, "CPU", "f32", busy_cores)
        if busy_cores not in _ratios:
            _ratios[busy_cores] = _time_ratio(short, exact)
        if _ratios[busy_cores] > _WORTH:
            exact.reason = "int8 gains nothing on this CPU"
            return exact
    assert short.engine is not None  # int8 paints with nothing else
    fall = short.engine.manifest.metrics.get(FALL, 0)
    short.reason = f"quicker and as good as exact, MS-SSIM -{fall:.3f}"
    return short


def _time_ratio(one: Generator, other: Generator) -> float:
    """How long one paints, in parts of the other's time; the best of some trials in turn."""
    drawing = np.zeros((*one.size, 3), np.uint8)
    quickest_s = [float("inf"), float("inf")]
    for _ in range(_TRIALS):
        for index, generator in enumerate((one, other)):
            began_s = time.perf_counter()
            generator.generate(drawing)
            quickest_s[index] = min(quickest_s[index], time.perf_counter() - began_s)
    return quickest_s[0] / quickest_s[1]
