"""A performer's expression on a puppet's face."""

from __future__ import annotations

import numpy as np
import pytest
from faces import moved, neutral_face, open_mouthed, shut_eyed
from hypothesis import given, settings
from hypothesis import strategies as st

from livegan import face_topology as face
from livegan.model_card import PuppetLimits
from livegan.puppetry import pose
from livegan.puppetry.retarget import REST, Drive, Retarget, read_drive, soften

LIMITS = PuppetLimits(24, 16, 18, 0.07, 0.12)
SIZE = 256
PERFORMER = neutral_face(1, eyes_px=90, at=240)
PUPPET = moved(neutral_face(0), (-15, -5, 2))


def test_a_resting_performer_leaves_the_puppet_as_painted() -> None:
    posed = Retarget(PUPPET, LIMITS, SIZE, PERFORMER).pose(read_drive(PERFORMER, PERFORMER))
    assert posed == pytest.approx(PUPPET, abs=0.01)


def test_a_mouth_opens_as_far_for_its_face() -> None:
    retarget = Retarget(PUPPET, LIMITS, SIZE, PERFORMER)
    gaps = [0.0, 8.0, 20.0, 45.0]
    opened = [
        face.mouth_opening(retarget.pose(read_drive(open_mouthed(PERFORMER, gap), PERFORMER)))
        for gap in gaps
    ]
    wanted = [face.mouth_opening(open_mouthed(PERFORMER, gap)) for gap in gaps]
    assert opened == pytest.approx(wanted, rel=0.25, abs=0.03)


def test_shut_eyes_shut_however_wide_the_puppets_are() -> None:
    wide_eyed = PUPPET.copy()
    wide_eyed[[160, 159, 158, 161, 157, 387, 386, 385, 388, 384], 1] -= 3
    retarget = Retarget(wide_eyed, LIMITS, SIZE, PERFORMER)
    posed = retarget.pose(read_drive(shut_eyed(PERFORMER), PERFORMER))
    assert max(face.eye_opening(posed)) < 0.06
    assert min(face.eye_opening(wide_eyed)) > 0.3


def test_eyes_that_the_detector_leaves_a_little_open_count_as_shut() -> None:
    retarget = Retarget(PUPPET, LIMITS, SIZE, PERFORMER)
    posed = retarget.pose(read_drive(shut_eyed(PERFORMER, 0.8), PERFORMER))
    assert max(face.eye_opening(posed)) < 0.06


def test_lips_never_cross() -> None:
    smiling = open_mouthed(PERFORMER, 12)  # a neutral taken with the mouth a little open
    posed = Retarget(PUPPET, LIMITS, SIZE, smiling).pose(read_drive(PERFORMER, smiling))
    gap = posed[list(face.LIP_INNER_LOWER), 1] - posed[list(face.LIP_INNER_UPPER), 1]
    assert gap.min() > -0.5


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_head_follows_and_stays_within_what_the_puppet_knows(axis: int) -> None:
    retarget = Retarget(PUPPET, LIMITS, SIZE, PERFORMER)
    limit = (LIMITS.yaw_deg, LIMITS.pitch_deg, LIMITS.roll_deg)[axis]
    turns = []
    for angle in (0, 0.3 * limit, limit, 3 * limit):
        angles = [0.0, 0.0, 0.0]
        angles[axis] = angle
        performer = moved(PERFORMER, (angles[0], angles[1], angles[2]))
        posed = retarget.pose(read_drive(performer, PERFORMER))
        turns.append(pose.to_angles(pose.align(posed, PUPPET).rotation)[axis])
    assert turns[1] == pytest.approx(0.3 * limit, abs=0.5)
    assert turns[1] < turns[2] < turns[3] <= limit + 0.5


def test_a_turn_swings_the_face_but_moves_the_head_nowhere() -> None:
    assert read_drive(moved_about_the_neck(), PERFORMER).shift == pytest.approx([0, 0], abs=1e-6)


def moved_about_the_neck() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The performer's head turned about the top of the neck."""
    unit = face.eye_distance(PERFORMER)
    arm = unit * pose.face_axes(PERFORMER) @ np.array([0.0, 0.5, 1.1])
    neck = pose.centre(PERFORMER) + arm
    turn = pose.to_rotation(np.array([20.0, -8.0, 4.0]))
    return np.asarray((PERFORMER - neck) @ turn.T + neck)


@given(st.floats(-1e6, 1e6), st.floats(0.01, 100))
def test_softening_never_passes_the_limit_and_keeps_the_sign(value: float, limit: float) -> None:
    softened = float(soften(value, limit))
    assert abs(softened) <= limit * (1 + 1e-9)
    assert softened * value >= 0


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0, 3))
def test_no_drive_tears_the_puppet_apart(seed: int, strength: float) -> None:
    random = np.random.default_rng(seed)
    row = random.normal(0, strength, REST.pack().shape) * np.r_[np.full(1434, 0.03), np.full(6, 30)]
    posed = Retarget(PUPPET, LIMITS, SIZE, PERFORMER).pose(Drive.unpack(row))
    assert np.isfinite(posed).all()
    assert np.abs(pose.centre(posed)[:2] - pose.centre(PUPPET)[:2]).max() < 0.6 * SIZE


def test_a_drive_can_be_packed_and_unpacked() -> None:
    drive = read_drive(moved(open_mouthed(PERFORMER, 9), (4, 5, 6), 1.1, (3, 2)), PERFORMER)
    again = Drive.unpack(drive.pack())
    assert again.pack() == pytest.approx(drive.pack())
    assert again.expression.shape == (478, 3)
