"""The NVIDIA GPU, its driver, and the PyTorch that is built for them or is not."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.checks.tensorrt import check_tensorrt
from livegan.doctor.facts import GPU, Facts
from livegan.doctor.finding import Finding
from livegan.doctor.versions import numbers
from livegan.doctor.wheels import (
    DRIVER_CURE,
    DRIVER_OF_CUDA,
    NEWEST_CUDA,
    TORCH_BUILDS,
    TorchBuild,
    cuda_of,
    torch_cure,
)


def check_gpu(facts: Facts) -> Iterator[Finding]:
    """Whether GPU, driver and the packages that compute on it fit together."""
    if facts.gpus.problem:
        cure = f"restart; if that does not help, {DRIVER_CURE}"
        yield Finding("warn", "nvidia-smi", facts.gpus.problem, cure)
    elif not facts.gpus.gpus:
        # On a Mac there is none to be had.
        why = "" if facts.host.system == "Darwin" or facts.gpus.driver_here else " and no driver"
        yield Finding("ok", "GPU", f"no NVIDIA GPU{why}: the CPU paints")
    for gpu in facts.gpus.gpus:
        told = f"{gpu.name}, {gpu.architecture}, {gpu.memory_mib / 1024:.0f} GiB"
        yield Finding("ok", "GPU", told)
    first = next(iter(facts.gpus.gpus), None)
    if first:
        yield _driver(first)
        yield from _torch(facts, first)
    yield from check_tensorrt(facts)


def _driver(gpu: GPU) -> Finding:
    cuda = cuda_of(gpu)
    if not cuda:
        oldest = min(DRIVER_OF_CUDA.values())
        told = f"{gpu.driver} is too old for CUDA 12, which begins at {oldest}"
        return Finding("warn", "driver", told, DRIVER_CURE)
    return Finding("ok", "driver", f"{gpu.driver} runs packages for CUDA {cuda} and older")


def _torch(facts: Facts, gpu: GPU) -> Iterator[Finding]:
    installed, cuda = facts.packages.installed.get("torch"), facts.packages.torch_cuda
    if installed is None or cuda is None:
        return
    version = installed.partition("+")[0]
    if not cuda:
        told = f"{version} is built without CUDA: it leaves the GPU idle"
        yield Finding("warn", "PyTorch", told, torch_cure(facts))
        return
    major = numbers(cuda)[0]
    told = f"{version} for CUDA {cuda}"
    build = _build(cuda)
    if major > cuda_of(gpu):
        needed = DRIVER_OF_CUDA.get(major, DRIVER_OF_CUDA[NEWEST_CUDA])
        told += f" wants a driver from {needed} on, this one is {gpu.driver}"
        yield Finding("warn", "PyTorch", told, torch_cure(facts))
    elif build and not build.runs_on(gpu):
        told += f" is not built for {gpu.architecture}"
        yield Finding("warn", "PyTorch", told, torch_cure(facts))
    else:
        yield Finding("ok", "PyTorch", told)


def _build(cuda: str) -> TorchBuild | None:
    return next((build for build in TORCH_BUILDS if build.cuda == numbers(cuda)[:2]), None)
