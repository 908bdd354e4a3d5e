"""Virtual camera devices by the names that people use, and what to do where there is none."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livegan.errors import SinkError

LOOPBACK_CURE = (
    "install v4l2loopback (Debian, Ubuntu: sudo apt install v4l2loopback-dkms), then run: sudo"
    ' modprobe v4l2loopback exclusive_caps=1 card_label="livegan"'
)
OBS_CURE = {
    "Windows": "install OBS Studio (obsproject.com), which brings the device",
    "Darwin": "install OBS Studio 30 or newer (obsproject.com), start its virtual camera once,"
    " allow its extension in System Settings, then stop it again",
}
_SYSFS = Path("/sys/devices/virtual/video4linux")


@dataclass(frozen=True)
class Loopback:
    """One v4l2loopback device.

    Args:
        path: its file, `/dev/video7`.
        label: what a video call lists it as.
    """

    path: str
    label: str

    def __str__(self) -> str:
        return f"{self.path} '{self.label}'"


def list_loopbacks(sysfs: Path = _SYSFS) -> list[Loopback]:
    """The v4l2loopback devices of a Linux machine, by number; elsewhere none.

    Args:
        sysfs: the kernel's folder of video devices that have no hardware.
    """
    folders = sorted(sysfs.glob("video*"), key=lambda folder: int(folder.name[5:]))
    return [Loopback(f"/dev/{at.name}", (at / "name").read_text().strip()) for at in folders]


def resolve_device(wanted: str, loopbacks: Sequence[Loopback]) -> str:
    """The device that somebody means: by its path, its number, or part of its label.

    Args:
        wanted: what was typed.
        loopbacks: what there is; where it is empty, `wanted` is passed on as it is, for OBS
            and Unity Capture are known by name only.

    Raises:
        SinkError: the label fits none of them, or more than one; the message lists them.
    """
    if "/" in wanted or not loopbacks:
        return wanted
    if wanted.isdigit():
        return f"/dev/video{wanted}"
    near = [one for one in loopbacks if wanted.casefold() in one.label.casefold()]
    exact = [one for one in near if wanted.casefold() == one.label.casefold()]
    if len(exact or near) == 1:
        return (exact or near)[0].path
    fits = "fits more than one" if near else "is not the name of one"
    listed = ", ".join(map(str, near or loopbacks))
    raise SinkError(f"virtual camera {wanted!r} {fits}; there are: {listed}")


def explain_refusal(
    device: str | None, reason: str, loopbacks: Sequence[Loopback], system: str | None = None
) -> str:
    """One line that says why a virtual camera could not be opened, and the cure.

    Args:
        device: what was asked for; None for any.
        reason: what pyvirtualcam said.
        loopbacks: the devices that there are, on Linux.
        system: `platform.system()`, of this machine unless told.
    """
    system = system or platform.system()
    said = " ".join(reason.split()) or "no reason given"
    if system != "Linux":
        cure = OBS_CURE.get(system, "livegan knows no virtual camera for this system")
        return (
            f"virtual camera {device or 'of OBS'} could not be opened ({said}); {cure};"
            " if it is there, stop the program that sends to it, OBS itself included"
        )
    if not loopbacks:
        return f"there is no virtual camera on this machine; {LOOPBACK_CURE}"
    asked = [device] if device else [one.path for one in loopbacks]
    listed = ", ".join(map(str, loopbacks))
    if not any(map(os.path.exists, asked)):
        return f"virtual camera {', '.join(asked)} does not exist; there are: {listed}"
    if not any(os.access(path, os.W_OK) for path in asked):
        return (
            f"no right to write to virtual camera {', '.join(asked)}; run: sudo usermod -aG video"
            " $USER, then log out and in again"
        )
    if device and device not in {one.path for one in loopbacks}:
        return f"{device} is no virtual camera; there are: {listed}"
    return (
        f"virtual camera {', '.join(asked)} could not be opened ({said}); if another program sends"
        f" to it, close that or choose another device; there are: {listed}"
    )
