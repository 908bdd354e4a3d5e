"""What is exported paints what was trained, or there is no file."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import export
import train
from livegan import presets
from livegan.generators import load_generator
from livegan.model_card import ModelCard, read_card
from livegan.presets import find_generator, read_preset
from workshop.classic_forms import UNetForm, form_to_dict
from workshop.networks import UNet
from workshop.onnx_graph import build_onnx
from workshop.pairs import read_dataset
from workshop.recipes import find_recipe, live
from workshop.run_folder import RunFolder


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
    assert sorted(file.name for file in path.parent.iterdir()) == ["discs.onnx", "discs.toml"]
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
    told = capsys.readouterr().out
    parity = re.search(r"([\d.]+|inf) dB", told)
    assert parity and float(parity[1]) >= 45
    typed = told.split("play it: livegan run ")[1].splitlines()[0]
    assert find_generator(read_preset(typed)) == path
    assert told.endswith(
        f"faster on a CPU: python tools/compile.py {path} --target openvino --source {dataset}\n"
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A livegan of its own, with no generator yet."""
    for name in ("engines", "presets"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(export, name.upper(), tmp_path / name)
    monkeypatch.setattr(presets, "shipped", lambda kind: tmp_path / kind)
    return tmp_path


def test_it_plays_by_its_name_and_a_look_that_is_there_stays(
    run: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engines = str(home / "engines")
    assert export.main([str(run), "--name", "discs", "--out", engines]) == 0
    assert "play it: livegan run discs\n" in capsys.readouterr().out
    assert find_generator(read_preset("discs")) == home / "engines" / "discs.onnx"
    mine = 'schema = 1\ngenerator = "discs"\n\n[puppet]\nmouth_gain = 1.5\n'
    (home / "presets" / "discs.toml").write_text(mine)
    assert export.main([str(run), "--name", "discs", "--out", engines]) == 0
    assert (home / "presets" / "discs.toml").read_text() == mine


def test_what_a_killed_export_left_goes_and_one_at_work_stays(run: Path, tmp_path: Path) -> None:
    for name, age_s in ((".export-killed", 2 * export.STALE_S), (".export-at-work", 0.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.onnx").write_bytes(b"half")
        then = time.time() - age_s
        os.utime(tmp_path / name, (then, then))
    assert export.main([str(run), "--name", "discs", "--out", str(tmp_path)]) == 0
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == [".export-at-work", "discs.onnx", "discs.toml"]


def test_label_maps_tell_their_colours_to_the_drawing_pad(run: Path) -> None:
    labels = {"wall": "#0d3dfb", "door": "#a50000"}
    whole = RunFolder(run).read()
    whole["dataset"]["palette"] = labels
    size = {"form": form_to_dict(UNetForm(5, 4)), "size": [64, 64], "norm_mode": "per-image"}
    for recipe, settings, told in (
        ("live", {}, labels),
        ("pix2pix", {**size, "paste": None, "direction": "AtoB"}, labels),
        ("pix2pix", {**size, "paste": None, "direction": "BtoA"}, None),
    ):
        whole["settings"].update(settings)
        (product,) = find_recipe(recipe).products(whole)
        card = export.run_card(whole, {"steps": 1, "elapsed_s": 1.0}, product, "labels", {})
        assert ModelCard.from_json(card.to_json()).palette == told


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
        (run, "ada.onnx", tmp_path, "the ending comes by itself: ada"),
        (run, "x", tmp_path / "file", "can't write"),
    ):
        assert export.main([str(source), "--name", name, "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1
