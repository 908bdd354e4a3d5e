"""Engines are compiled for real where TensorRT for RTX is installed: it needs no GPU for that."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnx
import pytest
from exported_graphs import KINDS, write_exported
from shipped_drawings import shipped_generators
from tiny_onnx import write_generator

from livegan.compilation import find_engine, store_engine
from livegan.compilation import tensorrt_build as module
from livegan.compilation.gpu import Gpu, NoGpu, load_cuda_runtime
from livegan.compilation.manifest import EngineRequest
from livegan.compilation.tensorrt_build import build_engine, compile_engine, engine_request
from livegan.compilation.tensorrt_package import installed_version, load_package
from livegan.errors import MissingExtraError, ModelError
from livegan.model_card import read_card

RTX = installed_version("tensorrt-rtx")
needs_rtx = pytest.mark.skipif(RTX is None, reason="tensorrt-rtx is not installed")
ADA = Gpu("NVIDIA GeForce RTX 4070", "8.9")


def _rtx_request(path: Path, capability: str) -> EngineRequest:
    return engine_request("tensorrt-rtx", read_card(path).size, capability)


@needs_rtx
@pytest.mark.parametrize("capability", ["8.9", "12.0"])
@pytest.mark.parametrize("shipped", shipped_generators(), ids=lambda path: path.stem)
def test_what_ships_is_compiled_for_ada_and_blackwell(
    tmp_path: Path, shipped: Path, capability: str
) -> None:
    path = Path(shutil.copy(shipped, tmp_path))
    request = _rtx_request(path, capability)
    engine = compile_engine(path, request)
    assert find_engine(path, request) == engine
    manifest = engine.manifest
    assert manifest.request.hardware == {"compute_capability": capability}
    assert manifest.request.versions == {"tensorrt-rtx": RTX}
    assert manifest.source == shipped.stem and manifest.seconds > 0
    content = engine.path.read_bytes()
    package = load_package("tensorrt-rtx")
    header = content[: package.Runtime(package.Logger(package.Logger.ERROR)).engine_header_size]
    # NVIDIA's plans begin with their kind, and have version and whole length in their header.
    assert header.startswith(b"vtrt")
    assert RTX is not None and bytes(header[24:28]) == bytes(map(int, RTX.split(".")))
    assert int.from_bytes(header[16:24], "little") == len(content) == manifest.engine_bytes


@needs_rtx
@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_exported_is_compiled(tmp_path: Path, kind: str) -> None:
    path = write_exported(tmp_path / "exported.onnx", kind)
    assert build_engine(path, _rtx_request(path, "8.9")).startswith(b"vtrt")


@needs_rtx
def test_engines_for_two_gpus_lie_side_by_side_and_are_not_confused(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    requests = [_rtx_request(path, capability) for capability in ("8.9", "12.0")]
    engines = [compile_engine(path, request) for request in requests]
    assert [find_engine(path, request) for request in requests] == engines
    assert engines[0].path != engines[1].path


@needs_rtx
def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    told: list[tuple[str, int, int]] = []
    build_engine(path, _rtx_request(path, "8.9"), lambda *step: told.append(step))
    assert told
    assert all(phase and 1 <= done <= total for phase, done, total in told)


@needs_rtx
def test_a_gpu_that_it_does_not_compile_for_lists_those_it_does(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    with pytest.raises(ModelError, match=r"capability 7.5, .*12.1; not for 9.0 \(sm_90\)"):
        build_engine(path, _rtx_request(path, "9.0"))


@needs_rtx
def test_a_network_that_it_can_not_read_is_one_line_with_its_reason(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    model = onnx.load(path)
    # Known to ONNX, and not to TensorRT.
    model.graph.node[0].CopyFrom(
        onnx.helper.make_node("MelWeightMatrix", ["a", "b", "c", "d", "e"], ["m"])
    )
    model.graph.node.append(onnx.helper.make_node("Identity", ["drawing"], ["picture"]))
    numbers = {"a": 8, "b": 16, "c": 8000, "d": 0.0, "e": 4000.0}
    for name, number in numbers.items():
        kind = onnx.TensorProto.INT64 if isinstance(number, int) else onnx.TensorProto.FLOAT
        model.graph.initializer.append(onnx.helper.make_tensor(name, kind, [], [number]))
    onnx.save(model, path)
    told = "tensorrt-rtx can't .*reverse.onnx: .*MelWeight"
    with pytest.raises(ModelError, match=told) as caught:
        build_engine(path, _rtx_request(path, "8.9"))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(installed_version("tensorrt") is not None, reason="tensorrt is installed")
def test_without_the_package_the_command_that_installs_it_is_told() -> None:
    with pytest.raises(MissingExtraError, match=r'pip install -e "\.\[tensorrt\]"'):
        engine_request("tensorrt", (64, 64), ADA)


def test_a_package_whose_libraries_are_gone_is_told_with_the_command_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(name: str) -> None:
        raise FileNotFoundError("Could not find: nvinfer_10.dll")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(MissingExtraError, match=r'nvinfer_10.dll.*pip install -e "\.\[tensorrt\]"'):
        load_package("tensorrt")
    with pytest.raises(NoGpu, match=r'nvinfer_10.dll.*pip install -e "\.\[tensorrt\]"'):
        load_cuda_runtime()


def test_an_engine_of_tensorrt_is_for_one_gpu_and_one_of_rtx_for_all_of_its_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "installed_version", lambda target: "11.4")
    other = Gpu("NVIDIA L4", "8.9")
    assert engine_request("tensorrt", (64, 64), ADA) != engine_request("tensorrt", (64, 64), other)
    assert engine_request("tensorrt-rtx", (64, 64), ADA) == engine_request(
        "tensorrt-rtx", (64, 64), other
    )


def test_a_compiler_that_crashes_takes_only_its_own_process_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    crash = (sys.executable, "-c", "import os; os.abort()")
    monkeypatch.setattr(module, "_COMMAND", crash)
    request = EngineRequest("tensorrt", "f16", (64, 64), {"tensorrt": "11.4"})
    with pytest.raises(ModelError, match="tensorrt crashed on .*reverse.onnx"):
        build_engine(path, request)
    # And nothing of it is kept.
    assert find_engine(path, request) is None
    assert store_engine(path, request, b"another time", 1.0) == find_engine(path, request)


@needs_rtx
def test_a_process_that_may_have_no_children_compiles_too(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    request = _rtx_request(path, "8.9")
    isolated = multiprocessing.get_context("spawn").Process(
        target=compile_engine, args=(path, request), daemon=True
    )
    isolated.start()
    isolated.join()
    assert find_engine(path, request) is not None


@needs_rtx
def test_who_stops_listening_leaves_no_compiler_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)

    opened = []
    start = subprocess.Popen

    def remembered(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        opened.append(start(*args, **options))
        return opened[-1]

    def stop(*step: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", remembered)
    with pytest.raises(KeyboardInterrupt):
        build_engine(path, _rtx_request(path, "8.9"), stop)
    assert [process.returncode for process in opened] != [None]


ENDING = """
import os, sys
from pathlib import Path
from livegan.compilation.tensorrt_build import build_engine, engine_request

path = Path(sys.argv[1])
build_engine(path, engine_request("tensorrt-rtx", (64, 64), "8.9"), lambda *step: os._exit(0))
"""


@needs_rtx
def test_a_show_that_ends_meanwhile_ends_its_compiler_without_a_word(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", size=64)
    root = str(Path(__file__).parents[2])
    # The compiler holds the pipe of errors too, so that this waits for both.
    done = subprocess.run(
        [sys.executable, "-c", ENDING, str(path)], env={**os.environ, "PYTHONPATH": root},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
