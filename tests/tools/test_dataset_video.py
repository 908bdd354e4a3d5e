"""A film of a face becomes a puppet's dataset; the film is the one that ships."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from faces import as_seen, moved, neutral_face, open_mouthed, shut_eyed

import dataset
from livegan import face_topology as face
from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_drawing import draw_face
from livegan.model_card import PuppetLimits
from livegan.parameters import Values
from livegan.puppetry.retarget import Retarget, read_drive
from livegan.sources import bundled_clip, open_source
from workshop import film_pairs
from workshop.face_track import Track, cut_square, face_sharpness, face_squares, whole_pixels
from workshop.frame_choice import farthest, features, sharp
from workshop.pairs import Dataset, read_dataset
from workshop.seen_puppet import neutral_face as read_neutral
from workshop.seen_puppet import player, seen_limits

SIZE = 128
FRAMES = 60


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sixth frame of the film, so that it is watched in a second."""
    path = tmp_path_factory.mktemp("clip") / "lady.mp4"
    size, code = (240, 240), cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, 25, size)
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        for index in range(6 * FRAMES):
            image = source.read().image
            if index % 6 == 0:
                writer.write(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    writer.release()
    return path


@pytest.fixture(scope="module")
def out(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("video") / "lady"
    assert dataset.main(["video", str(clip), "--frames", "40", "--size", str(SIZE),
                         "--workers", "1", "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def made(out: Path) -> Dataset:
    return read_dataset(out)


def test_the_last_part_of_the_film_is_held_out(made: Dataset, out: Path) -> None:
    assert (len(made.train), len(made.val)) == (34, 6)
    names = (out / "origins.json").read_text(encoding="utf-8")
    frames = [int(part.split('"')[0]) for part in names.split("frame ")[1:]]
    assert max(frames[:34]) < 0.85 * FRAMES <= min(frames[34:])


def test_drawings_lie_on_the_faces(made: Dataset) -> None:
    detector = FaceDetector(still=True)
    assert made.train.landmarks is not None
    for index in range(0, 34, 6):
        seen = detector.find(made.train.pictures[index])
        assert seen is not None
        apart = np.linalg.norm(seen[:468, :2] - made.train.landmarks[index, :468], axis=1)
        assert apart.mean() < 0.05 * face.eye_distance(seen)
    detector.close()


def test_the_drawing_is_that_of_the_stage(made: Dataset) -> None:
    landmarks = made.train.landmarks
    assert landmarks is not None
    again = draw_face(np.pad(landmarks[3], ((0, 0), (0, 1))), (SIZE, SIZE), Values())
    # The landmarks are kept as float16, to a sixteenth of a pixel here.
    assert np.abs(again.astype(int) - made.train.drawings[3]).mean() < 4
    assert again.max() > 100


def test_it_is_a_puppet_that_plays_within_what_was_seen(made: Dataset) -> None:
    puppet = made.card.puppet
    assert puppet is not None
    low, high = puppet.landmarks[:, :2].min(axis=0), puppet.landmarks[:, :2].max(axis=0)
    assert (low > 0).all() and (high < SIZE).all() and (high - low).min() > 0.3 * SIZE
    assert face.mouth_opening(puppet.landmarks) < 0.15
    assert 0 < puppet.limits.yaw_deg < 60 and 0 < puppet.limits.shift < 0.3


def test_kept_frames_differ_more_than_frames_at_random(made: Dataset) -> None:
    assert made.train.landmarks is not None
    openings = [face.mouth_opening(np.pad(p, ((0, 0), (0, 1)))) for p in made.train.landmarks]
    assert max(openings) - min(openings) > 0.15


def test_going_on_neither_watches_nor_draws_again(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "lady"
    command = ["video", str(clip), "--frames", "20", "--size", "64", "--workers", "1",
               "--conditioner", "canny", "--out", str(out)]
    cuts = 0
    cut = cut_square

    def stop(*arguments: object) -> object:
        nonlocal cuts
        cuts += 1
        if cuts == 8:
            raise KeyboardInterrupt
        return cut(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(film_pairs, "cut_square", stop)
    assert dataset.main(command) == 130
    assert not (out / "dataset.json").exists()

    def refuse(path: Path, _: object = None) -> Track:
        raise AssertionError(f"{path} is watched again")

    monkeypatch.setattr(film_pairs, "watch", refuse)
    assert dataset.main(command) == 0
    assert cuts == 8 + 20 - 7
    made = read_dataset(out)
    assert made.card.conditioner.kind == "canny" and made.card.puppet is None
    assert set(np.unique(made.train.drawings)) == {0, 255}


def track(faces: Sequence[np.ndarray | None]) -> Track:  # type: ignore[type-arg]
    gone = np.full((478, 3), np.nan, np.float32)
    rows = np.stack([gone if f is None else as_seen(f) for f in faces])
    return Track(rows, np.ones(len(faces), np.float32), 25.0, (480, 640))


def test_the_square_follows_calmly_and_is_never_late() -> None:
    random = np.random.default_rng(0)
    path = 200 + 60 * np.sin(np.arange(150) / 25)
    still = neutral_face(eyes_px=30, at=0)
    faces = [moved(still, (0, 0, 0), shift=(x + random.normal(0, 3), 220)) for x in path]
    squares = face_squares(track(faces), 1.0)
    middles = squares[:, 0] + squares[:, 2] / 2
    inner = slice(20, -20)
    late = [np.corrcoef(middles[inner], np.roll(path, lag)[inner])[0, 1] for lag in range(-6, 7)]
    assert int(np.argmax(late)) == 6, "neither behind nor ahead"
    assert np.abs(np.diff(middles, 2)).max() < 0.5, "what trembles is smoothed away"
    assert (squares[:, :2] >= 0).all()
    assert (squares[:, :2] + squares[:, 2:] <= [640, 480]).all()


def test_an_opening_mouth_does_not_move_the_square_and_a_cut_does_at_once() -> None:
    still = neutral_face(eyes_px=30, at=200)
    faces = [open_mouthed(still, 15.0 * (k % 10 > 5)) for k in range(40)]
    squares = face_squares(track(faces), 1.0)
    assert np.ptp(squares, axis=0).max() < 1e-6
    elsewhere = moved(still, (0, 0, 0), shift=(150, 0))
    jumped = face_squares(track([still] * 20 + [None] + [elsewhere] * 20), 1.0)
    assert jumped[19, 0] == pytest.approx(jumped[0, 0]) and np.isnan(jumped[20]).all()
    assert jumped[21, 0] - jumped[19, 0] == pytest.approx(150)


def test_landmarks_and_picture_are_cut_alike() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    cv2.circle(image, (150, 100), 6, (255, 255, 255), -1)
    for square in ([100.4, 50.7, 90.0], [100.4, 50.7, 40.2], [140.3, 93.3, 20.5]):
        left, top, side = whole_pixels(np.array([square]), 64)[0]
        rows, columns = np.nonzero(cut_square(image, np.array([left, top, side]), 64)[:, :, 0] > 99)
        if len(rows):
            centre = np.array([150.5 - left, 100.5 - top]) * 64 / side
            if rows.min() > 0 and columns.max() < 63 and rows.max() < 63 and columns.min() > 0:
                assert centre == pytest.approx([columns.mean() + 0.5, rows.mean() + 0.5], abs=0.6)


def test_blurred_frames_are_left_out() -> None:
    random = np.random.default_rng(0)
    skin = random.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    seen = as_seen(neutral_face(eyes_px=40, at=100))
    crisp = face_sharpness(skin, seen)
    soft = face_sharpness(np.asarray(cv2.GaussianBlur(skin, (0, 0), 3), np.uint8), seen)
    sharpness = np.array([crisp, crisp, soft, crisp, 0], np.float32)
    kept = sharp(sharpness, np.array([True, True, True, True, False]))
    assert kept.tolist() == [True, True, False, True, False]


def test_the_farthest_points_are_the_odd_ones_out() -> None:
    crowd = np.random.default_rng(0).normal(0, 0.01, (200, 3))
    crowd[[17, 90, 151]] = [[1, 0, 0], [0, 1, 0], [0, 0, -1]]
    assert {17, 90, 151} <= set(farthest(crowd, 5).tolist())
    assert farthest(crowd, 500).tolist() == list(range(200))


def test_mouth_and_eyes_count_more_than_the_head() -> None:
    neutral = neutral_face(at=128)
    faces = np.stack([neutral, moved(neutral, (0, 0, 0), shift=(2, 0)), shut_eyed(neutral),
                      open_mouthed(neutral, 8)])
    rows = features([read_drive(f, neutral) for f in faces], faces)
    apart = np.linalg.norm(rows - rows[0], axis=1)
    assert apart[2] > 2 * apart[1] and apart[3] > 2 * apart[1]


def test_a_drawn_face_is_the_seen_one_but_for_lids_that_shut() -> None:
    neutral = neutral_face(at=128)
    turned = moved(neutral, (14, -8, 5), 1.1, (6, -3))
    drawn = player(neutral).pose(read_drive(turned, neutral))
    assert drawn[:, :2] == pytest.approx(turned[:, :2], abs=1e-6)
    nearly = shut_eyed(neutral, 0.8)
    drawn = player(neutral).pose(read_drive(nearly, neutral))
    assert max(face.eye_opening(drawn)) < 0.3 * min(face.eye_opening(nearly))


def test_the_neutral_is_held_as_the_head_mostly_is_and_limits_are_what_was_seen() -> None:
    straight = neutral_face(at=128)
    angles = np.concatenate([[25.0], np.full(60, 10.0), np.linspace(0, 20, 40)])
    seen = [moved(straight, (angle, 0, 0)) for angle in angles]
    neutral = read_neutral(seen, (np.arange(len(seen)) / 25).tolist())
    drives = [read_drive(f, neutral) for f in seen]
    assert np.median([drive.angles_deg[0] for drive in drives]) == pytest.approx(0, abs=0.2)
    limits = seen_limits(drives, face.eye_distance(neutral) / 256)
    assert limits.yaw_deg == pytest.approx(10, abs=1.5)
    assert limits.pitch_deg < 1 and limits.scale < 0.02
    played = Retarget(neutral, PuppetLimits(**vars(limits)), 256, neutral).pose(drives[0])
    assert abs(read_drive(played, neutral).angles_deg[0]) <= limits.yaw_deg
