"""The engines that were compiled from generators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from livegan.doctor.cures import told_and_cure
from livegan.doctor.facts import GPU, Engine, Facts
from livegan.doctor.finding import Finding


def check_engines(facts: Facts) -> Iterator[Finding]:
    """Whether each engine is whole, and of this machine."""
    if facts.engines.problem:
        yield Finding("warn", "engines", *told_and_cure(facts.engines.problem))
    elif not facts.engines.engines:
        told = f"none is compiled: {facts.engines.generators} generators play as they are"
        yield Finding("ok", "engines", told)
    for engine in facts.engines.engines:
        fault = engine.fault or _misfit(engine, facts)
        what = " ".join(filter(None, (engine.target, engine.precision)))
        if fault:
            cure = f"python tools/compile.py {engine.generator} --target {engine.target}"
            yield Finding("warn", engine.generator, f"{what} engine {fault}", cure)
        else:
            yield Finding("ok", engine.generator, f"{what} engine")


def _misfit(engine: Engine, facts: Facts) -> str:
    """Why an engine that is whole is of no use here; "" where it is."""
    gpu = next(iter(facts.gpus.gpus), None)
    compiled_for = _capabilities(engine.hardware.get("compute_capability", ""))
    if compiled_for and gpu is None:
        return f"was compiled for {_listed(compiled_for)}, here is no NVIDIA GPU"
    if compiled_for and gpu and _capability(gpu) not in compiled_for:
        return f"was compiled for {_listed(compiled_for)}, this GPU is {gpu.architecture}"
    for name, version in engine.versions.items():
        installed = facts.packages.installed.get(name.casefold().replace("_", "-"))
        if installed is None:
            continue  # what is missing is told where packages are
        if not _agree(version, installed):
            return f"was compiled with {name} {version}, installed is {installed}"
    return ""


def _capabilities(text: str) -> list[int]:
    """Compute capabilities, however written: [86, 89] of "sm_86, sm_89" and of "8.6, 8.9"."""
    return [int(found.replace(".", "")) for found in re.findall(r"\d+(?:\.\d)?", text)]


def _capability(gpu: GPU) -> int:
    return gpu.capability[0] * 10 + gpu.capability[1]


def _listed(capabilities: list[int]) -> str:
    return ", ".join(f"sm_{one}" for one in capabilities)


def _agree(one: str, other: str) -> bool:
    """Whether two versions are the same as far as both are told: "11.4" and "11.4.0.106"."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))
