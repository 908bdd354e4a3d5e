"""Two heaps of pictures are enough: each learns to look like the other."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import train
from workshop.classic_forms import UNetForm
from workshop.recipes.computing import Computing
from workshop.recipes.cyclegan_recipe import POOL, CycleGANRecipe, Memory, Play
from workshop.unpaired import read_unpaired


def heap(out: Path, count: int, dark: bool, size: tuple[int, int] = (40, 60)) -> None:
    """Dark or bright pictures with a ramp across them."""
    out.mkdir(parents=True)
    ramp = np.linspace(0, 60, size[1])[None, :, None]
    for seed in range(count):
        noise = np.random.default_rng(seed).uniform(0, 30, (*size, 3))
        cv2.imwrite(str(out / f"{seed}.png"), ramp + noise + (0 if dark else 150))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """30 dark pictures, and 25 bright ones."""
    heap(tmp_path / "heaps" / "trainA", 30, dark=True)
    heap(tmp_path / "heaps" / "trainB", 25, dark=False)
    return tmp_path / "heaps"


def nothing(done: int, total: int) -> None:
    """No progress is shown."""


def test_dark_becomes_bright_and_bright_dark(folder: Path) -> None:
    heaps = read_unpaired(folder, (32, 32), nothing)
    form = UNetForm(downs=2, width=8, norm="instance", dropout=False)
    recipe = CycleGANRecipe(form, heaps.train, Play(discriminator_width=8), 0, Computing())
    for index in range(70):
        losses = recipe.step(index / 70)
    brightened = recipe.painters["a2b"](heaps.val["A"]).mean()
    darkened = recipe.painters["b2a"](heaps.val["B"]).mean()
    assert brightened > 130 > darkened
    assert set(losses) == {"adversarial", "cycle", "identity", "judges"}


def test_without_a_val_folder_some_are_held_out(folder: Path) -> None:
    (folder / "trainA" / "broken.png").write_text("no picture")
    heaps = read_unpaired(folder, (32, 32), nothing)
    assert [path.name for path in heaps.broken] == ["broken.png"]
    assert len(heaps.train["A"]) + len(heaps.val["A"]) == 30 and len(heaps.val["A"]) == 2
    heap(folder / "valA", 3, dark=True)
    heaps = read_unpaired(folder, (32, 32), nothing)
    assert (len(heaps.train["A"]), len(heaps.val["A"])) == (30, 3)


def test_pictures_are_cut_and_not_stretched(tmp_path: Path) -> None:
    image = np.zeros((40, 80, 3), np.uint8)
    cv2.circle(image, (40, 20), 12, (255, 255, 255), -1)
    for kind in "AB":
        (tmp_path / f"train{kind}").mkdir()
        for seed in range(3):
            cv2.imwrite(str(tmp_path / f"train{kind}" / f"{seed}.png"), image)
    disc = read_unpaired(tmp_path, (40, 40), nothing).train["A"][0][..., 0] > 127
    assert disc.any(axis=0).sum() == disc.any(axis=1).sum() == 25


def test_the_memory_gives_back_what_it_saw() -> None:
    memory, random = Memory((4, 4)), np.random.default_rng(0)
    given = [
        float(memory.exchange(torch.full((1, 3, 4, 4), float(number)), random)[0, 0, 0, 0])
        for number in range(400)
    ]
    assert given[:POOL] == list(range(POOL))
    older = sum(value < number for number, value in enumerate(given[POOL:], POOL))
    assert 0.4 < older / (400 - POOL) < 0.6
    assert len(set(given)) > 350  # each is given back at most once as an older one


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--size", "30"], "multiples of 4"),
        (["--size", "20"], "too small for the discriminator"),
        (["--cycle", "-1"], "--cycle is -1.0, wanted at least 0"),
    ],
)
def test_mistakes_are_one_line(
    more: list[str], told: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [str(folder), "--out", str(tmp_path / "run"), "--recipe", "cyclegan", *more]
    assert train.main(command) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


def test_a_missing_heap_is_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "trainB").rename(folder / "B")
    assert train.main([str(folder), "--out", str(tmp_path / "x"), "--recipe", "cyclegan"]) == 2
    assert "has 0 pictures in trainB" in capsys.readouterr().err
