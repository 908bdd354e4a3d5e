"""From one portrait to a dataset of pairs; the portrait is a picture of the clip that ships."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

import portrait
from livegan import face_topology as face
from livegan.conditioners.face_detector import FaceDetector
from livegan.model_card import PuppetLimits
from livegan.puppetry.retarget import REST, Drive, Retarget
from livegan.sources import bundled_clip, open_source
from workshop import motion
from workshop.animated_portrait import AnimatedPortrait
from workshop.painting import Array, Picture
from workshop.portraits import Portrait, read_portrait
from workshop.sampling import PoseSampler, held_out

LIMITS = PuppetLimits(20, 14, 16, 0.07, 0.12)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        first = source.read()
    path = tmp_path_factory.mktemp("portrait") / "lady.png"
    assert cv2.imwrite(str(path), first.image)
    return path


@pytest.fixture(scope="module")
def lady(picture: Path) -> Portrait:
    return read_portrait(picture, 512)


@pytest.fixture(scope="module")
def animated(lady: Portrait) -> AnimatedPortrait:
    return AnimatedPortrait(lady.picture, lady.landmarks)


def play(lady: Portrait, animated: AnimatedPortrait, drive: Drive) -> tuple[Picture, Array]:
    return animated.play(drive, Retarget(lady.landmarks, LIMITS, 512, lady.landmarks))


def test_at_rest_the_portrait_is_as_painted(lady: Portrait, animated: AnimatedPortrait) -> None:
    still, _ = play(lady, animated, REST)
    difference = np.abs(still.astype(int) - lady.picture)
    assert difference.mean() < 2
    assert np.mean(difference.max(axis=2) > 40) < 0.01


def test_an_open_mouth_shows_its_inside(lady: Portrait, animated: AnimatedPortrait) -> None:
    shout = max(motion.load()[0].drives, key=lambda d: float(d.expression[14, 1]))
    opened, landmarks = play(lady, animated, Drive(shout.expression, *_still()))
    assert face.mouth_opening(landmarks) > 0.3
    x, y = (landmarks[13, :2] + landmarks[14, :2]).astype(int) // 2
    lips = lady.picture[y - 20 : y + 20, x - 20 : x + 20].mean()
    assert opened[y - 6 : y + 6, x - 6 : x + 6].mean() < 0.7 * lips


def test_eyes_shut_and_look_about(lady: Portrait, animated: AnimatedPortrait) -> None:
    retarget = Retarget(lady.landmarks, LIMITS, 512, lady.landmarks)
    shut, _ = animated.play(Drive(retarget.blink, *_still()), retarget)
    pupil = lady.landmarks[face.RIGHT_PUPIL, :2].astype(int)
    iris = np.s_[pupil[1] - 3 : pupil[1] + 3, pupil[0] - 3 : pupil[0] + 3]
    assert shut[iris].mean() > 1.4 * lady.picture[iris].mean(), "skin where the iris was"
    looking = REST.expression.copy()
    looking[468:, 0] = 0.1
    aside, _ = animated.play(Drive(looking, *_still()), retarget)
    assert aside[iris].mean() > 1.2 * lady.picture[iris].mean(), "the iris has moved on"


@pytest.mark.parametrize("angles", [(18.0, 0, 0), (-18.0, 0, 0), (0, 12.0, 0), (0, 0, 14.0)])
def test_a_turned_head_is_still_a_face_and_the_border_stays(
    lady: Portrait, animated: AnimatedPortrait, angles: tuple[float, float, float]
) -> None:
    turned, landmarks = play(
        lady, animated, Drive(REST.expression, np.array(angles), 0.0, np.zeros(2))
    )
    found = FaceDetector(still=True).find(turned)
    assert found is not None
    near = np.linalg.norm(found[:468, :2] - landmarks[:468, :2], axis=1).mean()
    assert near < 0.12 * face.eye_distance(landmarks)
    rim = np.abs(turned[:2].astype(int) - lady.picture[:2])
    assert rim.mean() < 12


def test_the_command_writes_pairs_that_training_reads(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "lady"
    command = [str(picture), "--out", str(out), "--pairs", "3", "--validation", "2",
               "--size", "64", "--workers", "1", "--credit", "nobody"]
    assert portrait.main(command) == 0
    card = json.loads((out / "dataset.json").read_text())
    assert card["name"] == "lady" and card["credit"] == "nobody"
    assert card["conditioner"]["kind"] == "face_mesh"
    assert np.array(card["puppet"]["landmarks"]).shape == (478, 3)
    pairs = sorted((out / "train").glob("*.png"))
    assert len(pairs) == card["counts"]["train"] == 3
    pair = cv2.imread(str(pairs[0]))
    assert pair.shape == (64, 128, 3)
    assert pair[:, :64].mean() < 0.7 * pair[:, 64:].mean(), "drawing left, picture right"
    assert "3 pairs to train on" in capsys.readouterr().out
    assert portrait.main(command) == 0 and "made already" in capsys.readouterr().out
    assert portrait.main([*command, "--seed", "2"]) == 2, "a finished dataset is not written over"


def test_edges_of_the_picture_as_drawing(picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "edges"
    assert portrait.main([str(picture), "--out", str(out), "--pairs", "2", "--validation", "1",
                          "--size", "64", "--workers", "1", "--conditioner", "canny"]) == 0
    card = json.loads((out / "dataset.json").read_text())
    assert card["conditioner"]["kind"] == "canny" and card["puppet"] is None
    drawing = cv2.imread(str(out / "val" / "000000.png"))[:, :64]
    assert 0.01 < (drawing > 128).mean() < 0.5


@pytest.mark.parametrize("content", [None, b"no picture", "grey"])
def test_what_is_no_portrait_is_refused_in_one_line(
    content: bytes | str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.png"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        cv2.imwrite(str(path), np.full((200, 200, 3), 128, np.uint8))
    assert portrait.main([str(path), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err.strip()
    assert told.startswith("portrait: ") and str(path) in told and "\n" not in told


@pytest.mark.parametrize(
    ("option", "value"),
    [("--zoom", "0"), ("--zoom", "nan"), ("--validation", "0"), ("--size", "0"), ("--seed", "-1"),
     ("--pairs", "0")],
)
def test_numbers_that_lead_nowhere_are_refused_in_one_line(
    option: str, value: str, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert portrait.main([str(picture), "--out", str(tmp_path / "out"), option, value]) == 2
    told = capsys.readouterr().err.strip()
    assert told.startswith(f"portrait: {option} is {value}, wanted from ") and "\n" not in told


def test_a_folder_is_no_portrait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert portrait.main([str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "that is a folder: name a picture in it" in capsys.readouterr().err


def test_training_never_sees_what_is_held_out(lady: Portrait) -> None:
    performances = motion.load()
    retargets = [Retarget(lady.landmarks, LIMITS, 512, p.neutral) for p in performances]
    kept = held_out(performances, retargets)
    total = sum(len(p.drives) for p in performances)
    assert len(kept) == pytest.approx(0.15 * total, abs=3)
    sampler = PoseSampler(performances, retargets, LIMITS, 1)
    again = PoseSampler(performances, retargets, LIMITS, 1)
    assert sampler.draw().pack() == pytest.approx(again.draw().pack()), "a seed repeats"


def test_mouths_are_opened_wider_than_the_performers_did(lady: Portrait) -> None:
    performances = motion.load()
    retargets = [Retarget(lady.landmarks, LIMITS, 512, p.neutral) for p in performances]
    sampler = PoseSampler(performances, retargets, LIMITS, 1)
    puppet = Retarget(lady.landmarks, LIMITS, 512, lady.landmarks)
    openings = [face.mouth_opening(puppet.pose(sampler.draw())) for _ in range(300)]
    assert np.mean(np.array(openings) > 0.6) > 0.05, "a shout"
    assert np.median(openings) < 0.3, "but no more than now and then"


def _still() -> tuple[Array, float, Array]:
    return np.zeros(3), 0.0, np.zeros(2)
