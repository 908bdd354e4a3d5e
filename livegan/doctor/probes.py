"""Finds out what the checks are told. Nothing here judges, and nothing is sent anywhere."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from livegan.compilation import list_engines
from livegan.control.endpoints import OSC_PORT as PORT
from livegan.doctor.answers import read_cameras, read_displays, read_playing, read_smi
from livegan.doctor.facts import (
    Displays,
    Engine,
    Engines,
    Facts,
    GPUs,
    Host,
    LoopbackDevice,
    Loopbacks,
    Packages,
    Requirement,
    Surroundings,
)
from livegan.doctor.inquiry import Inquiry, ask
from livegan.errors import LiveganError
from livegan.keepsakes import state_folder
from livegan.shipped import shipped
from livegan.sinks.virtual_devices import list_loopbacks

DEVICE_LIMIT_S = 3.5
"""For cameras, displays and nvidia-smi, which answer within 1 s where nothing hangs: what does is
told before 5 s are over."""

PLAYING_LIMIT_S = 30.0
"""For the preset: 2 s usually, but a slow disk takes its time to load MediaPipe at first, and a
preset that plays must not be told to be broken."""

_SMI_QUERY = "--query-gpu=name,driver_version,compute_cap,memory.total"
_SMI_FORM = "--format=csv,noheader,nounits"


def gather(preset: str) -> Facts:
    """Look at everything.

    Args:
        preset: the name of the one that is played by default.
    """
    # Those that may hang or take long run side by side, while the rest is looked at here.
    playing = ask("playing", PLAYING_LIMIT_S, preset)
    cameras = ask("cameras", DEVICE_LIMIT_S)
    names = ("DISPLAY", "WAYLAND_DISPLAY")
    variables = {name: os.environ[name] for name in names if os.environ.get(name)}
    unseen = sys.platform == "linux" and "DISPLAY" not in variables
    displays = None if unseen else ask("displays", DEVICE_LIMIT_S)
    smi = _ask_smi()
    # In this order: what has to be waited for comes last.
    return Facts(
        host=Host(
            platform.system(),
            platform.machine(),
            platform.python_version(),
            struct.calcsize("P") * 8,
        ),
        packages=read_packages(),
        loopbacks=_loopbacks(),
        engines=read_engines(shipped("engines")),
        surroundings=read_surroundings(),
        gpus=read_smi(smi.answer()) if smi else GPUs(),
        cameras=read_cameras(cameras.answer(), joined=_in_group_video()),
        displays=read_displays(displays.answer(), variables)
        if displays
        else Displays(variables=variables),
        playing=read_playing(playing.answer(), preset),
    )


def read_packages() -> Packages:
    """What pip installed in this Python, and what livegan asks for."""
    installed = {
        _plain(found.metadata["Name"]): found.version
        for found in importlib.metadata.distributions()
        if found.metadata["Name"]  # a package that was removed by half has none
    }
    try:
        livegan = importlib.metadata.distribution("livegan")
    except importlib.metadata.PackageNotFoundError:
        return Packages(installed, torch_cuda=_torch_cuda())
    rows = (read_requirement(text) for text in livegan.requires or ())
    return Packages(
        installed,
        tuple(row for row in rows if row),
        livegan.metadata["Requires-Python"] or "",
        _torch_cuda(),
    )


def read_requirement(text: str) -> Requirement | None:
    """A requirement as a wheel's metadata spell it; None where another Python needs it.

    Args:
        text: such as `numpy<2,>=1.26`, `torch==2.13.0; extra == 'train'`,
            `tomli>=2; python_version < '3.11'`.
    """
    package, _, marker = text.partition(";")
    name, wanted = re.fullmatch(r"\s*([\w.-]+)(?:\[[^]]*\])?\s*(.*?)\s*", package, re.S).groups()  # type: ignore[union-attr]
    older = re.search(r"python_version\s*<\s*['\"](\d+)\.(\d+)['\"]", marker)
    if older and sys.version_info >= (int(older[1]), int(older[2])):
        return None
    extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", marker)
    return Requirement(_plain(name), wanted.strip("() "), extra[1] if extra else "")


def read_engines(folder: Path) -> Engines:
    """The engines of every generator in a folder."""
    generators = sorted(folder.glob("*.onnx"))
    try:
        engines = tuple(engine for path in generators for engine in _engines_of(path))
    except (LiveganError, OSError) as error:
        return Engines((), len(generators), str(error))
    return Engines(engines, len(generators))


def read_surroundings() -> Surroundings:
    """Which ports are taken, what room there is in the current folder, and what can be kept."""
    taken = tuple(_taken_ports())
    try:
        folder = os.getcwd()
        room = folder, shutil.disk_usage(folder).free, os.access(folder, os.W_OK)
    except OSError:
        room = "", 0, False
    return Surroundings(taken, *room, *_keeping())


def _keeping() -> tuple[str, bool]:
    """The folder that keeps what is set, and whether it can be made or written to."""
    try:
        folder = there = state_folder()
        while not there.exists():
            there = there.parent
        if there.is_dir() and os.access(there, os.W_OK):
            return str(folder), True
        return f"{folder} is not yours to write in", False
    except OSError as error:
        return str(error.strerror), False


def _ask_smi() -> Inquiry | None:
    """nvidia-smi comes with every driver; where there is none, there is no NVIDIA GPU to use."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    try:
        return Inquiry([command, _SMI_QUERY, _SMI_FORM], DEVICE_LIMIT_S, errors=True)
    except OSError:
        return None


def _engines_of(generator: Path) -> Iterator[Engine]:
    for listed in list_engines(generator):
        manifest = listed.manifest
        if manifest is None:
            target = listed.path.name.split(".")[-3]  # NAME.TARGET.KEY.engine
            yield Engine(generator.stem, target, fault=listed.fault)
            continue
        request = manifest.request
        yield Engine(
            generator.stem,
            request.target,
            request.precision,
            listed.fault,
            request.versions,
            request.hardware,
        )


def _loopbacks() -> Loopbacks:
    try:
        listed = list_loopbacks()
    except OSError:  # one that was removed as it was read
        listed = []
    devices = tuple(
        LoopbackDevice(str(one), os.access(one.path, os.W_OK), one.sent) for one in listed
    )
    return Loopbacks(Path("/sys/module/v4l2loopback").is_dir(), devices)


def _in_group_video() -> bool:
    """Whether the user was put into the group that may open cameras, in this session or not."""
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        group = grp.getgrnam("video")
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return False
    return name in group.gr_mem or group.gr_gid in os.getgroups()


def _torch_cuda() -> str | None:
    """The CUDA that PyTorch was built for, without loading it, which takes seconds."""
    try:
        found = importlib.metadata.distribution("torch")
        text = Path(str(found.locate_file("torch/version.py"))).read_text(errors="replace")
    except (importlib.metadata.PackageNotFoundError, OSError):
        return None
    cuda = re.search(r"^cuda\b.*=\s*['\"]([\d.]+)['\"]", text, re.M)
    return cuda[1] if cuda else ""


def _taken_ports() -> Iterator[str]:
    kinds = (("UDP", socket.SOCK_DGRAM), ("TCP", socket.SOCK_STREAM))
    for name, kind in kinds:
        with socket.socket(socket.AF_INET, kind) as trial:
            if kind == socket.SOCK_STREAM and sys.platform != "win32":
                # A connection that was just closed does not count as taken.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", PORT))
                if kind == socket.SOCK_STREAM:
                    trial.listen()
            except OSError:
                yield f"{name} {PORT}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()
