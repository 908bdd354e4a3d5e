"""Ports, and the disk."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.control.endpoints import OSC_PORT as PORT
from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding

SCARCE_GIB = 2
_WHO_HAS = {
    "Windows": f"netstat -ano | findstr {PORT}",
    "Darwin": f"lsof -nP -i :{PORT}",
}
_WHO_HAS_ON_LINUX = f"ss -lntup | grep {PORT}"


def check_ports(facts: Facts) -> Iterator[Finding]:
    """Whether the ports of OSC and OSCQuery are free."""
    taken = facts.surroundings.taken
    if not taken:
        yield Finding("ok", "OSC", f"UDP and TCP {PORT} are free")
        return
    who = _WHO_HAS.get(facts.host.system, _WHO_HAS_ON_LINUX)
    verb = "are" if len(taken) > 1 else "is"
    yield Finding(
        "warn",
        "OSC",
        f"{' and '.join(taken)} {verb} taken by another program, perhaps another livegan",
        f"close it; this tells which it is: {who}",
    )


def check_disk(facts: Facts) -> Iterator[Finding]:
    """Whether recordings find room in the current folder, and what is set its place."""
    here = facts.surroundings
    free_gib = here.free_bytes / 2**30
    if not here.folder:
        told = "the current folder is gone"
        yield Finding("warn", "recordings", told, "change to a folder of yours")
    elif not here.writable:
        told = f"{here.folder} is not yours to write in"
        yield Finding("warn", "recordings", told, "start livegan in a folder of yours")
    elif free_gib < SCARCE_GIB:
        told = f"{here.folder}: only {free_gib:.1f} GiB are free"
        yield Finding("warn", "recordings", told, "make room, or start livegan on another disk")
    else:
        yield Finding("ok", "recordings", f"{here.folder}: {free_gib:.0f} GiB are free")
    if here.keeps:
        yield Finding("ok", "session", f"{here.kept}: what you set is kept there")
    else:
        yield Finding(
            "warn",
            "session",
            f"what you set can't be kept: {here.kept}",
            "name a folder of yours in the environment: LIVEGAN_STATE",
        )
