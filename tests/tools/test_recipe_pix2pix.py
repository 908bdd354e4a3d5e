"""The paper's recipe: it learns, both ways, in any shape, in colour, and in holes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from discs import SIZE, pair

import export
import train
from livegan.generators import load_generator
from livegan.generators.generator import Generator
from livegan.model_card import ConditionerCard, ModelCard, read_card
from workshop.classic_forms import UNetForm
from workshop.pairs import Dataset, PairWriter, read_dataset
from workshop.quality import picture_metrics
from workshop.recipes import find_recipe
from workshop.recipes.computing import Computing
from workshop.recipes.inpainting import Paste
from workshop.recipes.pix2pix_recipe import Pix2PixRecipe, Play

TINY = ["--recipe", "pix2pix", "--ngf", "4", "--ndf", "4"]


def trained(dataset: Path, out: Path, *more: str) -> tuple[Generator, ModelCard]:
    """Two epochs, exported."""
    run = [str(dataset), "--out", str(out / "run"), "--epochs", "2", *TINY, *more]
    assert train.main(run) == 0
    assert export.main([str(out / "run"), "--name", "tiny", "--out", str(out)]) == 0
    path = out / "tiny.onnx"
    return load_generator(path, precision="f32"), read_card(path)


def test_it_learns_to_paint_pairs_that_it_never_saw(dataset: Path) -> None:
    data = read_dataset(dataset)
    form = UNetForm(downs=4, width=12)
    recipe = Pix2PixRecipe(form, data.train, Play(discriminator_width=8), 0, Computing())
    before = picture_metrics(recipe.painters[""](data.val.drawings), data.val.pictures)
    steps = 75
    losses = [recipe.step(index / steps) for index in range(steps)]
    after = picture_metrics(recipe.painters[""](data.val.drawings), data.val.pictures)
    assert after["l1"] < 0.5 * before["l1"]
    assert set(losses[0]) == {"l1", "adversarial", "true", "painted"}


def test_the_other_way_round_it_is_shown_pictures(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, card = trained(dataset, tmp_path, "--direction", "BtoA")
    assert card.conditioner == ConditionerCard("plain", 1) and card.puppet is None
    held_out = np.load(tmp_path / "run" / "held_out.npz")
    data = read_dataset(dataset)
    np.testing.assert_array_equal(held_out["drawings"], data.val.pictures)
    np.testing.assert_array_equal(held_out["pictures"], data.val.drawings)


def test_a_puppet_grows_with_its_pictures(dataset: Path, tmp_path: Path) -> None:
    _, card = trained(dataset, tmp_path, "--size", str(2 * SIZE), "--downs", "3")
    taken = read_dataset(dataset).card.puppet
    assert card.puppet is not None and taken is not None
    np.testing.assert_allclose(card.puppet.landmarks, 2 * taken.landmarks, atol=0.01)
    assert card.puppet.crop == taken.crop


def write_pairs(out: Path, size: tuple[int, int], **kind: Any) -> Path:
    """Discs, stretched; grey drawings or drawings with holes."""
    writer = PairWriter(out, "discs", size, ConditionerCard(kind.get("drawn", "plain"), 1))
    random = np.random.default_rng(0)
    for seed in range(5):
        picture = np.asarray(cv2.resize(pair(seed)[1], size[::-1]), np.uint8)
        drawing, mask = picture.copy(), None
        if kind.get("grey"):
            drawing[:] = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., np.newaxis]
        if kind.get("holes"):
            x, y = random.integers(4, 40, 2)
            mask = np.zeros(size, np.uint8)
            mask[y : y + 16, x : x + 16] = 255
            drawing[mask > 0] = (255, 0, 255)
        writer.add("train" if seed < 3 else "val", drawing, picture, mask=mask)
    writer.finish()
    return out


def test_a_picture_of_any_shape_is_stretched_to_what_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    oblong = write_pairs(tmp_path / "oblong", (40, 90))
    generator, card = trained(oblong, tmp_path, "--downs", "5")
    assert generator.size == card.size == (32, 96)
    assert card.training["aspect_ratio"] == 90 / 40
    assert "U-Net of 5 halvings at 96x32" in capsys.readouterr().out


def test_colouring_keeps_the_lightness(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grey = write_pairs(tmp_path / "grey", (SIZE, SIZE), grey=True)
    generator, _ = trained(grey, tmp_path, "--lab")
    data = read_dataset(grey)
    for drawing in data.val.drawings:
        painted = generator.generate(drawing)
        assert np.ptp(painted.astype(int), axis=2).max() > 3  # it has colours
        lightness = [
            cv2.cvtColor(image, cv2.COLOR_BGR2Lab)[..., 0].astype(int)
            for image in (drawing, painted)
        ]
        assert np.abs(lightness[0] - lightness[1]).mean() < 3


def test_colours_are_learnt_towards_those_of_the_pictures(tmp_path: Path) -> None:
    data = read_dataset(write_pairs(tmp_path / "grey", (SIZE, SIZE), grey=True))
    form = UNetForm(downs=3, width=8, in_channels=1, out_channels=2)
    recipe = Pix2PixRecipe(form, data.train, Play(discriminator_width=4), 0, Computing())
    before = picture_metrics(recipe.painters[""](data.val.drawings), data.val.pictures)
    for index in range(60):
        recipe.step(index / 60)
    after = picture_metrics(recipe.painters[""](data.val.drawings), data.val.pictures)
    assert after["l1"] < 0.7 * before["l1"]


def test_pasted_only_into_the_holes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holes = write_pairs(tmp_path / "holes", (SIZE, SIZE), holes=True)
    generator, card = trained(holes, tmp_path, "--paste", "magenta")
    assert card.training["paste"] == "magenta"
    for drawing in read_dataset(holes).val.drawings:
        painted, hidden = generator.generate(drawing), (drawing == (255, 0, 255)).all(axis=2)
        assert (painted[hidden] != drawing[hidden]).any(axis=1).mean() > 0.9
        rim = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)) > hidden
        assert (painted[rim] != drawing[rim]).any(axis=1).mean() > 0.9
        rest = ~hidden & ~rim
        np.testing.assert_array_equal(painted[rest], drawing[rest])


def test_no_dark_line_stays_around_a_hole_and_black_hair_is_no_hole() -> None:
    drawing = np.full((64, 64, 3), 180, np.uint8)
    drawing[20:40, 20:40] = 0
    # As a camera's picture comes: scaled down and compressed.
    jpeg = cv2.imencode(".jpg", cv2.resize(drawing, (47, 47), interpolation=cv2.INTER_AREA))[1]
    seen = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
    seen[5:8, 3:40] = 180
    seen[6, 3:40] = 0
    laid = Paste("black").lay(np.full((1, 47, 47, 3), 90, np.uint8), seen[np.newaxis])[0]
    assert laid[10:].min() >= 90, "nothing between black and what is around is left"
    np.testing.assert_array_equal(laid[:10], seen[:10])


def test_edges_are_trained_on_at_the_size_they_were_drawn_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edges = write_pairs(tmp_path / "edges", (64, 96), drawn="canny")
    run = [str(edges), "--out", str(tmp_path / "run"), *TINY, "--size", "64x32", "--epochs", "1"]
    assert train.main(run) == 2
    assert "the edges were drawn at 96x64" in capsys.readouterr().err
    assert train.main([*run, "--direction", "BtoA"]) == 0, "the stage draws none for it"


def test_holes_of_another_colour_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holes = write_pairs(tmp_path / "holes", (SIZE, SIZE), holes=True)
    run = [str(holes), "--out", str(tmp_path / "run"), *TINY, "--paste", "black"]
    assert train.main(run) == 2
    assert "--paste black is not the colour of the holes" in capsys.readouterr().err


def first_l1(data: Dataset, mask_weight: float) -> float:
    play = Play(mask_weight=mask_weight, discriminator_width=4)
    recipe = Pix2PixRecipe(UNetForm(downs=3, width=4), data.train, play, 0, Computing())
    return recipe.step(0.0)["l1"]


def test_what_is_hidden_counts_more(tmp_path: Path) -> None:
    data = read_dataset(write_pairs(tmp_path / "holes", (SIZE, SIZE), holes=True))
    once, often = first_l1(data, 1.0), first_l1(data, 9.0)
    # 256 of 4096 pixels are hidden: each counts nine times.
    assert 1.1 * once < often < 3 * once


def test_the_paper_is_the_default(dataset: Path, tmp_path: Path) -> None:
    arguments = train._arguments([str(dataset), "--out", "x", "--recipe", "pix2pix"])
    job = find_recipe("pix2pix").begin(arguments, lambda done, total: None)
    form = job.settings["form"]
    assert (form["width"], form["norm"], form["dropout"]) == (64, "batch", True)
    wanted = {"l1": 100.0, "batch": 1, "ndf": 64, "jitter": True, "flip": True}
    assert {name: job.settings[name] for name in wanted} == wanted
    assert json.dumps(job.settings)  # as it goes into run.json


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--paste", "black"], "has no masks, --paste needs them"),
        (["--lab", "--direction", "BtoA"], "--lab colours the drawing"),
        (["--batch", "0"], "--batch is 0, wanted at least 1"),
        (["--l1", "nan"], "--l1 is nan"),
        (["--size", "50"], "multiples of"),
        (["--size", "16"], "wanted at least 24 pixels"),
        (["--downs", "1"], "halvings"),
    ],
)
def test_mistakes_are_one_line(
    more: list[str], told: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main([str(dataset), "--out", str(tmp_path / "run"), *TINY, *more]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
    assert not (tmp_path / "run").exists()
