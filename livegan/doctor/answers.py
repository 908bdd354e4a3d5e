"""Reads what other processes answered, as facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from livegan.doctor.facts import GPU, Cameras, Displays, GPUs, Playing, SeenCamera
from livegan.doctor.inquiry import Answer


def read_cameras(answer: Answer, *, joined: bool) -> Cameras:
    """The cameras that were listed; one whose line on opening is missing did not answer."""
    opens = {row["camera"]: row["opens"] for row in answer.rows if "opens" in row}
    seen = tuple(
        SeenCamera(
            name=row["camera"],
            virtual=row["virtual"],
            allowed=row["allowed"],
            opens=opens.get(row["camera"]),
            cure=row["cure"],
        )
        for row in answer.rows
        if "virtual" in row
    )
    return Cameras(seen, "" if seen else answer.problem, joined)


def read_displays(answer: Answer, variables: Mapping[str, str]) -> Displays:
    """The displays, and what draws on them."""
    listed = tuple(row["display"] for row in answer.rows if "display" in row)
    opengl = next((row["opengl"] for row in answer.rows if "opengl" in row), "")
    # With OpenGL all that was asked is answered, however the process ended.
    return Displays(listed, opengl, "" if opengl else answer.problem, variables)


def read_smi(answer: Answer) -> GPUs:
    """The GPUs that `nvidia-smi --query-gpu` tells, one a line, its name first."""
    gpus = []
    for line in answer.text.splitlines():
        # From the right, for a name may hold a comma.
        parts = [part.strip() for part in line.rsplit(",", 3)]
        with suppress(ValueError):
            name, driver, capability, memory = parts
            major, minor = capability.split(".")
            if re.match(r"\d", driver):
                gpus.append(GPU(name, driver, (int(major), int(minor)), int(memory)))
    if gpus:
        return GPUs(tuple(gpus), driver_here=True)
    said = next(iter(answer.text.split("\n")), "").strip()
    problem = said or answer.problem
    # Without a GPU in the machine this is no fault of the driver.
    return GPUs(driver_here=True, problem="" if "No devices were found" in problem else problem)


def read_playing(answer: Answer, preset: str) -> Playing:
    """What became of the frame."""
    for row in answer.rows:
        if "generator" in row:
            return Playing(preset, row["generator"], row["found"], row["seconds"])
    return Playing(preset, problem=answer.problem or "the process said nothing")
