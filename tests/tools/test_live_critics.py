"""The discriminators of the recipe `live` look where they should, and at all images alike."""

from __future__ import annotations

import numpy as np
import torch

from workshop.augmenting import augmented
from workshop.recipes.computing import Computing
from workshop.recipes.live_critics import Critics
from workshop.recipes.live_jitter import jittered

SIZE = (256, 256)
MOUTH, EYES = (100, 190), (120, 90)


def places() -> torch.Tensor:
    """(2, 3, 256, 256): each pixel tells its row and its column."""
    rows, columns = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    return torch.stack([rows, columns, rows])[None].repeat(2, 1, 1, 1)


def test_each_sees_the_same_part_of_all_images() -> None:
    centres = np.array([[MOUTH, EYES]] * 5, np.float32)
    critics = Critics(SIZE, centres, few=False, computing=Computing())
    one, other = critics.views(np.random.default_rng(0), np.array([0, 4]), places(), places() + 1)
    assert len(one) == 3
    for view, shifted in zip(one, other, strict=True):
        torch.testing.assert_close(view + 1, shifted)
    fine, coarse, parts = (view.shape[2:] for view in one)
    assert fine == (128, 128) and coarse == (128, 128) and parts == (96, 96)
    # The coarse one sees the picture from edge to edge.
    assert one[1][0, 0, 0, 0] < 1 and one[1][0, 0, -1, -1] > 254


def test_one_of_them_looks_at_mouth_or_eyes() -> None:
    centres = np.array([[MOUTH, EYES]], np.float32)
    critics = Critics(SIZE, centres, few=False, computing=Computing())
    seen = set()
    for seed in range(20):
        _, _, parts = critics.views(np.random.default_rng(seed), np.array([0]), places()[:1])[0]
        row, column = (float(parts[0, channel].mean()) for channel in (0, 1))
        (near,) = [
            name
            for name, (x, y) in (("mouth", MOUTH), ("eyes", EYES))
            if abs(row - y) < 30 and abs(column - x) < 30
        ]
        seen.add(near)
    assert seen == {"mouth", "eyes"}


def test_without_landmarks_nobody_looks_for_them() -> None:
    critics = Critics(SIZE, None, few=False, computing=Computing())
    assert len(critics.judges) == 2
    assert len(critics.views(np.random.default_rng(0), np.array([0, 1]), places())[0]) == 2


def test_what_is_large_is_seen_at_the_same_cost() -> None:
    critics = Critics((512, 512), None, few=False, computing=Computing())
    images = torch.zeros(1, 3, 512, 512)
    fine, coarse = critics.views(np.random.default_rng(0), np.array([0]), images)[0]
    assert fine.shape[2:] == coarse.shape[2:] == (128, 128)


def test_few_pairs_are_shown_disguised_and_alike() -> None:
    true = places() + 1000
    one, other = augmented(np.random.default_rng(3), true, true + 1)
    shown = one != 0
    torch.testing.assert_close(one[shown] + 1, other[shown])
    for picture in one:
        kept = float((picture[0] != 0).float().mean())
        assert 0.5 < kept < 1
    rows = one[:, 0, :, 128]
    first, second = (row[row != 0] for row in rows)
    # What is in the middle row was elsewhere, by another distance in each picture.
    assert first[0] != second[0] or len(first) != len(second)


def test_what_few_pairs_teach_comes_back() -> None:
    painted = places().requires_grad_(True)
    (view,) = augmented(np.random.default_rng(0), painted)
    view.sum().backward()  # type: ignore[no-untyped-call]
    assert painted.grad is not None and 0.4 < float(painted.grad.mean()) < 1


def test_jitter_moves_lines_by_a_fraction_of_a_pixel() -> None:
    # Each pixel tells where it lies: so what is there afterwards tells where it came from.
    still = places()
    moved = jittered(np.random.default_rng(0), still)
    inside = (moved - still)[:, :2, 8:-8, 8:-8]
    assert 0.1 < float(inside.abs().mean()) < 1
    assert float(inside.abs().max()) < 3
    assert not torch.equal(moved[0], moved[1])
