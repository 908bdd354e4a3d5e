"""What training makes small is what one would see."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from workshop.losses import (
    adversarial_loss,
    bending,
    discriminator_loss,
    feature_loss,
    reconstruction_loss,
)


def picture() -> torch.Tensor:
    return torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_equal_pictures_cost_nothing() -> None:
    assert reconstruction_loss(picture(), picture()).item() == 0


def test_blur_costs_more_than_the_same_difference_in_colour() -> None:
    target = picture()
    blurred = functional.avg_pool2d(target, 3, 1, 1)
    shifted = target + (blurred - target).abs().mean()
    assert reconstruction_loss(blurred, target) > 1.1 * reconstruction_loss(shifted, target)


def test_an_error_costs_more_where_the_weight_is_higher() -> None:
    target = picture()
    weight = torch.ones(2, 1, 32, 32)
    weight[..., :16] = 5
    left, right = target.clone(), target.clone()
    left[..., 4:8] += 0.5
    right[..., 24:28] += 0.5
    torch.testing.assert_close(
        reconstruction_loss(left, target, weight), 5 * reconstruction_loss(right, target, weight)
    )
    torch.testing.assert_close(
        reconstruction_loss(right, target, weight), reconstruction_loss(right, target)
    )


def test_the_pull_is_towards_the_target() -> None:
    target = picture()
    painted = (target + 0.3).requires_grad_()
    loss = reconstruction_loss(painted, target)
    (gradient,) = torch.autograd.grad(loss, painted)
    assert reconstruction_loss(painted - 100 * gradient, target) < loss


def test_features_are_pulled_to_the_true_ones_only() -> None:
    painted = [torch.ones(1, 2, 4, 4, requires_grad=True)]
    true = [torch.full((1, 2, 4, 4), 3.0, requires_grad=True)]
    loss = feature_loss(painted, true)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 2
    assert painted[0].grad is not None and true[0].grad is None


def test_verdicts_beyond_the_margin_teach_nothing() -> None:
    sure, unsure = torch.full((1, 1, 2, 2), 2.0), torch.zeros(1, 1, 2, 2)
    assert discriminator_loss(sure, -sure).item() == 0
    assert discriminator_loss(unsure, unsure).item() == 1
    assert discriminator_loss(-sure, sure) > discriminator_loss(unsure, unsure)
    assert adversarial_loss(sure) < adversarial_loss(unsure)


def test_only_uneven_moves_bend() -> None:
    place = torch.linspace(-1, 1, 32)
    stretched = torch.stack(torch.meshgrid(0.3 * place, 0.1 - 0.2 * place, indexing="xy"))[None]
    assert bending(stretched, 4).item() == pytest.approx(0, abs=1e-6)
    torn = stretched.clone()
    torn[:, :, 16:, 16:] += 0.2
    assert bending(torn, 4).item() > 0.005
