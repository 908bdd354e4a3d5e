"""The recipe makes a network paint what it should, and takes turns with its discriminator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from workshop.networks import UNetShape
from workshop.pairs import Pairs, read_dataset
from workshop.quality import picture_metrics
from workshop.recipes.live_painting import paint
from workshop.recipes.live_recipe import LiveRecipe, moment

SHAPE = UNetShape((64, 64), width=8, depth=2)


def without_landmarks(pairs: Pairs) -> Pairs:
    return Pairs(pairs.drawings, pairs.pictures, None)


@pytest.mark.parametrize("landmarks", [True, False])
def test_it_learns_to_paint_pairs_that_it_never_saw(dataset: Path, landmarks: bool) -> None:
    data = read_dataset(dataset)
    train = data.train if landmarks else without_landmarks(data.train)
    recipe = LiveRecipe(SHAPE, train, batch=4, seed=0)
    before = picture_metrics(paint(recipe.averaged, data.val.drawings), data.val.pictures)
    steps = 120
    losses = [recipe.step(index / steps) for index in range(steps)]
    after = picture_metrics(paint(recipe.averaged, data.val.drawings), data.val.pictures)
    assert losses[-1]["reconstruction"] < 0.6 * losses[0]["reconstruction"]
    assert after["l1"] < 0.6 * before["l1"]


def test_the_discriminator_learns_to_tell(dataset: Path) -> None:
    recipe = LiveRecipe(SHAPE, read_dataset(dataset).train, batch=4, seed=0)
    losses = [recipe.step(0.2)["discriminator"] for _ in range(20)]
    assert np.mean(losses[-5:]) < np.mean(losses[:3])


def test_the_discriminator_stays_out_of_the_beginning(dataset: Path) -> None:
    recipe = LiveRecipe(SHAPE, read_dataset(dataset).train, batch=4, seed=0)
    assert "discriminator" not in recipe.step(0.0)
    assert "discriminator" in recipe.step(0.5)


def test_norms_are_frozen_towards_the_end(dataset: Path) -> None:
    recipe = LiveRecipe(SHAPE, read_dataset(dataset).train, batch=4, seed=0)
    recipe.step(0.7)
    before = recipe.generator.stem.norm.running_mean
    assert before is not None
    before = before.clone()
    recipe.step(0.9)
    assert torch.equal(recipe.generator.stem.norm.running_mean, before)  # type: ignore[arg-type]
    recipe.step(0.7)
    assert not torch.equal(
        recipe.generator.stem.norm.running_mean,  # type: ignore[arg-type]
        before,
    )


def test_the_same_seed_trains_the_same_network(dataset: Path) -> None:
    train = read_dataset(dataset).train
    one, other = (LiveRecipe(SHAPE, train, batch=4, seed=3) for _ in range(2))
    for fraction in (0.0, 0.5):
        assert one.step(fraction) == other.step(fraction)


def test_the_schedule_ends_at_rest() -> None:
    fractions = np.linspace(0, 1, 101)
    moments = [moment(fraction) for fraction in fractions]
    assert moments[0].generator_rate < moments[5].generator_rate
    assert moments[-1].generator_rate < 1e-9 and moments[-1].discriminator_rate < 1e-9
    assert [m.adversarial for m in moments] == sorted(m.adversarial for m in moments)
    assert [m.frozen for m in moments] == sorted(m.frozen for m in moments)
    assert moment(0.4, 0.4).generator_rate < 0.1 * moment(0.45, 0.4).generator_rate
    assert not moments[0].frozen and moments[-1].frozen and moments[-1].adversarial


def test_a_student_learns_from_its_teacher(dataset: Path) -> None:
    data = read_dataset(dataset)
    recipe = LiveRecipe(UNetShape((64, 64), width=24, depth=2), data.train, 4, 0, fast=True)
    for index in range(60):
        assert "student" not in recipe.step(index / 300)

    def distance() -> float:
        painted = recipe.painters["fast"](data.val.drawings)
        return picture_metrics(painted, recipe.painters[""](data.val.drawings))["l1"]

    before = distance()
    for index in range(60):
        assert "student" in recipe.step(0.2 + index / 75)
    assert distance() < 0.6 * before


def test_jitter_in_the_drawing_is_learnt_to_be_nothing(dataset: Path) -> None:
    recipe = LiveRecipe(SHAPE, read_dataset(dataset).train, batch=8, seed=0)
    losses = [recipe.step(index / 100) for index in range(60)]
    assert all(0 <= loss["jitter"] < 0.5 for loss in losses)
    # A batch too small to be divided has none.
    assert "jitter" not in LiveRecipe(SHAPE, read_dataset(dataset).train, 2, 0).step(0.0)
