"""How a head lies."""

from __future__ import annotations

import numpy as np
import pytest
from faces import moved, neutral_face

from livegan.puppetry import pose


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 0, 0), (0, -20, 0), (0, 0, 25), (15, 10, -20)])
def test_align_finds_turn_size_and_place(angles: tuple[float, float, float]) -> None:
    face = neutral_face()
    lie = pose.align(moved(face, angles, 1.2, (9, -4)), face)
    assert pose.to_angles(lie.rotation) == pytest.approx(angles, abs=1e-6)
    assert lie.scale == pytest.approx(1.2)
    assert lie.shift == pytest.approx([9, -4])


def test_unpose_puts_the_head_back() -> None:
    face = neutral_face()
    turned = moved(face, (20, -10, 5), 0.8, (30, 12))
    assert pose.unpose(turned, face, pose.align(turned, face)) == pytest.approx(face, abs=1e-6)


def test_a_positive_yaw_turns_the_nose_to_the_pictures_right() -> None:
    face = neutral_face()
    nose = 1
    right, up, lean = (moved(face, angles) for angles in ((20, 0, 0), (0, 20, 0), (0, 0, 20)))
    assert right[nose, 0] > face[nose, 0] + 5
    assert up[nose, 1] < face[nose, 1] - 5
    assert lean[10, 0] > face[10, 0] + 5  # the top of the forehead leans to the right


def test_face_axes_follow_the_head() -> None:
    face = neutral_face()
    rotation = pose.to_rotation(np.array([25.0, 10.0, -15.0]))
    turned = moved(face, (25, 10, -15))
    assert pose.face_axes(turned) == pytest.approx(rotation @ pose.face_axes(face), abs=1e-6)


def test_canonical_is_the_same_however_the_head_lies() -> None:
    face = neutral_face()
    turned = moved(face, (25, 10, -15), 1.7, (40, 8))
    assert pose.canonical(turned) == pytest.approx(pose.canonical(face), abs=1e-6)
