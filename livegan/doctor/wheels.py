"""Which wheels of PyTorch, TensorRT and TensorRT for RTX fit a GPU and its driver.

Drivers: a program built with any CUDA of one major version runs on every driver from that
version's first branch on: CUDA 12 from 525, CUDA 13 from 580, on Linux and Windows
(docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html). TensorRT's wheels for
CUDA 12 ask for more: 535 on Linux, 537 on Windows; those for CUDA 13 for 580
(docs.nvidia.com/deeplearning/tensorrt/11.4.0/installing-tensorrt/prerequisites.html).

GPUs: PyTorch 2.13 is built for CUDA 12.6 (compute capability 5.0 to 9.0) and 13.0 (7.5 to 12.0);
a plain `pip install torch` brings the latter on Linux and a build without CUDA on Windows
(pytorch/pytorch pull request 187075 and issue 178665; RELEASE.md). TensorRT plays from 7.5 on,
since its version 10.5 (its release notes). TensorRT for RTX plays on 7.5, 8.6, 8.9, 12.0 and 12.1
(docs.nvidia.com/deeplearning/tensorrt-rtx, support matrix 1.5); the library of 1.7 names 8.0 too.
"""

from __future__ import annotations

from dataclasses import dataclass

from livegan.doctor.facts import GPU, Facts

NEWEST_CUDA = 13
DRIVER_OF_CUDA = {13: 580, 12: 525}
"""The first branch of drivers by the major version of CUDA."""

_TENSORRT_DRIVER = {"Windows": 537}
_TENSORRT_DRIVER_ELSEWHERE = 535
OLDEST_TENSORRT = (7, 5)
_RTX_CAPABILITIES = {(7, 5), (8, 0), (8, 6), (8, 9), (12, 0), (12, 1)}

DRIVER_CURE = (
    f"update the driver to {DRIVER_OF_CUDA[NEWEST_CUDA]} or newer (nvidia.com/drivers; on Linux"
    " your distribution brings it), then restart"
)


@dataclass(frozen=True)
class TorchBuild:
    """A build of PyTorch.

    Args:
        cuda: (major, minor) of the CUDA that it was built for.
        oldest, newest: the compute capabilities that it was built for, both included.
    """

    cuda: tuple[int, int]
    oldest: tuple[int, int]
    newest: tuple[int, int]

    @property
    def tag(self) -> str:
        """As in "2.13.0+cu130"."""
        return f"cu{self.cuda[0]}{self.cuda[1]}"

    def runs_on(self, gpu: GPU) -> bool:
        """Whether GPU and driver both take it."""
        return self.oldest <= gpu.capability <= self.newest and self.cuda[0] <= cuda_of(gpu)


# A GPU runs what was built for an older one of its own major version, so 9.0 ends at 9.x.
TORCH_BUILDS = (
    TorchBuild((13, 0), (7, 5), (12, 9)),
    TorchBuild((12, 6), (5, 0), (9, 9)),
)
"""Of the version that `train` asks for; the better first."""


def cuda_of(gpu: GPU) -> int:
    """The newest major version of CUDA that its driver runs; 0 where it is older than CUDA 12."""
    fitting = (major for major, first in DRIVER_OF_CUDA.items() if gpu.driver_branch >= first)
    return max(fitting, default=0)


def torch_cure(facts: Facts) -> str:
    """What to type for the PyTorch that this machine wants."""
    gpu = facts.gpus.gpus[0] if facts.gpus.gpus else None
    extra = 'pip install -e ".[train]"'
    if gpu is None:
        return extra
    build = next((build for build in TORCH_BUILDS if build.runs_on(gpu)), None)
    if build is None:
        return DRIVER_CURE if cuda_of(gpu) < NEWEST_CUDA else f"{extra} (it computes on the CPU)"
    if facts.packages.torch_cuda is None and facts.host.system == "Linux" and build.cuda[0] == 13:
        return extra
    return torch_line(facts, build)


def torch_line(facts: Facts, build: TorchBuild) -> str:
    """What to type for one build of PyTorch, in place of the one that may be there."""
    wanted = (row.wanted for row in facts.packages.requirements if row.name == "torch")
    version = next(wanted, "") or "==2.13.0"
    cuda = ".".join(map(str, build.cuda))
    return (
        f"pip install torch{version}+{build.tag}, with the --index-url that PyTorch's page"
        f" \"Get started\" gives for CUDA {cuda}"
    )


def takes_tensorrt(gpu: GPU) -> bool:
    """Whether TensorRT plays on this GPU."""
    return gpu.capability >= OLDEST_TENSORRT


def takes_rtx(gpu: GPU) -> bool:
    """Whether TensorRT for RTX plays on this GPU."""
    return gpu.capability in _RTX_CAPABILITIES


def tensorrt_driver(cuda: int, system: str) -> int:
    """The first branch of drivers for TensorRT's wheels of one major version of CUDA."""
    if cuda >= NEWEST_CUDA:
        return DRIVER_OF_CUDA[NEWEST_CUDA]
    return _TENSORRT_DRIVER.get(system, _TENSORRT_DRIVER_ELSEWHERE)


def tensorrt_cure(gpu: GPU, system: str, *, rtx: bool) -> str:
    """What to type for the TensorRT, or the TensorRT for RTX, of this GPU and driver."""
    if gpu.driver_branch >= tensorrt_driver(NEWEST_CUDA, system):
        return f'pip install -e ".[{"tensorrt-rtx" if rtx else "tensorrt"}]"'
    if gpu.driver_branch < tensorrt_driver(12, system):
        return DRIVER_CURE
    names = "tensorrt_rtx_cu12_libs tensorrt_rtx_cu12_bindings" if rtx else "tensorrt-cu12"
    return f'pip install {names} "cuda-python<13"'
