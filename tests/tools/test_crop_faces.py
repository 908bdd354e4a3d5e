"""Faces are cut out of pictures made of the performer clip that ships."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

import dataset
from livegan.conditioners.face_detector import FaceBox, FaceDetector
from livegan.frames import Image
from livegan.sources import bundled_clip, open_source
from workshop.face_finder import FaceFinder, closer_squares, cut_face


@pytest.fixture(scope="module")
def performer() -> Image:
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        return source.read().image


@pytest.fixture
def folder(performer: Image, tmp_path: Path) -> Path:
    """Two pictures: two faces side by side, one of them small; and a file that is broken."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    small = cv2.resize(performer, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    both = np.full((performer.shape[0], 2 * performer.shape[1], 3), 90, np.uint8)
    both[:, : performer.shape[1]] = performer
    both[: small.shape[0], -small.shape[1] :] = small
    cv2.imwrite(str(folder / "both.png"), both)
    cv2.imwrite(str(folder / "wall.png"), np.full((200, 200, 3), 90, np.uint8))
    (folder / "torn.jpg").write_bytes(b"no picture")
    return folder


def crop(folder: Path, out: Path, *more: object) -> int:
    return dataset.main(["crop-faces", str(folder), "--out", str(out), "--size", "128",
                         "--workers", "1", *map(str, more)])


def test_each_face_becomes_a_square_and_the_same_command_goes_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "faces"
    assert crop(folder, out, "--smallest", 30) == 0
    told = capsys.readouterr().out
    assert "2 faces of 2 pictures" in told and "1 picture has no face" in told
    assert "passed over torn.jpg" in told and "1 is broken" in told
    detector = FaceDetector(still=True)
    for name in ("both-1.png", "both-2.png"):
        face = cv2.imread(str(out / name))
        assert face.shape == (128, 128, 3)
        seen = detector.find(np.asarray(face, np.uint8))
        assert seen is not None
        assert np.abs(seen[:, :2].mean(axis=0) - 64).max() < 16, "in the middle"
    detector.close()
    # What is done is not done again, and what was mended is.
    (out / "both-1.png").write_bytes(b"mine")
    cv2.imwrite(str(folder / "torn.jpg"), cv2.imread(str(folder / "both.png")))
    assert crop(folder, out, "--smallest", 30) == 0
    assert "4 faces of 3 pictures" in capsys.readouterr().out
    assert (out / "both-1.png").read_bytes() == b"mine"
    assert crop(folder, out, "--smallest", 40) == 2
    assert "smallest 30.0, this is with 40.0" in capsys.readouterr().err


def test_faces_and_pictures_of_others_are_not_written_over(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, other = tmp_path / "faces", tmp_path / "other"
    assert crop(folder, out) == 0
    other.mkdir()
    (other / "both.png").write_bytes((folder / "wall.png").read_bytes())
    before = (out / "both-1.png").read_bytes()
    capsys.readouterr()
    assert crop(other, out) == 2
    assert "both.png is not the both.png whose faces are in" in capsys.readouterr().err
    assert crop(folder, other) == 2
    assert "holds pictures already that did not come from this" in capsys.readouterr().err
    assert (out / "both-1.png").read_bytes() == before and len(list(other.iterdir())) == 1


def test_faces_below_the_least_size_are_left_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert crop(folder, tmp_path / "faces", "--smallest", 100) == 0
    assert "1 face of 2 pictures" in capsys.readouterr().out
    assert crop(folder, tmp_path / "none", "--smallest", 2000) == 2
    assert "no face of at least 2000 pixels" in capsys.readouterr().err


def test_faces_are_cut_as_somebody_marked_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:140, 200:240] = (0, 0, 255)
    cv2.imwrite(str(folder / "a.png"), image)
    cv2.imwrite(str(folder / "b.png"), image)
    marks = tmp_path / "marks.jsonl"
    lines: list[dict[str, object]] = [
        {"picture": "a.png", "boxes": [[200, 100, 40, 40], [0, 0, 5, 5]], "who": "x"},
        {"picture": "b.png", "boxes": [[900, 0, 40, 40]]},
        {"picture": "c.png", "boxes": []},
    ]
    marks.write_text("\n".join(map(json.dumps, lines)))
    out = tmp_path / "faces"
    asked = ("--annotations", marks, "--smallest", 20, "--margin", 0.5)
    assert crop(folder, out, *asked) == 0
    told = capsys.readouterr().out
    assert "passed over b.png: box [900.0, 0.0, 40.0, 40.0] lies outside its 400x300" in told
    assert "1 annotated picture that isn't there: c.png\n" in told
    assert "1 face is narrower than 20 pixels" in told
    face = cv2.imread(str(out / "a-1.png"))
    red = face[..., 2] > 128
    assert red[40:88, 40:88].all() and red.mean() == pytest.approx(0.25, abs=0.02)
    for line, said in (("[]", "line 1: wanted"), ("{", "line 1 is not JSON"), ("", "no lines"),
                       ('{"picture": "a.png", "boxes": [[1, 2, 0, 4]]}', "is no box")):
        marks.write_text(line)
        assert crop(folder, tmp_path / "x", *asked) == 2
        assert said in capsys.readouterr().err


def test_pictures_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.png", "a.bmp"):
        cv2.imwrite(str(folder / name), np.zeros((50, 50, 3), np.uint8))
    marks = tmp_path / "marks.jsonl"
    marks.write_text('{"picture": "a.png", "boxes": [[0, 0, 30, 30]]}\n'
                     '{"picture": "a.bmp", "boxes": [[0, 0, 30, 30]]}\n')
    assert crop(folder, tmp_path / "out", "--annotations", marks, "--smallest", 9) == 0
    faces = sorted(path.name for path in (tmp_path / "out").glob("*.png"))
    assert faces == ["a-bmp-1.png", "a-png-1.png"]


def test_a_face_too_small_for_a_look_at_the_whole_is_found_closer(performer: Image) -> None:
    wall = np.full((900, 1600, 3), 90, np.uint8)
    tiny = cv2.resize(performer, (120, 120), interpolation=cv2.INTER_AREA)
    wall[300:420, 1200:1320] = tiny
    finder = FaceFinder(40)
    (face,) = finder.find(wall)
    finder.close()
    assert 1200 < face.left < face.left + face.width < 1320
    assert 300 < face.top < face.top + face.height < 420


@pytest.mark.parametrize("height, width, side", [(900, 1600, 500), (300, 2000, 500), (64, 64, 7)])
def test_closer_squares_leave_nothing_out_between_them(
    height: int, width: int, side: int
) -> None:
    covered = np.zeros((height, width), bool)
    for left, top, wide in closer_squares(height, width, side):
        assert 0 <= left <= width - wide and 0 <= top <= height - wide and wide <= side
        covered[top : top + wide, left : left + wide] = True
    assert covered.all()
    assert closer_squares(height, width, max(height, width)) == []


def test_a_square_never_reaches_beyond_the_picture() -> None:
    ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 100, axis=0).repeat(3, axis=2)
    cut = cut_face(ramp, FaceBox(180, 10, 20, 20, 1.0), 0.5, 40)
    assert cut[0, 0, 0] == 160 and cut[0, -1, 0] == 199, "moved inwards"
    whole = cut_face(ramp, FaceBox(80, 10, 90, 90, 1.0), 2.0, 100)
    assert whole.shape == (100, 100, 3) and int(whole[0, -1, 0]) - int(whole[0, 0, 0]) == 99
