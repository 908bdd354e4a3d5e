"""A face that does what it is told scores well; one that is off, late or dead doesn't."""

from __future__ import annotations

import numpy as np
import pytest
from faces import EYES_PX, moved, neutral_face, open_mouthed, shut_eyed
from numpy.typing import NDArray

from workshop.face_metrics import MOUTH, landmark_errors, liveness, moves_of

Face = NDArray[np.float64]
WAVES = np.sin(np.linspace(0, 12, 60))


def playing(mouth: float = 1.0, eyes: float = 1.0, yaw: float = 1.0) -> list[Face]:
    """60 frames in which mouth, eyes and head move, each by so much of the usual."""
    neutral = neutral_face()
    quick = np.cos(np.linspace(0, 31, 60))
    return [
        moved(shut_eyed(open_mouthed(neutral, mouth * 10 * (1 + wave)), eyes * 0.3 * (1 + beat)),
              (20 * yaw * float(np.roll(WAVES, 17)[index]), 0.0, 0.0))
        for index, (wave, beat) in enumerate(zip(WAVES, quick, strict=True))
    ]


def test_errors_are_in_distances_of_the_eyes() -> None:
    wanted = neutral_face()
    assert landmark_errors(wanted, wanted) == {"mouth_error": 0.0, "eyes_error": 0.0}
    found = wanted.copy()
    found[list(MOUTH), 1] += 0.2 * EYES_PX
    errors = landmark_errors(found, wanted[:, :2])
    assert errors["mouth_error"] == pytest.approx(0.2, rel=0.02)
    assert errors["eyes_error"] == 0.0


def test_depth_is_no_error() -> None:
    wanted, found = neutral_face(), neutral_face()
    found[:, 2] += 30
    assert landmark_errors(found, wanted)["mouth_error"] == 0.0


def test_a_puppet_that_does_the_same_follows_fully() -> None:
    figures = liveness(moves_of(playing()), moves_of(playing()))
    assert figures == {name: pytest.approx(1.0) for name in (
        "mouth_follows", "mouth_reach", "eyes_follows", "eyes_reach", "yaw_follows", "yaw_reach")}


def test_another_size_and_place_makes_no_difference() -> None:
    elsewhere = [2 * face + 40 for face in playing()]
    figures = liveness(moves_of(playing()), moves_of(elsewhere))
    assert all(value == pytest.approx(1.0) for value in figures.values())


def test_half_the_way_is_half_the_reach_but_follows() -> None:
    figures = liveness(moves_of(playing()), moves_of(playing(mouth=0.5, yaw=0.5)))
    assert figures["mouth_reach"] == pytest.approx(0.5, abs=0.03)
    assert figures["yaw_reach"] == pytest.approx(0.5, abs=0.03)
    assert figures["mouth_follows"] > 0.99 and figures["yaw_follows"] > 0.99
    assert figures["eyes_reach"] == pytest.approx(1.0, abs=0.03)


def test_a_late_puppet_follows_less_and_a_contrary_one_not_at_all() -> None:
    performer = playing()
    late = liveness(moves_of(performer), moves_of(performer[6:] + performer[:6]))
    assert 0 < late["yaw_follows"] < 0.8
    assert liveness(moves_of(performer), moves_of(playing(yaw=-1)))["yaw_follows"] < -0.99


def test_what_doesnt_move_is_left_out() -> None:
    figures = liveness(moves_of(playing()), moves_of(playing(mouth=0.0)))
    assert "mouth_follows" not in figures and "mouth_reach" not in figures
    assert figures["yaw_follows"] == pytest.approx(1.0, abs=0.01)
    assert liveness(moves_of(playing()[:5]), moves_of(playing()[:5])) == {}
