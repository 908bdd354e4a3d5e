"""What a finished generator has learnt is where the next one begins."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from discs import write_dataset

import train
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, read_card, write_card
from livegan.shipped import shipped
from workshop.base_network import grown, read_base, settle_norms
from workshop.networks import UNet, UNetShape
from workshop.onnx_graph import build_onnx
from workshop.pairs import read_dataset
from workshop.recipes.live import usual_base
from workshop.recipes.live_painting import paint
from workshop.recipes.live_recipe import LiveRecipe

MONA_LISA = shipped("engines") / "mona-lisa.onnx"


def drawing() -> Image:
    """Lines in many places, (256, 256, 3) uint8."""
    image = np.zeros((256, 256, 3), np.uint8)
    for start in range(20, 230, 21):
        cv2.line(image, (start, 40), (250 - start, 220), (200, 120, 255), 2)
    return image


def test_the_network_of_a_generator_paints_what_the_generator_paints() -> None:
    network = read_base(MONA_LISA)
    generator = load_generator(MONA_LISA, precision="f32")
    painted = paint(network, drawing()[None])[0].astype(int)
    assert np.abs(painted - generator.generate(drawing())).max() <= 1


def test_a_grown_network_paints_the_same_at_twice_the_size() -> None:
    network = read_base(MONA_LISA)
    large = grown(network)
    assert large.shape.size == (512, 512)
    enlarged = drawing().repeat(2, axis=0).repeat(2, axis=1)
    painted = paint(large, enlarged[None])[0]
    shrunk = cv2.resize(painted, (256, 256), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(shrunk - paint(network, drawing()[None])[0]).mean() < 1


def test_settled_norms_change_nothing_but_what_training_sees() -> None:
    network = read_base(MONA_LISA)
    x = torch.from_numpy(drawing()[None]).permute(0, 3, 1, 2).float() / 255
    x = torch.cat([x, x.flip(3), x.flip(2)])
    with torch.no_grad():
        before = network(x)
        training_before = network.train()(x)
        network = read_base(MONA_LISA)
        settle_norms(network, x)
        after = network.eval()(x)
        training_after = network.train()(x)
    assert (after - before).abs().max() < 1e-3
    # Where norms had no statistics, the first step would have painted something else.
    assert (training_after - before).abs().mean() < 1e-2
    assert (training_before - before).abs().mean() > 5e-2


def test_a_generator_of_another_recipe_is_refused(tmp_path: Path) -> None:
    model = build_onnx(UNet(UNetShape((32, 32), width=8, depth=1)))
    write_card(model, ModelCard("x", (32, 32), ConditionerCard("plain", 1)))
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(UsageError, match="not trained with the recipe live"):
        read_base(tmp_path / "x.onnx")


def test_a_base_of_another_size_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_dataset(tmp_path / "small", train=4, val=2)
    base = str(MONA_LISA)
    assert train.main([str(data), "--out", str(tmp_path / "run"), "--base", base,
                       "--epochs", "1"]) == 2
    error = capsys.readouterr().err
    assert "(256, 256)" in error and "(64, 64)" in error and error.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_training_begins_where_a_generator_ended(dataset: Path, tmp_path: Path) -> None:
    data = read_dataset(dataset)
    shape = UNetShape((64, 64), width=8, depth=2)
    first = LiveRecipe(shape, data.train, batch=4, seed=0)
    for index in range(60):
        first.step(index / 60)
    model = build_onnx(first.averaged)
    card = ModelCard("x", (64, 64), ConditionerCard("plain", 1), training={"shape": asdict(shape)})
    write_card(model, card)
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    second = LiveRecipe(shape, data.train, batch=4, seed=1)
    before = paint(second.averaged, data.val.drawings).astype(int)
    second.begin_like(read_base(tmp_path / "x.onnx"))
    wanted = paint(first.averaged, data.val.drawings)
    begun = paint(second.averaged, data.val.drawings)
    assert np.abs(begun.astype(int) - wanted).max() <= 2
    assert np.abs(before - wanted).max() > 50


@pytest.mark.parametrize(
    ("kind", "shape", "found"),
    [
        ("face_mesh", UNetShape((256, 256)), True),
        ("face_mesh", UNetShape((512, 512), stem=8), True),
        ("face_mesh", UNetShape((256, 256), width=32), False),
        ("canny", UNetShape((256, 256)), False),
    ],
)
def test_faces_begin_with_the_mona_lisa_where_she_fits(
    kind: str, shape: UNetShape, found: bool
) -> None:
    drawn = ConditionerCard(kind, read_card(MONA_LISA).conditioner.version)
    assert usual_base(drawn, shape) == (MONA_LISA if found else None)
