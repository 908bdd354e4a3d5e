"""The virtual camera that video calls see."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding
from livegan.sinks.virtual_devices import LABEL, LOOPBACK_CURE, OBS_CURE

_FED_BY_US = ("obs virtual camera", "unity video capture")
"""What Windows and macOS list the devices as that pyvirtualcam can send to."""


def check_virtual_cameras(facts: Facts) -> Iterator[Finding]:
    """Whether there is a virtual camera to send to."""
    if facts.host.system == "Linux":
        yield from _loopbacks(facts)
        return
    seen = [one.name for one in facts.cameras.cameras if _is_ours(one.name)]
    for name in seen:
        yield Finding("ok", "device", name)
    if not seen:
        cure = OBS_CURE.get(facts.host.system, "livegan knows none for this system")
        yield Finding("note", "device", "none: needed to show livegan in a video call", cure)


def _is_ours(name: str) -> bool:
    return any(part in name.casefold() for part in _FED_BY_US)


def _loopbacks(facts: Facts) -> Iterator[Finding]:
    loopbacks = facts.loopbacks
    if not loopbacks.devices and loopbacks.loaded:
        yield Finding(
            "warn",
            "device",
            "v4l2loopback is loaded, and has no device",
            "sudo modprobe -r v4l2loopback; then: sudo modprobe v4l2loopback exclusive_caps=1"
            f" card_label={LABEL}",
        )
    elif not loopbacks.devices:
        told = "v4l2loopback is not loaded: needed to show livegan in a video call"
        yield Finding("note", "device", told, LOOPBACK_CURE)
    for device in loopbacks.devices:
        if not device.writable:
            yield Finding(
                "warn",
                "device",
                f"{device.name} may not be written to by you",
                "sudo usermod -aG video $USER, then log out and in again",
            )
        elif device.sent:
            told = f"{device.name} is in use: another program sends {device.sent}"
            yield Finding("note", "device", told, "close that program, or choose another device")
        else:
            yield Finding("ok", "device", f"{device.name} may be sent to")
