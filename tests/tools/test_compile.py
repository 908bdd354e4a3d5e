"""A generator is compiled for CPUs only as long as its pictures stay what they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import compile as command
from livegan.compilation import find_engine, list_engines
from livegan.compilation.gpu import NoGpu
from livegan.compilation.openvino_int8 import int8_request
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, write_card
from workshop import int8
from workshop.dataset_card import DatasetCard
from workshop.int8_gate import Gate

SIZE = 64


@pytest.fixture(autouse=True)
def _own_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))


def _write_painter(path: Path, conditioner: ConditionerCard) -> Path:
    """A generator of three convolutions, with fixed weights, that blurs its drawing."""
    random = np.random.default_rng(0)
    weights = {
        "first": random.normal(0.3, 0.1, (16, 3, 3, 3)) / 27,
        "middle": random.normal(0.3, 0.1, (16, 16, 3, 3)) / 144,
        "last": random.normal(0.3, 0.1, (3, 16, 3, 3)) * 25 / 144,
    }
    constants = [
        numpy_helper.from_array(weight.astype(np.float32), name)
        for name, weight in weights.items()
    ]
    constants += [
        numpy_helper.from_array(np.array(value, np.float32), str(value)) for value in (0, 255)
    ]
    nodes = [
        helper.make_node("Transpose", ["drawing"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["floats", "first"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("LeakyRelu", ["a"], ["b"], alpha=0.2),
        helper.make_node("Conv", ["b", "middle"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("LeakyRelu", ["c"], ["d"], alpha=0.2),
        helper.make_node("Conv", ["d", "last"], ["e"], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["e", "0", "255"], ["f"]),
        helper.make_node("Cast", ["f"], ["g"], to=TensorProto.UINT8),
        helper.make_node("Transpose", ["g"], ["picture"], perm=[0, 2, 3, 1]),
    ]
    shape = [1, SIZE, SIZE, 3]
    ports = [
        helper.make_tensor_value_info(name, TensorProto.UINT8, shape)
        for name in ("drawing", "picture")
    ]
    graph = helper.make_graph(nodes, "blur", ports[:1], ports[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    write_card(model, ModelCard(path.stem, (SIZE, SIZE), conditioner))
    onnx.save(model, str(path))
    return path


@pytest.fixture
def painter(tmp_path: Path, dataset: Path) -> Path:
    """A generator that paints what `dataset` draws."""
    conditioner = DatasetCard.read(dataset / "dataset.json").conditioner
    return _write_painter(tmp_path / "blur.onnx", conditioner)


def _compile(*arguments: str | Path) -> int:
    return command.main([str(argument) for argument in arguments])


def test_what_is_accepted_paints_nearly_the_same(
    painter: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _compile(painter, "--target", "openvino", "--source", dataset) == 0
    out = capsys.readouterr().out
    assert "accepted: MS-SSIM -0.00" in out and "quantising by 24 drawings" in out
    engine = find_engine(painter, int8_request((SIZE, SIZE)))
    assert engine is not None and str(engine.path) in out
    metrics = engine.manifest.metrics
    assert 0 <= metrics["ms_ssim_fall"] < 0.005
    assert metrics["flicker"] - metrics["exact_flicker"] < 0.25
    drawing = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    exact, short = (
        load_generator(painter, precision=precision).generate(drawing).astype(np.int16)
        for precision in ("f32", "int8")
    )
    assert 0 < np.abs(exact - short).mean() < 2


def test_what_the_gate_refuses_is_told_and_not_kept(
    painter: Path,
    dataset: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        int8, "judge", lambda *_: Gate(0.0071, 0.01, mean_levels=1, most_levels=9, flicker=1,
                                       exact_flicker=1)
    )
    assert _compile(painter, "--target", "openvino", "--source", dataset) == 2
    assert capsys.readouterr().err == (
        "compile: 'blur' is not good enough in int8: MS-SSIM falls by 0.0071, wanted less than"
        " 0.005; nothing was kept, and it plays in f32\n"
    )
    assert not list_engines(painter)


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        (Gate(0.004, 0.01, 1.0, 40, 0.6, 0.4), ""),
        (Gate(0.006, 0.01, 1.0, 40, 0.6, 0.4), "MS-SSIM falls by 0.0060, wanted less than 0.005"),
        (Gate(0.004, 0.03, 1.0, 40, 0.6, 0.4), "of one picture falls by 0.0300"),
        (Gate(0.004, 0.01, 3.5, 40, 0.6, 0.4), "off, in grey levels, by 3.5000"),
        (Gate(0.004, 0.01, 1.0, 40, 0.7, 0.4), "flicker rises, in grey levels, by 0.3000"),
        (Gate(float("nan"), 0.01, 1.0, 40, 0.6, 0.4), "MS-SSIM falls by nan"),
    ],
)
def test_the_gate_judges_likeness_and_flicker(gate: Gate, told: str) -> None:
    assert told in gate.refusal and bool(gate.refusal) == bool(told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nobody", "--target", "openvino"), "no generator is called 'nobody'; there are: "),
        (("mona-lsa", "--target", "openvino"), "did you mean mona-lisa?"),
        (("gone.onnx", "--target", "openvino"), "no generator at gone.onnx"),
        (("{painter}", "--target", "openvino", "--source", "nowhere"), "no dataset, clip or"),
        (("{painter}", "--target", "openvino", "--gpu", "8.9"), "--gpu is for tensorrt-rtx"),
        (("{painter}", "--target", "tensorrt", "--gpu", "8.9"), "tensorrt compiles for what is"),
        (("{painter}", "--target", "tensorrt", "--source", "x"), "--source is for openvino"),
    ],
)
def test_a_mistake_is_one_line(
    painter: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert _compile(*(text.format(painter=painter) for text in arguments)) == 2
    err = capsys.readouterr().err
    assert told in err and err.count("\n") == 1


def test_what_a_plain_generator_is_shown_must_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = _write_painter(tmp_path / "facades.onnx", ConditionerCard("plain", 1))
    assert _compile(plain, "--target", "openvino") == 2
    assert "name its dataset, a clip or a folder of pictures" in capsys.readouterr().err


def test_a_dataset_of_other_drawings_is_refused(
    tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edges = _write_painter(tmp_path / "edges.onnx", ConditionerCard("canny", 1))
    assert _compile(edges, "--target", "openvino", "--source", dataset) == 2
    assert "edges wants canny" in capsys.readouterr().err


def test_pictures_that_have_no_drawings_yet_are_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = _write_painter(tmp_path / "heaps.onnx", ConditionerCard("plain", 1))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(90):
        drawing = np.random.default_rng(number).integers(0, 256, (5, 5, 3), dtype=np.uint8)
        picture = cv2.resize(drawing, (80, 64), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{number:03}.png"), picture)
    assert _compile(plain, "--target", "openvino", "--source", folder) == 0
    assert "quantising by 60 drawings\njudging by 30 others" in capsys.readouterr().out


def test_a_folder_of_a_few_pictures_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = _write_painter(tmp_path / "heaps.onnx", ConditionerCard("plain", 1))
    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((64, 64, 3), np.uint8))
    assert _compile(plain, "--target", "openvino", "--source", tmp_path / "one.png") == 2
    assert "has 1 frame, wanted at least 60" in capsys.readouterr().err


def test_nothing_is_reported_to_the_makers_of_nncf() -> None:
    code = "import workshop.int8, sys; print(sys.modules['openvino_telemetry'])"
    tools = str(Path(command.__file__).parent)
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{tools!r}]; {code}"],
        capture_output=True, text=True, check=True,
    )
    assert told.stdout.strip() == "None"


def test_without_nncf_its_install_command_is_told(
    painter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "workshop.int8")
    monkeypatch.setitem(sys.modules, "nncf", None)
    assert _compile(painter, "--target", "openvino") == 2
    assert 'pip install -e ".[train]"' in capsys.readouterr().err


def test_without_a_gpu_one_may_be_named(
    painter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(target: str) -> object:
        raise NoGpu("there is no NVIDIA GPU")

    monkeypatch.setattr("livegan.compilation.gpu.find_gpu", none)
    assert _compile(str(painter), "--target", "tensorrt-rtx") == 2
    assert "no NVIDIA GPU; --gpu 8.9 compiles for one elsewhere" in capsys.readouterr().err
    assert _compile(str(painter), "--target", "tensorrt") == 2
    assert "no NVIDIA GPU; --target openvino compiles for the CPU" in capsys.readouterr().err
