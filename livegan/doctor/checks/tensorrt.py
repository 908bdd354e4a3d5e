"""TensorRT and TensorRT for RTX: whether they are whole, and fit the GPU and its driver."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from livegan.doctor.facts import GPU, Facts
from livegan.doctor.finding import Finding
from livegan.doctor.versions import numbers
from livegan.doctor.wheels import (
    NEWEST_CUDA,
    cuda_of,
    takes_rtx,
    takes_tensorrt,
    tensorrt_cure,
    tensorrt_driver,
)


@dataclass(frozen=True)
class _Product:
    """One of the two: its name, the beginning of its packages' names, and whether it is RTX."""

    name: str
    prefix: str
    rtx: bool

    def takes(self, gpu: GPU) -> bool:
        return takes_rtx(gpu) if self.rtx else takes_tensorrt(gpu)

    def parts(self, installed: Mapping[str, str]) -> dict[int, dict[str, str]]:
        """Versions of "libs" and "bindings" by the major version of CUDA that they are for."""
        found: dict[int, dict[str, str]] = {}
        for name, version in installed.items():
            match = re.fullmatch(rf"{self.prefix}-cu(\d+)-(libs|bindings)", name)
            if match:
                found.setdefault(int(match[1]), {})[match[2]] = version
        return found


_PRODUCTS = (
    _Product("TensorRT", "tensorrt", rtx=False),
    _Product("TensorRT-RTX", "tensorrt-rtx", rtx=True),
)


def check_tensorrt(facts: Facts) -> Iterator[Finding]:
    """Whether what compiles engines for the GPU is there, whole, and for this GPU and driver."""
    gpu = next(iter(facts.gpus.gpus), None)
    there = [one for one in _PRODUCTS if one.parts(facts.packages.installed)]
    for product in there:
        yield _product(facts, product, gpu)
    if there and gpu:
        yield from _cuda_python(facts, gpu)
    if not there and gpu:
        yield _absent(gpu, facts.host.system)


def _absent(gpu: GPU, system: str) -> Finding:
    if not takes_tensorrt(gpu):
        told = f"none plays on {gpu.architecture}, they begin at sm_75: the CPU paints"
        return Finding("note", "TensorRT", told)
    rtx = takes_rtx(gpu)
    name = "TensorRT-RTX" if rtx else "TensorRT"
    cure = tensorrt_cure(gpu, system, rtx=rtx)
    return Finding("note", name, "is not installed: needed to paint on the GPU", cure)


def _product(facts: Facts, product: _Product, gpu: GPU | None) -> Finding:
    parts = product.parts(facts.packages.installed)
    cure = tensorrt_cure(gpu, facts.host.system, rtx=product.rtx) if gpu else ""
    if len(parts) > 1:
        return _doubled(facts, product, parts, gpu)
    ((cuda, versions),) = parts.items()
    told = f"{next(iter(versions.values()))} for CUDA {cuda}"
    if set(versions) != {"libs", "bindings"} or len(set(versions.values())) > 1:
        have = " and ".join(f"{part} {version}" for part, version in sorted(versions.items()))
        names = f"{product.prefix}-cu{cuda}-libs {product.prefix}-cu{cuda}-bindings"
        return Finding(
            "warn",
            product.name,
            f"has {have}: wanted libs and bindings of one version",
            f"pip install --upgrade {names}",
        )
    if gpu is None:
        use = "compiles here, and plays on NVIDIA GPUs" if product.rtx else "wants an NVIDIA GPU"
        return Finding("note", product.name, f"{told}: {use}")
    if not product.takes(gpu):
        if takes_tensorrt(gpu):
            cure = tensorrt_cure(gpu, facts.host.system, rtx=False)
        else:
            cure = "leave the painting to the CPU: `livegan` does so by itself"
        return Finding("warn", product.name, f"{told} does not play on {gpu.architecture}", cure)
    needed = tensorrt_driver(cuda, facts.host.system)
    if gpu.driver_branch < needed:
        told += f" wants a driver from {needed} on, this one is {gpu.driver}"
        if "pip install" in cure:
            cure = f"{_uninstall(facts, product, cuda)}; then: {cure}"
        return Finding("warn", product.name, told, cure)
    return Finding("ok", product.name, f"{told} plays on {gpu.architecture}")


def _doubled(
    facts: Facts, product: _Product, parts: Mapping[int, object], gpu: GPU | None
) -> Finding:
    """Those for CUDA 12 and 13 are one module to Python; which is loaded is chance."""
    fitting = [cuda for cuda in parts if gpu is None or cuda <= cuda_of(gpu)]
    kept = max(fitting, default=max(parts))
    gone = "; ".join(_uninstall(facts, product, cuda) for cuda in sorted(parts) if cuda != kept)
    listed = " and ".join(f"CUDA {cuda}" for cuda in sorted(parts))
    # The files of both lie in one folder, so those that stay have to be put there again.
    again = (
        f"pip install --force-reinstall --no-deps {product.prefix}-cu{kept}-libs"
        f" {product.prefix}-cu{kept}-bindings"
    )
    return Finding("warn", product.name, f"is there for {listed} at once", f"{gone}; then: {again}")


def _uninstall(facts: Facts, product: _Product, cuda: int) -> str:
    prefix = f"{product.prefix}-cu{cuda}"
    names = [name for name in sorted(facts.packages.installed) if name.startswith(prefix)]
    if cuda == NEWEST_CUDA and product.prefix in facts.packages.installed:
        names.insert(0, product.prefix)  # which only brings the others
    return f"pip uninstall -y {' '.join(names)}"


def _cuda_python(facts: Facts, gpu: GPU) -> Iterator[Finding]:
    version = facts.packages.installed.get("cuda-python")
    newest = cuda_of(gpu)
    wanted = '"cuda-python<13"' if newest < NEWEST_CUDA else "cuda-python"
    if version is None:
        told = "is missing: TensorRT needs it to reach the GPU"
        yield Finding("warn", "cuda-python", told, f"pip install {wanted}")
    elif newest and numbers(version)[0] > newest:
        told = f"{version} is for CUDA {numbers(version)[0]}, the driver {gpu.driver} runs {newest}"
        yield Finding("warn", "cuda-python", told, f"pip install {wanted}")
