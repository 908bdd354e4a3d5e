"""The face as numbers."""

from __future__ import annotations

import numpy as np
import pytest
from faces import Array, as_seen, moved, neutral_face, open_mouthed, shut_eyed

from livegan import face_topology as face
from livegan.control.face_controls import NAMES, read_face
from livegan.control.face_out import HOLD_S, FacePlayer, Seen

CALM = neutral_face()
SIZE = (256, 256)
HEAD = ("x", "y", "near", "yaw", "pitch", "roll")
FACE = tuple(name for name in NAMES if name not in ("found", *HEAD))


def read(landmarks: Array) -> dict[str, float]:
    """The numbers of a face against the calm one."""
    return read_face(landmarks, CALM, SIZE)


def test_a_neutral_face_is_all_zero_but_found() -> None:
    numbers = read(CALM)
    assert list(numbers) == list(NAMES)
    assert numbers.pop("found") == 1.0
    assert numbers == pytest.approx(dict.fromkeys(numbers, 0.0), abs=1e-4)


@pytest.mark.parametrize(
    ("angles", "name"), [((20, 0, 0), "yaw"), ((0, 12.5, 0), "pitch"), ((0, 0, 15), "roll")]
)
def test_half_a_turn_is_one_half_and_moves_no_face(
    angles: tuple[float, float, float], name: str
) -> None:
    numbers = read(moved(CALM, angles))
    assert numbers[name] == pytest.approx(0.5, abs=0.01)
    assert all(abs(numbers[other]) < 0.02 for other in FACE)
    opposite = read(moved(CALM, tuple(-angle for angle in angles)))  # type: ignore[arg-type]
    assert opposite[name] == pytest.approx(-0.5, abs=0.01)


def test_place_and_distance() -> None:
    numbers = read(moved(CALM, (0, 0, 0), scale=2.0, shift=(64, -32)))
    assert numbers["x"] == pytest.approx(0.5, abs=0.02)
    assert numbers["y"] == pytest.approx(-0.25, abs=0.02)
    assert numbers["near"] == pytest.approx(1.0, abs=0.01)


def test_a_mouth_that_opens_goes_from_zero_to_one_and_no_further() -> None:
    unit = face.eye_distance(CALM)
    opened = [read(open_mouthed(CALM, gap * unit))["mouth"] for gap in (0.0, 0.25, 0.5, 1.0)]
    assert opened == pytest.approx([0.0, 0.5, 1.0, 1.0], abs=0.03)


def test_each_eye_shuts_for_itself() -> None:
    shut = shut_eyed(CALM)
    one = CALM.copy()
    right = [246, 161, 160, 159, 158, 157, 173]
    one[right] = shut[right]
    assert read(shut)["eye_left"] == read(shut)["eye_right"] == 1.0
    assert read(one)["eye_right"] == 1.0
    assert read(one)["eye_left"] == pytest.approx(0.0, abs=1e-6)
    assert 0.4 < read(shut_eyed(CALM, 0.5))["eye_right"] < 0.8


def shifted(landmarks: list[int], across: float, down: float) -> Array:
    """The calm face with some landmarks moved, in eye distances."""
    face_now = CALM.copy()
    face_now[landmarks, :2] += np.array([across, down]) * face.eye_distance(CALM)
    return face_now


def test_smile_brows_and_gaze() -> None:
    smiling = CALM.copy()
    for corner, across in ((61, -0.08), (291, 0.08)):
        smiling[corner, :2] += np.array([across, -0.08]) * face.eye_distance(CALM)
    assert read(smiling)["smile"] == pytest.approx(1.0, abs=0.05)
    brows = [
        *face.RIGHT_BROW_UPPER, *face.LEFT_BROW_UPPER,
        *face.RIGHT_BROW_LOWER, *face.LEFT_BROW_LOWER,
    ]  # fmt: skip
    assert read(shifted(brows, 0, -0.045))["brows"] == pytest.approx(0.5, abs=0.03)
    assert read(shifted(brows, 0, 0.2))["brows"] == -1.0
    pupils = [face.RIGHT_PUPIL, face.LEFT_PUPIL]
    assert read(shifted(pupils, 0.05, 0))["gaze_x"] == pytest.approx(0.5, abs=0.03)
    assert read(shifted(pupils, 0, 0.025))["gaze_y"] == pytest.approx(0.5, abs=0.05)


def seen(landmarks: Array | None, time_s: float, neutrals: int = 0) -> Seen:
    """A frame with that face, unsmoothed."""
    performer = None if landmarks is None else as_seen(landmarks)
    return Seen(performer, SIZE, time_s, 0.0, neutrals, True)


def test_a_lost_face_is_told_at_once_held_a_moment_and_then_goes_to_zero() -> None:
    player = FacePlayer()
    for index in range(60):
        player.play(seen(CALM, index / 30))
    unit = face.eye_distance(CALM)
    opened = player.play(seen(open_mouthed(CALM, 0.25 * unit), 2.0))
    assert opened["found"] == 1.0 and opened["mouth"] > 0.4
    lost = player.play(seen(None, 2.0 + HOLD_S / 2))
    assert lost["found"] == 0.0 and lost["mouth"] == opened["mouth"]
    fading = player.play(seen(None, 2.0 + 2 * HOLD_S))
    assert 0 < fading["mouth"] < opened["mouth"]
    for index in range(300):
        gone = player.play(seen(None, 3.0 + index / 30))
    assert gone == dict.fromkeys(NAMES, 0.0)


def test_the_neutral_face_is_taken_again_when_it_is_asked_for() -> None:
    player = FacePlayer()
    leaning = moved(CALM, (0, 0, 15))
    for index in range(60):
        player.play(seen(CALM, index / 30))
    assert player.play(seen(leaning, 2.0))["roll"] == pytest.approx(0.5, abs=0.05)
    assert player.play(seen(leaning, 2.1, neutrals=1))["roll"] == pytest.approx(0.0, abs=0.02)
