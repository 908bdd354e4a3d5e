"""What is said of GPUs, their drivers, and packages that do not fit them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from doctor.patients import (
    H200,
    RTX_4090,
    RTX_LIBRARIES,
    exit_code,
    found,
    patient,
    with_packages,
)

from livegan.doctor.examination import examine
from livegan.doctor.facts import GPU, Facts, GPUs, Host

TENSORRT_11 = {
    "tensorrt": "11.4.0.106",
    "tensorrt-cu13": "11.4.0.106",
    "tensorrt-cu13-libs": "11.4.0.106",
    "tensorrt-cu13-bindings": "11.4.0.106",
    "cuda-python": "13.4.4",
}
OF_OLD = replace(RTX_4090, driver="550.54.14")
PASCAL = GPU("NVIDIA GeForce GTX 1080", "580.65.06", (6, 1), 8192)
BLACKWELL = GPU("NVIDIA GeForce RTX 5090", "570.86.10", (12, 0), 32768)


def machine(
    gpu: GPU | None,
    installed: Mapping[str, str | None],
    cuda: str | None = None,
    system: str = "Linux",
) -> Facts:
    """A machine with that GPU, those packages and a PyTorch for that CUDA."""
    return patient(
        host=Host(system, "AMD64" if system == "Windows" else "x86_64"),
        gpus=GPUs((gpu,) if gpu else (), gpu is not None),
        packages=with_packages(installed, torch_cuda=cuda),
    )


def gpu_warnings(facts: Facts) -> list[str]:
    """The subjects that are warned of."""
    (section,) = (one for one in examine(facts) if one.title == "GPU")
    return [one.subject for one in section.findings if one.state == "warn"]


def test_all_that_fits_is_good() -> None:
    facts = machine(RTX_4090, RTX_LIBRARIES, "13.0")
    assert gpu_warnings(facts) == []
    assert found(facts, "GPU", "GPU").told == "NVIDIA GeForce RTX 4090, sm_89, 24 GiB"
    assert found(facts, "GPU", "driver").told == "580.65.06 runs packages for CUDA 13 and older"
    assert found(facts, "GPU", "PyTorch").told == "2.13.0 for CUDA 13.0"
    assert found(facts, "GPU", "TensorRT-RTX").told == "1.7.1.116 for CUDA 13 plays on sm_89"


def test_a_pytorch_for_the_cpu_beside_a_gpu_is_told_with_the_exact_line() -> None:
    finding = found(machine(RTX_4090, RTX_LIBRARIES, ""), "GPU", "PyTorch")
    assert finding.state == "warn" and "without CUDA" in finding.told
    assert finding.cure.startswith("pip install torch==2.13.0+cu130, with the --index-url ")
    assert finding.cure.endswith("gives for CUDA 13.0")
    finding = found(machine(OF_OLD, {}, ""), "GPU", "PyTorch")
    assert finding.cure.startswith("pip install torch==2.13.0+cu126, with the --index-url ")
    assert finding.cure.endswith("gives for CUDA 12.6")


def test_a_driver_too_old_for_the_cuda_of_pytorch_is_told() -> None:
    facts = machine(OF_OLD, {}, "13.0")
    finding = found(facts, "GPU", "PyTorch")
    assert finding.state == "warn"
    assert "CUDA 13.0 wants a driver from 580 on, this one is 550.54.14" in finding.told
    assert "+cu126" in finding.cure
    assert exit_code(facts) == 0


@pytest.mark.parametrize(
    ("gpu", "cuda", "cure"), [(PASCAL, "13.0", "+cu126"), (BLACKWELL, "12.6", "update the driver")]
)
def test_a_pytorch_that_is_not_built_for_the_gpu_is_told(gpu: GPU, cuda: str, cure: str) -> None:
    finding = found(machine(gpu, {}, cuda), "GPU", "PyTorch")
    assert finding.state == "warn" and f"not built for {gpu.architecture}" in finding.told
    assert cure in finding.cure


def test_on_windows_pip_brings_no_cuda_by_itself() -> None:
    without = {"torch": None, "safetensors": None}
    linux, windows = machine(RTX_4090, without), machine(RTX_4090, without, system="Windows")
    assert found(linux, "packages", "train").cure == 'pip install -e ".[train]"'
    cure = found(windows, "packages", "train").cure
    assert cure.startswith("pip install torch==2.13.0+cu130, with the ")
    assert cure.endswith('; then: pip install -e ".[train]"')


def test_a_driver_from_before_cuda_12_is_told() -> None:
    finding = found(machine(replace(RTX_4090, driver="470.256.02"), {}), "GPU", "driver")
    assert finding.state == "warn" and "470.256.02 is too old for CUDA 12" in finding.told
    assert "update the driver to 580" in finding.cure


@pytest.mark.parametrize(
    ("gpu", "name", "cure"),
    [
        (RTX_4090, "TensorRT-RTX", 'pip install -e ".[tensorrt-rtx]"'),
        (H200, "TensorRT", 'pip install -e ".[tensorrt]"'),
        (
            OF_OLD,
            "TensorRT-RTX",
            'pip install tensorrt_rtx_cu12_libs tensorrt_rtx_cu12_bindings "cuda-python<13"',
        ),
        (replace(H200, driver="550.54"), "TensorRT", 'pip install tensorrt-cu12 "cuda-python<13"'),
        (PASCAL, "TensorRT", ""),
    ],
)
def test_what_the_gpu_wants_and_lacks_is_a_note_with_its_line(
    gpu: GPU, name: str, cure: str
) -> None:
    finding = found(machine(gpu, {}), "GPU", name)
    assert (finding.state, finding.cure) == ("note", cure)


def test_tensorrt_for_a_cuda_that_the_driver_does_not_run_is_replaced() -> None:
    facts = machine(OF_OLD, RTX_LIBRARIES)
    finding = found(facts, "GPU", "TensorRT-RTX")
    assert "CUDA 13 wants a driver from 580 on, this one is 550.54.14" in finding.told
    assert finding.cure == (
        "pip uninstall -y tensorrt-rtx-cu13-bindings tensorrt-rtx-cu13-libs; then: pip install"
        ' tensorrt_rtx_cu12_libs tensorrt_rtx_cu12_bindings "cuda-python<13"'
    )
    python = found(facts, "GPU", "cuda-python")
    assert "13.4.4 is for CUDA 13" in python.told
    assert python.cure == 'pip install "cuda-python<13"'


def test_the_package_that_only_brings_tensorrt_goes_with_it() -> None:
    finding = found(machine(replace(H200, driver="550.54"), TENSORRT_11), "GPU", "TensorRT")
    assert finding.cure.startswith(
        "pip uninstall -y tensorrt tensorrt-cu13 tensorrt-cu13-bindings tensorrt-cu13-libs; then:"
    )


@pytest.mark.parametrize(
    ("driver", "system", "state"),
    [("535.54", "Linux", "ok"), ("530.30", "Linux", "warn"), ("536.99", "Windows", "warn")],
)
def test_tensorrt_asks_for_more_of_a_driver_than_cuda_12(
    driver: str, system: str, state: str
) -> None:
    installed = {"tensorrt-cu12-libs": "11.4", "tensorrt-cu12-bindings": "11.4"}
    gpu = replace(RTX_4090, driver=driver)
    assert found(machine(gpu, installed, system=system), "GPU", "TensorRT").state == state


def test_tensorrt_rtx_on_a_gpu_that_it_does_not_know_names_tensorrt() -> None:
    finding = found(machine(H200, RTX_LIBRARIES), "GPU", "TensorRT-RTX")
    assert finding.state == "warn" and "does not play on sm_90" in finding.told
    assert finding.cure == 'pip install -e ".[tensorrt]"'
    finding = found(machine(PASCAL, TENSORRT_11), "GPU", "TensorRT")
    assert finding.state == "warn" and "does not play on sm_61" in finding.told


def test_libraries_and_bindings_of_two_versions_are_told() -> None:
    torn = {**RTX_LIBRARIES, "tensorrt-rtx-cu13-libs": "1.6.0"}
    finding = found(machine(RTX_4090, torn), "GPU", "TensorRT-RTX")
    assert "bindings 1.7.1.116 and libs 1.6.0" in finding.told
    assert finding.cure == (
        "pip install --upgrade tensorrt-rtx-cu13-libs tensorrt-rtx-cu13-bindings"
    )
    half = {"tensorrt-rtx-cu13-libs": "1.7.1"}
    assert found(machine(RTX_4090, half), "GPU", "TensorRT-RTX").state == "warn"


def test_tensorrt_for_two_cudas_at_once_keeps_what_the_driver_runs() -> None:
    both = {**TENSORRT_11, "tensorrt-cu12-libs": "11.4", "tensorrt-cu12-bindings": "11.4"}
    new = found(machine(RTX_4090, both), "GPU", "TensorRT")
    assert "CUDA 12 and CUDA 13 at once" in new.told
    assert new.cure.startswith("pip uninstall -y tensorrt-cu12-bindings tensorrt-cu12-libs; then:")
    assert "tensorrt-cu13-libs" in new.cure
    old = found(machine(OF_OLD, both), "GPU", "TensorRT")
    assert "uninstall -y tensorrt tensorrt-cu13 " in old.cure
    assert old.cure.endswith("tensorrt-cu12-libs tensorrt-cu12-bindings")


def test_a_missing_cuda_python_is_told() -> None:
    without = {name: text for name, text in RTX_LIBRARIES.items() if name != "cuda-python"}
    finding = found(machine(RTX_4090, without), "GPU", "cuda-python")
    assert (finding.state, finding.cure) == ("warn", "pip install cuda-python")


def test_without_a_gpu_nothing_is_warned_of() -> None:
    facts = machine(None, RTX_LIBRARIES, "")
    assert gpu_warnings(facts) == []
    assert found(facts, "GPU", "GPU").told == "no NVIDIA GPU and no driver: the CPU paints"
    assert "compiles here" in found(facts, "GPU", "TensorRT-RTX").told


def test_what_nvidia_smi_complains_of_is_told() -> None:
    facts = patient(gpus=GPUs((), True, "Failed to initialize NVML: Driver/library mismatch"))
    finding = found(facts, "GPU", "nvidia-smi")
    assert finding.state == "warn" and "mismatch" in finding.told
    assert finding.cure.startswith("restart")
