"""Which backend paints, and the reason that is told."""

from __future__ import annotations

import importlib.util
import logging
import threading
from pathlib import Path

import numpy as np
import pytest
from int8_engines import store_int8
from tiny_onnx import write_generator

from livegan.compilation import EngineRefused
from livegan.errors import GeneratorLost, MissingExtraError, ModelError
from livegan.frames import Image
from livegan.generators import Generator, Identity, load_generator, opening

SIZE = 64
DRAWING: Image = np.full((SIZE, SIZE, 3), 100, np.uint8)
EXACT, SHORT = 155, 154
TIME_RATIO = opening._time_ratio
"""Before the fixture replaces it."""


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CPU that is twice as quick in eight bits, no NVIDIA GPU, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setattr(opening, "_time_ratio", lambda one, other: 0.5)
    monkeypatch.setattr(opening, "_ratios", {})
    monkeypatch.setattr(opening, "_has_nvidia_driver", lambda: False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "engines"
    folder.mkdir()
    return write_generator(folder / "reverse.onnx", size=SIZE)


def _grey(generator: Generator) -> int:
    (level,) = np.unique(generator.generate(DRAWING))
    return int(level)


def test_eight_bits_paint_where_they_are_quicker_and_the_gate_is_told(path: Path) -> None:
    store_int8(path, SIZE, ms_ssim_fall=0.0031)
    generator = load_generator(path)
    told = "quicker and as good as exact, MS-SSIM -0.003"
    assert generator.description == f"openvino CPU int8; {told}"
    assert _grey(generator) == SHORT


def test_the_cpu_may_be_named(path: Path) -> None:
    store_int8(path, SIZE)
    assert _grey(load_generator(path, device="CPU")) == SHORT


def test_a_cpu_that_gains_nothing_paints_exactly(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_time_ratio", lambda one, other: 0.97)
    store_int8(path, SIZE)
    generator = load_generator(path)
    assert generator.description == "openvino CPU f32; int8 gains nothing on this CPU"
    assert _grey(generator) == EXACT


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_what_is_opened_while_another_one_plays_is_not_timed_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, ratio: float
) -> None:
    store_int8(path, SIZE)
    ratios = iter([ratio])
    monkeypatch.setattr(opening, "_time_ratio", lambda one, other: next(ratios))
    opened = [load_generator(path) for _ in range(2)]
    assert _grey(opened[0]) == _grey(opened[1])
    assert opened[0].description == opened[1].description


def test_what_gains_is_measured() -> None:
    class Slow(Identity):
        def generate(self, image: Image) -> Image:
            threading.Event().wait(0.002)
            return super().generate(image)

    assert TIME_RATIO(Identity((8, 8)), Slow((8, 8))) < 0.5


def test_f32_stays_exact_beside_an_engine(path: Path) -> None:
    store_int8(path, SIZE)
    generator = load_generator(path, precision="f32")
    assert generator.description == "openvino CPU f32"
    assert _grey(generator) == EXACT


def test_int8_can_be_asked_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_time_ratio", lambda one, other: 2.0)
    store_int8(path, SIZE)
    generator = load_generator(path, precision="int8")
    assert generator.description == "openvino CPU int8"
    assert _grey(generator) == SHORT


def test_int8_that_was_never_compiled_is_refused_with_the_command(path: Path) -> None:
    with pytest.raises(
        EngineRefused, match="run: python tools/compile.py reverse --target openvino"
    ):
        load_generator(path, precision="int8")


def test_int8_is_not_for_other_devices(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from livegan.generators import openvino as module

    class Core:
        available_devices = ["CPU", "GPU"]

    monkeypatch.setattr(module.openvino, "Core", Core)  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="int8 is for the CPU, not for GPU"):
        load_generator(path, device="GPU", precision="int8")


def test_without_an_engine_nothing_is_warned_of(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert load_generator(path).description == "openvino CPU f32"
    assert not caplog.records


def test_an_engine_of_what_the_generator_was_before_is_told_and_left(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store_int8(path, SIZE)
    write_generator(path, size=SIZE, kind="grayscale")
    generator = load_generator(path)
    assert generator.description == "openvino CPU f32; its int8 engine can't be used"
    assert _grey(generator) == EXACT
    (record,) = caplog.records
    assert "was compiled from another generator" in record.getMessage()
    assert "python tools/compile.py reverse --target openvino" in record.getMessage()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_an_engine_that_holds_no_network_is_left(
    path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    from livegan.compilation import store_engine
    from livegan.compilation.openvino_int8 import int8_request

    store_engine(path, int8_request((SIZE, SIZE)), content, 1.0)
    assert _grey(load_generator(path)) == EXACT
    assert "holds no network" in caplog.text


def test_an_engine_that_openvino_cannot_read_is_left(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from livegan.compilation import store_engine
    from livegan.compilation.openvino_int8 import int8_request, pack

    store_engine(path, int8_request((SIZE, SIZE)), pack(b"<net version='99'/>", b""), 1.0)
    assert _grey(load_generator(path)) == EXACT
    assert "OpenVINO can't run" in caplog.text


class _Gpu:
    """An NVIDIA GPU's machine: which compilers are installed, and what has been compiled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...]) -> None:
        self.compiled: set[str] = set()
        self.torch_works = False
        self.fails = self.breaks = False
        self.may_compile = threading.Event()
        monkeypatch.setattr(opening, "_has_nvidia_driver", lambda: True)
        monkeypatch.setattr(
            "livegan.compilation.tensorrt_package.installed_version",
            lambda target: "1" if target in installed else None,
        )
        monkeypatch.setattr(opening, "_on_nvidia", self.open)
        monkeypatch.setattr(opening, "_compiled", self.compile)

    def open(self, path: Path, device: str, precision: str) -> Generator:
        """Stands in for the backends."""
        if device == "torch" and not self.torch_works:
            raise ModelError("PyTorch finds no NVIDIA GPU")
        if device != "torch" and device not in self.compiled:
            raise EngineRefused(f"there is no {device} engine", missing=True)
        return _Painter(device, self)

    def compile(self, path: Path, compiler: str) -> Generator:
        """Stands in for the compiler."""
        assert self.may_compile.wait(10)
        if self.breaks:
            raise OSError("no space left on device")
        self.compiled.add(compiler)
        return self.open(path, compiler, "auto")


class _Painter(Identity):
    def __init__(self, name: str, gpu: _Gpu) -> None:
        super().__init__((SIZE, SIZE))
        self._name, self._gpu = name, gpu

    @property
    def description(self) -> str:
        return self._name

    def generate(self, image: Image) -> Image:
        if self._gpu.fails:
            raise GeneratorLost("an illegal memory access was encountered")
        return super().generate(image)


def test_on_a_gpu_an_engine_that_is_there_paints(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = _Gpu(monkeypatch, ("tensorrt", "tensorrt-rtx"))
    gpu.compiled.add("tensorrt-rtx")
    assert load_generator(path).description == "tensorrt-rtx"


def test_a_gpu_that_fails_leaves_the_show_to_the_cpu(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = _Gpu(monkeypatch, ("tensorrt",))
    gpu.compiled.add("tensorrt")
    generator = load_generator(path)
    assert generator.description == "tensorrt"
    gpu.fails = True
    for _ in range(10_000):
        try:
            assert _grey(generator) == EXACT
            break
        except GeneratorLost:
            threading.Event().wait(0.001)
    assert generator.description == "openvino CPU f32"


def test_what_is_missing_is_compiled_only_if_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = _Gpu(monkeypatch, ("tensorrt-rtx",))
    gpu.may_compile.set()
    assert load_generator(path).description == "openvino CPU f32"
    assert not gpu.compiled


def test_what_is_missing_is_compiled_while_the_cpu_paints(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = _Gpu(monkeypatch, ("tensorrt-rtx",))
    generator = load_generator(path, compile_missing=True)
    assert generator.description == "openvino CPU f32" and _grey(generator) == EXACT
    gpu.may_compile.set()
    assert np.array_equal(_picture_of("tensorrt-rtx", generator), DRAWING)
    generator.close()


def test_pytorch_is_loaded_while_the_cpu_paints(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = _Gpu(monkeypatch, ())
    gpu.torch_works = True
    generator = load_generator(path, compile_missing=True)
    _picture_of("torch", generator)
    generator.close()
    assert load_generator(path).description == "torch"


def test_pytorch_paints_where_an_engine_cannot_be_compiled(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gpu = _Gpu(monkeypatch, ("tensorrt",))
    gpu.torch_works = gpu.breaks = True
    gpu.may_compile.set()
    generator = load_generator(path, compile_missing=True)
    _picture_of("torch", generator)
    assert "no space left" in caplog.text
    generator.close()


def _picture_of(description: str, generator: Generator) -> Image:
    """The first picture that is painted by what is described so."""
    for _ in range(1000):
        picture = generator.generate(DRAWING)
        if generator.description == description:
            return picture
        threading.Event().wait(0.01)
    pytest.fail(f"{description} never paints")


def test_without_compiler_and_pytorch_the_cpu_paints(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _Gpu(monkeypatch, ())
    assert load_generator(path).description == "openvino CPU f32"
    assert "PyTorch finds no NVIDIA GPU" in caplog.text
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert load_generator(path, compile_missing=True).description == "openvino CPU f32"


def test_broken_libraries_of_the_gpu_leave_the_show_to_the_cpu(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _Gpu(monkeypatch, ("tensorrt",))

    def fail(path: Path, device: str, precision: str) -> Generator:
        raise OSError("libcudart.so.13: cannot open shared object file")

    monkeypatch.setattr(opening, "_on_nvidia", fail)
    assert load_generator(path).description == "openvino CPU f32"
    assert "libcudart.so.13" in caplog.text


def test_a_precision_that_is_asked_for_is_painted_on_the_cpu(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = _Gpu(monkeypatch, ("tensorrt",))
    gpu.compiled.add("tensorrt")
    assert load_generator(path, precision="f32").description == "openvino CPU f32"


@pytest.fixture(autouse=True)
def _log_to_caplog(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="livegan")


def test_without_pytorch_the_command_that_installs_it_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="PyTorch is not installed; run: pip install"):
        load_generator(path, device="torch")
