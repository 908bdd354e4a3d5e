"""Machines for the doctor: what probes would have found on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from livegan.doctor.examination import can_play, examine
from livegan.doctor.facts import (
    GPU,
    Cameras,
    Displays,
    Engines,
    Facts,
    GPUs,
    Host,
    Loopbacks,
    Packages,
    Playing,
    Requirement,
    SeenCamera,
    Surroundings,
)
from livegan.doctor.finding import Finding

RTX_4090 = GPU("NVIDIA GeForce RTX 4090", "580.65.06", (8, 9), 24564)
H200 = GPU("NVIDIA H200", "580.65.06", (9, 0), 143771)

REQUIREMENTS = (
    Requirement("mediapipe", "==0.10.21"),
    Requirement("numpy", ">=1.26,<2"),
    Requirement("opencv-contrib-python", ">=4.11,<4.12"),
    Requirement("torch", "==2.13.0", "train"),
    Requirement("safetensors", "", "train"),
    Requirement("mido", "", "midi"),
)
INSTALLED = {
    "mediapipe": "0.10.21",
    "numpy": "1.26.4",
    "opencv-contrib-python": "4.11.0.86",
    "torch": "2.13.0",
    "safetensors": "0.8.0",
    "mido": "1.3.3",
}
RTX_LIBRARIES = {
    "tensorrt-rtx-cu13-libs": "1.7.1.116",
    "tensorrt-rtx-cu13-bindings": "1.7.1.116",
    "cuda-python": "13.4.4",
}

HEALTHY = Facts(
    host=Host(),
    packages=Packages(INSTALLED, REQUIREMENTS, ">=3.10,<3.13", torch_cuda=""),
    cameras=Cameras((SeenCamera("camera:0 'HD Webcam'"),)),
    displays=Displays(("0 'HDMI-1' 1920x1080 at 0,0",), "OpenGL 4.6, Mesa", "", {"DISPLAY": ":0"}),
    loopbacks=Loopbacks(loaded=True),
    gpus=GPUs(),
    engines=Engines(generators=3),
    surroundings=Surroundings(),
    playing=Playing("mona-lisa", "openvino CPU f32", True, 2.0),
)
"""A laptop without an NVIDIA GPU on which all is well, but for a virtual camera."""


def patient(**changes: Any) -> Facts:
    """The healthy laptop with some facts exchanged: `patient(playing=Playing(...))`."""
    return replace(HEALTHY, **changes)


def with_packages(installed: Mapping[str, str | None], **changes: Any) -> Packages:
    """The healthy packages; those of version None are not installed."""
    merged = {**INSTALLED, **installed}
    kept = {name: version for name, version in merged.items() if version is not None}
    return replace(HEALTHY.packages, installed=kept, **changes)


def found(facts: Facts, title: str, subject: str) -> Finding:
    """What the doctor says on one subject; there is exactly one such finding."""
    (section,) = (one for one in examine(facts) if one.title == title)
    (finding,) = (one for one in section.findings if one.subject == subject)
    return finding


def exit_code(facts: Facts) -> int:
    """What the command ends with."""
    return 0 if can_play(examine(facts)) else 2
