"""Every recipe does what training, checkpoints and export count on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from discs import pair, write_dataset
from safetensors import safe_open

import export
import train
from livegan.generators import load_generator
from livegan.model_card import read_card
from workshop.checkpoint import checkpoints, newest_checkpoint
from workshop.recipes import RECIPES, cyclegan_recipe, find_recipe
from workshop.training import Training

OPTIONS: dict[str, list[str]] = {
    "live": ["--batch", "3", "--width", "8", "--depth", "2"],
    "pix2pix": ["--ngf", "4", "--ndf", "4"],
    "cyclegan": ["--ngf", "4", "--ndf", "4", "--size", "24", "--network", "resnet_6"],
    "autoencoder": ["--batch", "3"],
}
FILES = {"live": [""], "pix2pix": [""], "cyclegan": ["-a2b", "-b2a"], "autoencoder": [""]}
DRAWN_BY = {"live": "face_mesh", "pix2pix": "face_mesh", "cyclegan": "plain",
            "autoencoder": "latent"}


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A few discs, as pairs and as two heaps."""
    folder = tmp_path_factory.mktemp("data")
    pairs = write_dataset(folder / "pairs", train=3, val=2)
    for seed in range(8):
        split = "train" if seed < 3 else "val"
        for kind, image in zip("AB", pair(seed), strict=True):
            heap = folder / "heaps" / f"{split}{kind}"
            heap.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(heap / f"{seed}.png"), image)
    heaps = folder / "heaps"
    return {"live": pairs, "pix2pix": pairs, "cyclegan": heaps, "autoencoder": pairs}


def run(recipe: str, datasets: dict[str, Path], out: Path, *more: str) -> int:
    command = [str(datasets[recipe]), "--out", str(out), "--recipe", recipe]
    return train.main([*command, *OPTIONS[recipe], *more])


def weights(out: Path) -> dict[str, torch.Tensor]:
    newest = newest_checkpoint(out)
    assert newest
    with safe_open(newest, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def test_all_recipes_are_tried_here() -> None:
    assert set(OPTIONS) == set(RECIPES)


@pytest.mark.parametrize("recipe", OPTIONS)
def test_ten_epochs_are_five_and_five(
    recipe: str, datasets: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cyclegan_recipe, "POOL", 4)  # so that it is full
    assert run(recipe, datasets, tmp_path / "straight", "--epochs", "10") == 0
    tell, told = Training._tell, []

    def stopped_after_five(self: Training, losses: dict[str, float], rate: float) -> None:
        tell(self, losses, rate)
        told.append(losses)
        if len(told) == 5 * self._recipe.steps_per_epoch:
            raise KeyboardInterrupt

    monkeypatch.setattr(Training, "_tell", stopped_after_five)
    assert run(recipe, datasets, tmp_path / "twice", "--epochs", "10") == 130
    torch.manual_seed(123)  # chance elsewhere must not matter
    half = weights(tmp_path / "twice")
    assert run(recipe, datasets, tmp_path / "twice", "--epochs", "10") == 0
    assert "going on after" in capsys.readouterr().out
    wanted, found = weights(tmp_path / "straight"), weights(tmp_path / "twice")
    assert wanted.keys() == found.keys()
    for key, tensor in wanted.items():
        assert torch.equal(tensor, found[key]), key
    assert any(not torch.equal(half[key], found[key]) for key in half)


@pytest.mark.parametrize("recipe", OPTIONS)
def test_a_run_becomes_generators_that_paint_as_it_did(
    recipe: str, datasets: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(recipe, datasets, tmp_path / "run", "--epochs", "2") == 0
    engines = tmp_path / "engines"
    assert export.main([str(tmp_path / "run"), "--name", "discs", "--out", str(engines)]) == 0
    names = sorted(f"discs{ending}.onnx" for ending in FILES[recipe])
    assert sorted(path.name for path in engines.glob("*.onnx")) == names
    for name in names:
        assert (engines / name).with_suffix(".toml").exists(), "a look to type"
        card = read_card(engines / name)
        assert card.name == Path(name).stem and card.training["recipe"] == recipe
        assert card.conditioner.kind == DRAWN_BY[recipe]
        generator = load_generator(engines / name)
        assert generator.size == card.size
        assert generator.generate(np.zeros((*card.size, 3), np.uint8)).shape == (*card.size, 3)
    # Only what is painted from held-out drawings is on the page; nothing is fetched from anywhere.
    page = (tmp_path / "run" / "index.html").read_text(encoding="utf-8")
    assert "data:image/" in page and "<svg" in page and "http" not in page


@pytest.mark.parametrize("recipe", OPTIONS)
def test_less_precision_still_learns(
    recipe: str, datasets: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(recipe, datasets, tmp_path / "run", "--epochs", "2", "--precision", "bf16") == 0
    assert all(tensor.dtype != torch.bfloat16 for tensor in weights(tmp_path / "run").values())
    exact = tmp_path / "exact"
    assert run(recipe, datasets, exact, "--epochs", "2") == 0
    part = find_recipe(recipe).products(read_run(exact))[0].part
    one, other = weights(tmp_path / "run"), weights(exact)
    keys = [key for key in one if key.startswith(f"{part}.") and key.endswith("weight")]
    assert any(not torch.equal(one[key], other[key]) for key in keys)


def read_run(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "run.json").read_text(encoding="utf-8")))


def test_the_newest_checkpoints_stay_and_the_best(
    datasets: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert run("pix2pix", datasets, out, "--epochs", "12", "--save-epochs", "1") == 0
    kept = [int(path.stem.split("-")[1]) for path in checkpoints(out)]
    best = read_run(out)["progress"]["best_steps"]
    assert kept == sorted({best, 33, 36})
    history = json.loads((out / "history.json").read_text(encoding="utf-8"))
    scores = {point["steps"]: point["haarpsi"] for point in history["metrics"]}
    assert scores[best] == max(scores.values()) and len(scores) == 12


def test_a_checkpoint_alone_can_be_exported(
    datasets: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert run("pix2pix", datasets, out, "--epochs", "2", "--save-epochs", "1") == 0
    first, last = checkpoints(out)
    assert export.main([str(first), "--name", "first", "--out", str(tmp_path)]) == 0
    assert read_card(tmp_path / "first.onnx").training["steps"] == 3
