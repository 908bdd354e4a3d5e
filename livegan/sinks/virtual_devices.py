"""Virtual camera devices by the names that people use, and what to do where there is none."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from livegan.errors import SinkError

LABEL = "livegan"
"""What the virtual camera is called that livegan asks its user to make."""

LOOPBACK_CURE = (
    "install v4l2loopback (Debian, Ubuntu: sudo apt install v4l2loopback-dkms), then run: sudo"
    f" modprobe v4l2loopback exclusive_caps=1 card_label={LABEL}"
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
        sent: the format of what a program sends to it, `YU12:1280x720@30`; "" while none does.
    """

    path: str
    label: str
    sent: str = ""

    def __str__(self) -> str:
        return f"{self.path} '{self.label}'"


def list_loopbacks(sysfs: Path = _SYSFS) -> list[Loopback]:
    """The v4l2loopback devices of a Linux machine, by number; elsewhere none.

    Args:
        sysfs: the kernel's folder of video devices that have no hardware.
    """
    folders = sorted(sysfs.glob("video*"), key=lambda folder: int(folder.name[5:]))
    return [
        Loopback(f"/dev/{at.name}", _read(at / "name"), sent=_read(at / "format"))
        for at in folders
    ]


def _read(attribute: Path) -> str:
    """What the kernel says; "" of what this version of v4l2loopback does not tell."""
    return attribute.read_text().strip() if attribute.exists() else ""


def resolve_device(wanted: str | None, loopbacks: Sequence[Loopback]) -> str | None:
    """The device that somebody means: by its path, its number, or part of its label.

    Args:
        wanted: what was typed; None is the one labelled livegan, or else the first, of those that
            no other program sends to.
        loopbacks: what there is; where it is empty, `wanted` comes back as it is, for OBS and
            Unity Capture are known by name only.

    Raises:
        SinkError: the label fits none of them, or more than one; the message lists them.
    """
    if not loopbacks:
        return wanted
    if wanted is None:
        return min(loopbacks, key=lambda one: (bool(one.sent), one.label != LABEL)).path
    if wanted.isdigit():
        return f"/dev/video{wanted}"
    return wanted if "/" in wanted else _named(wanted, loopbacks).path


def check_unused(path: str | None, loopbacks: Sequence[Loopback]) -> None:
    """Refuse a device that another program sends to: pictures of both would alternate.

    v4l2loopback itself refuses only where it was loaded with exclusive_caps=1.

    Raises:
        SinkError: another program sends to it.
    """
    for one in loopbacks:
        if one.path == path and one.sent:
            raise SinkError(
                f"another program sends {one.sent} to virtual camera {one}; close it, or choose"
                f" another device; there are: {_listed(loopbacks)}"
            )


def check_device(wanted: str | None, system: str | None = None) -> None:
    """Refuse a virtual camera that can be seen not to be there, or not to be free.

    Only Linux tells before one is opened.

    Args:
        wanted: what was typed; None is any.
        system: `platform.system()`, of this machine unless told.

    Raises:
        SinkError: it is so.
    """
    if (system or platform.system()) != "Linux":
        return
    loopbacks = list_loopbacks()
    path = resolve_device(wanted, loopbacks)
    check_unused(path, loopbacks)
    if path not in {one.path for one in loopbacks} or not os.access(str(path), os.W_OK):
        raise SinkError(explain_refusal(path, "", loopbacks))


def _named(wanted: str, loopbacks: Sequence[Loopback]) -> Loopback:
    near = [one for one in loopbacks if wanted.casefold() in one.label.casefold()]
    exact = [one for one in near if wanted.casefold() == one.label.casefold()]
    if len(exact or near) == 1:
        return (exact or near)[0]
    fits = "fits more than one" if near else "is not the name of one"
    raise SinkError(f"virtual camera {wanted!r} {fits}; there are: {_listed(near or loopbacks)}")


def _listed(loopbacks: Sequence[Loopback]) -> str:
    return ", ".join(map(str, loopbacks))


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
    listed = _listed(loopbacks)
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
