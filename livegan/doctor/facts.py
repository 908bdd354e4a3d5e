"""What the probes found, as data: the checks look at nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Host:
    """The machine and its Python.

    Args:
        system: `platform.system()`: "Linux", "Windows", "Darwin".
        machine: its processor: "x86_64", "AMD64", "arm64".
        python: version, such as "3.11.2".
        bits: of Python's pointers, 32 or 64.
    """

    system: str = "Linux"
    machine: str = "x86_64"
    python: str = "3.11.2"
    bits: int = 64


@dataclass(frozen=True)
class Requirement:
    """A package that livegan asks for.

    Args:
        name: in lower case with hyphens, as in `Packages.installed`.
        wanted: the versions that fit, such as ">=1.26,<2"; "" is any.
        extra: the extra that asks for it; "" where livegan itself does.
    """

    name: str
    wanted: str = ""
    extra: str = ""

    def __str__(self) -> str:
        return self.name + self.wanted


@dataclass(frozen=True)
class Packages:
    """What pip installed, and what livegan asks for.

    Args:
        installed: version by name, the name in lower case with hyphens.
        requirements: of livegan; none where it is not installed itself.
        python: the versions of Python that livegan takes, such as ">=3.10,<3.13".
        torch_cuda: the CUDA that PyTorch was built for, such as "13.0"; "" for a build for the
            CPU or for another maker's GPU; None without PyTorch.
    """

    installed: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()
    python: str = ""
    torch_cuda: str | None = None


@dataclass(frozen=True)
class SeenCamera:
    """A camera that the system lists.

    Args:
        name: as in `camera:0 'HD Webcam'`.
        virtual: whether a program makes its pictures; such a one is not opened.
        allowed: whether this user may open it.
        opens: whether it could be opened; None where it was not tried, or did not answer.
        cure: what most likely helps where it could not.
    """

    name: str
    virtual: bool = False
    allowed: bool = True
    opens: bool | None = True
    cure: str = ""


@dataclass(frozen=True)
class Cameras:
    """The cameras.

    Args:
        cameras: those that there are.
        problem: why they could not be listed; "" where they were.
        joined: whether the user is in the group that may open them, though perhaps not yet in
            this session.
    """

    cameras: tuple[SeenCamera, ...] = ()
    problem: str = ""
    joined: bool = False


@dataclass(frozen=True)
class Displays:
    """The displays, and what draws on them.

    Args:
        displays: as in `0 'HDMI-1' 1920x1080 at 0,0`.
        opengl: version and renderer of a window that was opened, unseen, and closed again.
        problem: why there is no display or no window; "" where there is.
        variables: those of DISPLAY and WAYLAND_DISPLAY that are set, by name.
    """

    displays: tuple[str, ...] = ()
    opengl: str = ""
    problem: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LoopbackDevice:
    """A v4l2loopback device.

    Args:
        name: as in `/dev/video7 'livegan'`.
        writable: whether this user may write to it.
        sent: what another program sends to it; "" while none does.
    """

    name: str
    writable: bool = True
    sent: str = ""


@dataclass(frozen=True)
class Loopbacks:
    """Virtual cameras of Linux.

    Args:
        loaded: whether the module v4l2loopback is in the kernel.
        devices: its devices.
    """

    loaded: bool = False
    devices: tuple[LoopbackDevice, ...] = ()


@dataclass(frozen=True)
class GPU:
    """One NVIDIA GPU, as nvidia-smi tells.

    Args:
        name: such as "NVIDIA GeForce RTX 4090".
        driver: version of the driver, such as "580.65.06".
        capability: compute capability, such as (8, 9).
        memory_mib: of the GPU.
    """

    name: str
    driver: str
    capability: tuple[int, int]
    memory_mib: int

    @property
    def driver_branch(self) -> int:
        """The first number of the driver's version."""
        return int(self.driver.split(".")[0])

    @property
    def architecture(self) -> str:
        """Such as "sm_89"."""
        return f"sm_{self.capability[0]}{self.capability[1]}"


@dataclass(frozen=True)
class GPUs:
    """The NVIDIA GPUs.

    Args:
        gpus: those that nvidia-smi tells; livegan uses the first.
        driver_here: whether there is an nvidia-smi, which comes with the driver.
        problem: what it said instead of telling GPUs; "" where it told them.
    """

    gpus: tuple[GPU, ...] = ()
    driver_here: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Engine:
    """What was compiled from a generator, as its manifest tells.

    Args:
        generator: its name.
        target: "openvino", "tensorrt" or "tensorrt-rtx".
        precision: such as "int8".
        fault: why nobody may use it; "" where it is whole and of this generator.
        versions: of the packages that it needs, by name.
        hardware: what it was compiled for: `gpu`, `compute_capability`, `driver`.
    """

    generator: str
    target: str
    precision: str = ""
    fault: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    hardware: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Engines:
    """All engines.

    Args:
        engines: of every generator that is there.
        generators: how many of those there are.
        problem: why they could not be listed; "" where they were.
    """

    engines: tuple[Engine, ...] = ()
    generators: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Surroundings:
    """Ports, and the folders that recordings go to and that keeps what is set.

    Args:
        taken: ports that another program has, as in "UDP 7770".
        folder: the current one; "" where that was deleted meanwhile.
        free_bytes: on its disk.
        writable: whether this user may write there.
        kept: the folder that keeps what is set, or why there is none.
        keeps: whether this user may write there.
    """

    taken: tuple[str, ...] = ()
    folder: str = "."
    free_bytes: int = 1 << 40
    writable: bool = True
    kept: str = ""
    keeps: bool = True


@dataclass(frozen=True)
class Playing:
    """What became of one frame of the bundled clip that went through the default preset.

    Args:
        preset: its name.
        generator: what painted, as in "openvino CPU f32".
        found: whether the face in the clip was found; None where none is looked for.
        seconds: from the start of a fresh process to the picture.
        problem: why there is no picture; "" where there is one.
    """

    preset: str
    generator: str = ""
    found: bool | None = None
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Facts:
    """All that was found."""

    host: Host
    packages: Packages
    cameras: Cameras
    displays: Displays
    loopbacks: Loopbacks
    gpus: GPUs
    engines: Engines
    surroundings: Surroundings
    playing: Playing
