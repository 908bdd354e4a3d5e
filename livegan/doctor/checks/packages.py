"""The packages that pip installed."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.facts import Facts, Requirement
from livegan.doctor.finding import Finding
from livegan.doctor.versions import fits
from livegan.doctor.wheels import torch_cure

_CV2_WHEELS = (
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
    "opencv-python",
    "opencv-python-headless",
)
# Those for GPUs are checked where the GPU is known; `dev` is for who works on livegan.
_EXTRAS = {"train": "train generators of your own", "midi": "play by MIDI"}
_WHY = {"numpy": ": mediapipe 0.10.21 was built against numpy 1"}


def check_packages(facts: Facts) -> Iterator[Finding]:
    """Whether livegan's packages are there, once each, and fit."""
    if not facts.packages.requirements:
        yield Finding("warn", "livegan", "is not installed in this Python", "pip install -e .")
    else:
        yield from _base(facts)
        for extra, purpose in _EXTRAS.items():
            yield from _extra(facts, extra, purpose)
    yield from _cv2(facts)


def _base(facts: Facts) -> Iterator[Finding]:
    wanted = _asked(facts, "")
    misfits = list(_misfits(facts, wanted))
    if not misfits:
        yield Finding("ok", "livegan", f"{len(wanted)} packages, all of versions that fit")
    for row, told in misfits:
        yield Finding("warn", row.name, told, f'pip install "{row}"')


def _extra(facts: Facts, extra: str, purpose: str) -> Iterator[Finding]:
    wanted = _asked(facts, extra)
    if not wanted:
        return
    misfits = list(_misfits(facts, wanted))
    missing = [row.name for row, _ in misfits if row.name not in facts.packages.installed]
    if not misfits:
        listed = ", ".join(f"{row.name} {facts.packages.installed[row.name]}" for row in wanted)
        yield Finding("ok", extra, listed)
    elif len(missing) == len(misfits):
        cure = torch_cure(facts) if "torch" in missing else f'pip install -e ".[{extra}]"'
        if not cure.endswith('"') and extra == "train":
            cure += f'; then: pip install -e ".[{extra}]"'
        yield Finding("note", extra, f"no {', '.join(missing)}: needed to {purpose}", cure)
    else:
        for row, told in misfits:
            cure = torch_cure(facts) if row.name == "torch" else f'pip install "{row}"'
            yield Finding("warn", row.name, told, cure)


def _asked(facts: Facts, extra: str) -> list[Requirement]:
    return [row for row in facts.packages.requirements if row.extra == extra]


def _misfits(facts: Facts, wanted: list[Requirement]) -> Iterator[tuple[Requirement, str]]:
    for row in wanted:
        version = facts.packages.installed.get(row.name)
        if version is None:
            yield row, f"is missing, wanted {row.wanted or 'any version'}"
        elif not fits(version, row.wanted):
            yield row, f"{version}, wanted {row.wanted}{_WHY.get(row.name, '')}"


def _cv2(facts: Facts) -> Iterator[Finding]:
    """Wheels of OpenCV put their files into one folder: the last one installed breaks the rest."""
    installed = facts.packages.installed
    wheels = [name for name in _CV2_WHEELS if name in installed]
    listed = ", ".join(f"{name} {installed[name]}" for name in wheels)
    if len(wheels) == 1:
        yield Finding("ok", "OpenCV", listed)
    elif wheels:
        wanted = next(
            (str(row) for row in facts.packages.requirements if row.name in _CV2_WHEELS),
            "opencv-contrib-python",
        )
        yield Finding(
            "warn",
            "OpenCV",
            f"{len(wheels)} wheels that overwrite each other: {listed}",
            f'pip uninstall -y {" ".join(wheels)}; then: pip install "{wanted}"',
        )
