"""What is exported paints what was trained, or there is no file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import export
import train
from livegan.generators import load_generator
from livegan.model_card import read_card
from workshop.networks import UNet
from workshop.onnx_graph import build_onnx
from workshop.pairs import read_dataset
from workshop.recipes import live


@pytest.fixture(scope="module")
def run(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a second."""
    out = tmp_path_factory.mktemp("runs") / "run"
    tiny = ["--batch", "4", "--width", "8", "--depth", "2"]
    assert train.main([str(dataset), "--out", str(out), "--minutes", "0.03", *tiny]) == 0
    return out


def test_a_run_becomes_a_generator_with_its_card(
    run: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.main([str(run), "--name", "discs", "--out", str(tmp_path / "engines")]) == 0
    path = tmp_path / "engines" / "discs.onnx"
    assert [file.name for file in path.parent.iterdir()] == ["discs.onnx"]
    card, data = read_card(path), read_dataset(dataset)
    assert (card.name, card.size) == ("discs", (64, 64))
    assert card.conditioner == data.card.conditioner
    assert card.puppet is not None and data.card.puppet is not None
    np.testing.assert_array_equal(card.puppet.landmarks, data.card.puppet.landmarks)
    assert (card.licence, card.credit) == ("CC0", "nobody")
    assert card.training["dataset"] == "discs" and card.training["steps"] > 0
    generator = load_generator(path)
    painted = np.stack([generator.generate(drawing) for drawing in data.val.drawings])
    difference = np.abs(painted.astype(float) - data.val.pictures).mean()
    assert difference == pytest.approx(card.metrics["l1"], abs=0.05)
    parity = re.search(r"([\d.]+|inf) dB", capsys.readouterr().out)
    assert parity and float(parity[1]) >= 45


def corrupt_onnx(network: UNet) -> onnx.ModelProto:
    """The graph with all its weights a twentieth too small: the picture is a little dark."""
    model = build_onnx(network)
    for weight in model.graph.initializer:
        if len(weight.dims) == 4:
            array = numpy_helper.to_array(weight) * np.float32(0.95)
            weight.CopyFrom(numpy_helper.from_array(array, weight.name))
    return model


def test_a_network_that_paints_otherwise_is_not_written(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "build_onnx", corrupt_onnx)
    (tmp_path / "discs.onnx").write_bytes(b"the one before")
    assert export.main([str(run), "--name", "discs", "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert re.search(r"[\d.]+ dB, wanted 45 dB; nothing was written\n$", error)
    assert [file.name for file in tmp_path.iterdir()] == ["discs.onnx"]
    assert (tmp_path / "discs.onnx").read_bytes() == b"the one before"


def test_a_generator_that_is_too_large_is_not_written(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "MOST_BYTES", 10_000)
    assert export.main([str(run), "--name", "discs", "--out", str(tmp_path)]) == 2
    assert "train with a smaller --width or --depth" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_mistakes_are_one_line(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "young").mkdir()
    (tmp_path / "young" / "run.json").write_bytes((run / "run.json").read_bytes())
    for source, name, out, told in (
        (tmp_path, "x", tmp_path, "is not a run"),
        (tmp_path / "young", "x", tmp_path, "has no checkpoint yet"),
        (run, "../x", tmp_path, "wanted a plain word"),
        (run, "x", tmp_path / "file", "can't write"),
    ):
        assert export.main([str(source), "--name", name, "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1
