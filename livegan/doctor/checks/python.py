"""Python and the processor."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding
from livegan.doctor.versions import fits

# What wheels of mediapipe 0.10.21 there are.
_PROCESSORS = {
    "Linux": ("x86_64",),
    "Windows": ("AMD64",),
    "Darwin": ("arm64", "x86_64"),
}
_WANTED = ">=3.10,<3.13"


def check_python(facts: Facts) -> Iterator[Finding]:
    """Whether there are wheels for this Python on this machine."""
    host = facts.host
    wanted = facts.packages.python or _WANTED
    if fits(host.python, wanted):
        yield Finding("ok", "version", host.python)
    else:
        yield Finding(
            "warn",
            "version",
            f"{host.python}, wanted {wanted}: there is no face mesh for others",
            "python3.12 -m venv .venv, enter it, and install livegan there",
        )
    on = f"{host.system} on {host.machine}, {host.bits} bits"
    processors = _PROCESSORS.get(host.system, ())
    if host.machine in processors and host.bits == 64:
        yield Finding("ok", "machine", on)
    elif host.bits != 64:
        yield Finding("warn", "machine", f"{on}: wanted 64", "install a Python of 64 bits")
    else:
        known = ", ".join(processors) or "Linux, Windows or macOS"
        yield Finding(
            "warn",
            "machine",
            f"{on}: there is no face mesh for it, only for {known}",
            "presets without a face play: livegan edges",
        )
