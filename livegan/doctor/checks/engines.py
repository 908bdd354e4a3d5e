"""The engines that were compiled from generators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from livegan.counting import counted
from livegan.doctor.cures import told_and_cure
from livegan.doctor.facts import GPU, Engine, Facts
from livegan.doctor.finding import Finding
from livegan.doctor.wheels import takes_rtx


def check_engines(facts: Facts) -> Iterator[Finding]:
    """Whether each engine is whole, and of this machine."""
    if facts.engines.problem:
        yield Finding("warn", "engines", *told_and_cure(facts.engines.problem))
    elif not facts.engines.engines:
        known = facts.engines.generators
        playing = counted(known, "generator plays as it is", "generators play as they are")
        told = f"none is compiled: {playing}"
        yield Finding("ok", "engines", told)
    for engine in facts.engines.engines:
        yield _engine(engine, facts)


def _engine(engine: Engine, facts: Facts) -> Finding:
    what = " ".join(filter(None, (engine.target, engine.precision, "engine")))
    gpu = next(iter(facts.gpus.gpus), None)
    plays = gpu is None or engine.target != "tensorrt-rtx" or takes_rtx(gpu)
    target = engine.target if plays else "tensorrt"
    cure = f"python tools/compile.py {engine.generator} --target {target}"
    if fault := engine.fault or _outdated(engine, facts):
        return Finding("warn", engine.generator, f"{what} {fault}", cure)
    if _is_for(engine, gpu):
        return Finding("ok", engine.generator, what)
    what += f" was compiled for {_listed(engine)}"
    if gpu is None:
        return Finding("note", engine.generator, f"{what}: there is no NVIDIA GPU here")
    here = f"{gpu.name} {gpu.architecture}" if "gpu" in engine.hardware else gpu.architecture
    what += f", this GPU is {here}"
    # Whoever compiled for several GPUs has one for each, of which this one is not ours.
    twins = (one for one in facts.engines.engines if one.generator == engine.generator)
    if any(one.target == engine.target and _is_for(one, gpu) for one in twins):
        return Finding("note", engine.generator, what)
    return Finding("warn", engine.generator, what, cure)


def _outdated(engine: Engine, facts: Facts) -> str:
    """Why an engine that is whole cannot be loaded by the packages that are here."""
    for name, version in engine.versions.items():
        installed = _installed(name, facts)
        # What is missing is told where packages are.
        if installed and not _agree(version, installed):
            return f"was compiled with {name} {version}, installed is {installed}"
    return ""


def _installed(name: str, facts: Facts) -> str:
    """The version of a package; of TensorRT, whose packages name their CUDA, that of its module."""
    module = re.compile(rf"{re.escape(name)}(-cu\d+-bindings)?")
    found = (text for key, text in facts.packages.installed.items() if module.fullmatch(key))
    return next(found, "")


def _is_for(engine: Engine, gpu: GPU | None) -> bool:
    """Whether an engine plays on this GPU; one that names none plays anywhere."""
    compiled_for = _capabilities(engine)
    if not compiled_for or gpu is None:
        return not compiled_for
    named = engine.hardware.get("gpu", gpu.name)
    return _capability(gpu) in compiled_for and named == gpu.name


def _capabilities(engine: Engine) -> list[int]:
    """Compute capabilities, however written: [86, 89] of "sm_86, sm_89" and of "8.6, 8.9"."""
    text = engine.hardware.get("compute_capability", "")
    return [int(found.replace(".", "")) for found in re.findall(r"\d+(?:\.\d)?", text)]


def _capability(gpu: GPU) -> int:
    return gpu.capability[0] * 10 + gpu.capability[1]


def _listed(engine: Engine) -> str:
    name = engine.hardware.get("gpu", "")
    return " ".join(filter(None, (name, ", ".join(f"sm_{one}" for one in _capabilities(engine)))))


def _agree(one: str, other: str) -> bool:
    """Whether two versions are the same as far as both are told: "11.4" and "11.4.0.106"."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))
