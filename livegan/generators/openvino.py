"""Runs a generator's ONNX through OpenVINO, on the CPU or whatever OpenVINO finds.

On one core at 256 x 256 our puppets take 10.3 ms here against 16.5 ms in ONNX Runtime (Xeon at
2.8 GHz, AVX-512, f32). OpenVINO's model cache is left off: compiling takes 0.1 s with it and
without.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from livegan.compilation.cache import CachedEngine, require_engine
from livegan.compilation.openvino_int8 import int8_request, unpack
from livegan.errors import ModelError
from livegan.frames import Image
from livegan.generators.drawing_check import check_drawing
from livegan.giving_way import aside
from livegan.model_card import read_card

# `import openvino` reports each import to its maker, unless the package that reports is missing.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
import openvino  # type: ignore[import-untyped]  # noqa: E402

PRECISIONS = ("auto", "f32", "f16", "bf16", "int8")
_MOST_THREADS = 4
"""More only take the cores from the stages around: a network of 0.5 GMAC doesn't use them."""


class OpenVINO:
    """A network with one uint8 (1, H, W, 3) BGR input and one such output.

    Args:
        path: the .onnx file.
        device: as OpenVINO names it (`CPU`, `GPU`, `NPU`), or "auto": the CPU.
        precision: "f32" is exact; "auto" is f32 on the CPU and what the device prefers elsewhere;
            "int8" is for the CPU and needs an engine.
        busy_cores: how many cores of the CPU are left to others.

    Raises:
        ModelError: no such device (the message lists those there are), no engine that may be used,
            a network of another form, or one that OpenVINO can't run.
    """

    def __init__(
        self,
        path: str | Path,
        device: str = "auto",
        precision: str = "auto",
        busy_cores: int = 0,
    ) -> None:
        if precision not in PRECISIONS:
            wanted = ", ".join(PRECISIONS)
            raise ModelError(f"precision {precision!r} is unknown; OpenVINO takes {wanted}")
        core = openvino.Core()
        device = "CPU" if device == "auto" else device.upper()
        available = core.available_devices
        if device not in available and device.split(".")[0] not in available:
            raise ModelError(f"OpenVINO has no device {device}; it has {', '.join(available)}")
        if precision == "int8" and device != "CPU":
            raise ModelError(f"int8 is for the CPU, not for {device}")
        self.engine: CachedEngine | None = None
        self.reason = ""
        try:
            network = _aside(lambda: self._read(core, Path(path), precision))
            self._size = _size_of(network, path)
            settings = _settings(device, precision, busy_cores)
            self._compiled: Any = _aside(lambda: core.compile_model(network, device, settings))
            _threads.set()
            self._request: Any = self._compiled.create_infer_request()
        except RuntimeError as error:
            raise ModelError(f"OpenVINO can't run {path} on {device}: {_told(error)}") from error
        # What it was compiled for, not what was asked for: a device may refuse bf16.
        granted = self._compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        self._description = f"openvino {device} {'int8' if precision == 'int8' else granted}"

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """ "backend device precision", and the reason for them where there is one."""
        return f"{self._description}; {self.reason}" if self.reason else self._description

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
        """
        check_drawing(image, self._size)
        drawing = np.ascontiguousarray(image)[np.newaxis]
        results = self._request.infer({0: drawing}, share_inputs=True, share_outputs=True)
        # The tensor belongs to the request, and the next call writes into it.
        return np.array(results[0][0])

    def _read(self, core: openvino.Core, path: Path, precision: str) -> openvino.Model:
        if precision == "int8":
            self.engine = require_engine(path, int8_request(read_card(path).size))
            return core.read_model(*unpack(self.engine))
        # From memory: a file that OpenVINO keeps mapped can't be replaced on Windows.
        return core.read_model(path.read_bytes())

    def close(self) -> None:
        """Free the network, which takes longer than half a frame: not where somebody paints. May
        be called twice; nothing is painted any more."""
        self._request = None
        self._compiled = None


def _told(error: RuntimeError) -> str:
    """What is wrong, without the lines that say where in OpenVINO it was noticed."""
    lines = [line.strip("- .") for line in str(error).splitlines() if line.strip("- .")]
    passed_over = ("Exception from", "Check ", "FrontEnd API", "Summary", "To facilitate")
    told = [line for line in lines if not line.startswith(passed_over)] or lines[:1]
    return "; ".join(told[:2])


_threads = threading.Event()
"""Set once OpenVINO has begun the threads that all networks share: were they begun by what gives
way, all networks would."""


def _aside(work: Callable[[], Any]) -> Any:
    return aside(work) if _threads.is_set() else work()


def _size_of(network: openvino.Model, path: str | Path) -> tuple[int, int]:
    forms = []
    for port in (*network.inputs, *network.outputs):
        shape = port.get_partial_shape()
        forms.append((port.get_element_type().get_type_name(), str(shape)))
    if len(forms) != 2 or forms[0] != forms[1]:
        raise _wrong_form(path, forms)
    kind, shape = forms[0][0], network.inputs[0].get_partial_shape()
    if kind != "u8" or shape.is_dynamic or len(shape) != 4 or shape[0] != 1 or shape[3] != 3:
        raise _wrong_form(path, forms)
    return int(shape[1].get_length()), int(shape[2].get_length())


def _wrong_form(path: str | Path, forms: list[tuple[str, str]]) -> ModelError:
    found = ", ".join(" ".join(form) for form in forms)
    return ModelError(f"{path} has {found}; wanted one input and one output, both u8 [1,H,W,3]")


def _settings(device: str, precision: str, busy_cores: int) -> dict[str, str | int]:
    settings: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY"}
    if device == "CPU":
        # Left to itself OpenVINO takes bf16 where the CPU has it: up to 24 grey levels off.
        # What was not worth eight bits is exact.
        exact = precision in ("auto", "int8")
        settings["INFERENCE_PRECISION_HINT"] = "f32" if exact else precision
        threads = max(min(_cores() - busy_cores, _MOST_THREADS), 1)
        settings["INFERENCE_NUM_THREADS"] = threads
        # Where each core has one of them, the system would at times put two of them on one: beside
        # another busy program that took p99 on two cores from 88 to 37 ms.
        settings["ENABLE_CPU_PINNING"] = threads == _cores()
    elif precision != "auto":
        settings["INFERENCE_PRECISION_HINT"] = precision
    return settings


def _cores() -> int:
    # A container or taskset may grant fewer cores than the machine has.
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
