"""Mouth and eyes weigh more, wherever in the picture they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from workshop.regions import part_centres, region_masks


def landmarks() -> NDArray[np.float32]:
    """A face of 478 points in one heap, but for a mouth, two eyes and a brow."""
    points = np.full((478, 2), 64, np.float32)
    for part, x, y in (
        (face.LIP_OUTER_UPPER + face.LIP_OUTER_LOWER, 64, 96),
        (face.RIGHT_EYE_UPPER + face.RIGHT_EYE_LOWER, 32, 32),
        (face.LEFT_EYE_UPPER + face.LEFT_EYE_LOWER, 96, 32),
        (face.RIGHT_BROW_UPPER + face.RIGHT_BROW_LOWER, 32, 10),
        (face.LEFT_BROW_UPPER + face.LEFT_BROW_LOWER, 96, 10),
    ):
        angles = np.linspace(0, 2 * np.pi, len(part), endpoint=False)
        circle = np.stack([10 * np.cos(angles), 4 * np.sin(angles)], axis=1)
        points[list(part)] = circle + (x, y)
    return np.stack([points, points + 8])


def test_parts_count_and_the_rest_does_not() -> None:
    masks = region_masks(landmarks(), (128, 128))
    assert masks.shape == (2, 32, 32) and masks.dtype == np.uint8
    mouth, eye, brow, corner = masks[0, 24, 16], masks[0, 8, 8], masks[0, 2, 8], masks[0, 31, 0]
    assert mouth > 200 and eye > 200
    assert 50 < brow < 110
    assert corner == 0
    assert masks[1, 26, 18] > 200


def test_parts_outside_of_the_picture_are_no_mistake() -> None:
    assert region_masks(landmarks() - 1000, (128, 128)).max() == 0


def test_centres_are_those_of_mouth_and_eyes() -> None:
    centres = part_centres(landmarks())
    np.testing.assert_allclose(centres[0], [[64, 96], [64, 32]], atol=3)
    np.testing.assert_allclose(centres[1] - centres[0], 8, atol=1e-3)
