"""The cameras."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.cures import told_and_cure
from livegan.doctor.facts import Cameras, Facts, SeenCamera
from livegan.doctor.finding import Finding


def check_cameras(facts: Facts) -> Iterator[Finding]:
    """Whether there is a camera that opens."""
    cameras = facts.cameras
    if cameras.problem:
        yield Finding("warn", "cameras", *told_and_cure(cameras.problem))
    elif not any(not one.virtual for one in cameras.cameras):
        yield Finding(
            "note",
            "cameras",
            "none is there: livegan plays its bundled performer",
            "plug one in, or play a clip: livegan --source clip.mp4",
        )
    for camera in cameras.cameras:
        yield _camera(camera, cameras)


def _camera(camera: SeenCamera, cameras: Cameras) -> Finding:
    if camera.virtual:
        return Finding("ok", "camera", f"{camera.name}, virtual: livegan takes it by name only")
    if not camera.allowed:
        again = "log out and in again"
        join = f"sudo usermod -aG video $USER, then {again}"
        return Finding(
            "warn",
            "camera",
            f"{camera.name} may not be opened by you: its group is video",
            f"{again}: you are in the group, this session is not" if cameras.joined else join,
        )
    if camera.opens is None:
        return Finding(
            "warn",
            "camera",
            f"{camera.name} does not answer",
            "unplug it and plug it in again; a camera in the machine: restart",
        )
    if not camera.opens:
        return Finding("warn", "camera", f"{camera.name} cannot be opened", camera.cure)
    return Finding("ok", "camera", f"{camera.name} opens")
