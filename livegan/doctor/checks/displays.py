"""The displays and OpenGL."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.cures import told_and_cure
from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding

_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "GDI Generic")
_FILE_CURE = "start livegan on a desktop, or write a file: --sink show.mp4"


def check_displays(facts: Facts) -> Iterator[Finding]:
    """Whether a window can be opened and drawn into."""
    displays = facts.displays
    if facts.host.system == "Linux" and not displays.variables.get("DISPLAY"):
        yield _no_display(displays.variables.get("WAYLAND_DISPLAY", ""))
        return
    for display in displays.displays:
        yield Finding("ok", "display", display)
    if displays.problem:
        told, cure = told_and_cure(displays.problem, otherwise=_FILE_CURE)
        at = displays.variables.get("DISPLAY")
        where = f", DISPLAY is {at}" if at and f"DISPLAY {at}" not in told else ""
        yield Finding("warn", "window", told + where, cure)
    elif any(name in displays.opengl for name in _SOFTWARE):
        yield Finding(
            "note",
            "OpenGL",
            f"{displays.opengl}: the CPU draws, which takes time from the painting",
            "install your GPU's driver",
        )
    elif displays.opengl:
        yield Finding("ok", "OpenGL", displays.opengl)


def _no_display(wayland: str) -> Finding:
    if wayland:
        return Finding(
            "warn",
            "display",
            f"Wayland ({wayland}) without X: DISPLAY is not set",
            "install Xwayland (Debian, Ubuntu: sudo apt install xwayland), and log in again",
        )
    return Finding("warn", "display", "none: DISPLAY is not set", _FILE_CURE)
