"""A folder with one picture of each fault, made of the performer clip that ships."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

import dataset
from livegan.frames import Image
from livegan.sources import bundled_clip, open_source
from workshop.appearance import bits_apart, is_grey, perceptual_hash, sharpness
from workshop.cleaning import Measured, judge

FAULTS = {"broken.png": "broken", "large.png": "size", "grey.jpg": "grey", "wall.png": "no-face",
          "two.png": "several-faces", "blurred.png": "blur", "twin.jpg": "duplicate"}


@pytest.fixture(scope="module")
def frames() -> list[Image]:
    """Six moments of the clip, a second apart."""
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        return [source.read().image for _ in range(151)][::30]


@pytest.fixture
def folder(frames: list[Image], tmp_path: Path) -> Path:
    folder = tmp_path / "faces"
    folder.mkdir()
    for number, frame in enumerate(frames[:5]):
        cv2.imwrite(str(folder / f"good-{number}.png"), frame)
    height, width = frames[0].shape[:2]
    half = cv2.resize(frames[0], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    two = np.full_like(frames[0], 90)
    two[: half.shape[0], : half.shape[1]] = half
    two[: half.shape[0], width - half.shape[1] :] = half
    wall = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    pictures = {
        "large.png": cv2.resize(frames[5], None, fx=1.5, fy=1.5),
        "grey.jpg": cv2.cvtColor(frames[5], cv2.COLOR_BGR2GRAY),
        "wall.png": cv2.resize(wall, (width, height), interpolation=cv2.INTER_NEAREST),
        "two.png": two,
        "blurred.png": cv2.GaussianBlur(frames[5], (0, 0), 5),
        "twin.jpg": np.clip(frames[0] * 1.1, 0, 255).astype(np.uint8),
    }
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / name), picture)
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


def clean(folder: Path, *more: str) -> int:
    return dataset.main(["clean", str(folder), "--workers", "1", *more])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_fault_is_shown_first_and_moved_only_when_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_of_them, beside = names(folder), folder.with_name("faces-dropped")
    assert clean(folder, "--apply") == 2, "look first"
    assert "without --apply" in capsys.readouterr().err
    assert clean(folder) == 0
    assert names(folder) == all_of_them, "nothing is moved yet"
    report = json.loads((beside / "report.json").read_text())
    assert {entry["picture"]: entry["reason"] for entry in report["dropped"]} == FAULTS
    sheet = cv2.imread(str(beside / "sheet.png"))
    assert sheet.shape[1] == 1500 and (sheet > 60).mean() > 0.03, "the pictures are on it"
    assert "7 of 12 pictures would be dropped" in capsys.readouterr().out
    assert clean(folder, "--apply", "--alike", "5") == 2, "not what was looked at"
    # Somebody looked, and wants to keep the pair; and another picture is no longer what it was.
    report["dropped"] = [e for e in report["dropped"] if e["picture"] != "two.png"]
    (beside / "report.json").write_text(json.dumps(report))
    (folder / "wall.png").write_bytes((folder / "good-1.png").read_bytes())
    # A picture of that name was dropped before.
    (beside / "blur").mkdir()
    (beside / "blur" / "blurred.png").write_bytes(b"an older one")
    kept = (folder / "blurred.png").read_bytes()
    assert clean(folder, "--apply") == 0
    told = capsys.readouterr().out
    assert "5 pictures are moved" in told and "wall.png has changed" in told
    assert names(folder) == {f"good-{n}.png" for n in range(5)} | {"two.png", "wall.png"}
    assert (beside / "blur" / "blurred.png").read_bytes() == b"an older one"
    assert (beside / "blur" / "blurred-2.png").read_bytes() == kept
    assert clean(folder, "--apply") == 0
    assert "0 pictures are moved" in capsys.readouterr().out


def test_what_was_measured_is_not_measured_again_unless_it_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean(folder) == 0
    (folder / "broken.png").write_bytes((folder / "good-2.png").read_bytes())
    assert clean(folder, "--skip", "size", "duplicate") == 0
    told = capsys.readouterr().out
    assert "11 of 12 are measured already" in told
    assert "would be dropped (1 grey, 1 no-face, 1 several-faces, 1 blur): look" in told


def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        ((tmp_path / "none",), "no such folder"),
        ((tmp_path,), "no picture"),
        ((tmp_path, "--blur", "1.5"), "--blur is 1.5"),
        ((tmp_path, "--alike", "-1"), "--alike is -1"),
    ):
        assert clean(arguments[0], *arguments[1:]) == 2
        assert told in capsys.readouterr().err


def measured(name: str, **seen: object) -> Measured:
    fields: dict[str, object]
    fields = {"size": [64, 64], "grey": False, "faces": 1, "sharpness": 0.1, "likeness": "00" * 32}
    fields |= {"picture": name, "bytes": 1, "modified_ns": 1}
    return Measured.from_dict(fields | seen)


def test_without_a_size_that_most_have_none_is_odd() -> None:
    pictures = [measured(str(side), size=[side, side]) for side in (10, 20, 30)]
    assert judge(pictures, ["size"], least_sharp=0, alike_bits=0) == []
    odd = judge([*pictures, *pictures[:1] * 3], ["size"], least_sharp=0, alike_bits=0)
    assert [(drop.seen.picture, drop.why) for drop in odd] == [
        ("20", "20x20, not 10x10"), ("30", "30x30, not 10x10")]


def test_of_twins_the_best_file_stays_and_twins_of_what_is_dropped_do_not_count() -> None:
    fine, coarse = measured("fine", bytes=900), measured("coarse", bytes=300)
    grey = measured("grey", grey=True, bytes=999)
    (drop_grey, drop_coarse) = judge([coarse, fine, grey], ["grey", "duplicate"],
                                     least_sharp=0, alike_bits=8)
    assert (drop_grey.seen, drop_coarse.seen, drop_coarse.twin) == (grey, coarse, "fine")
    large = measured("large", size=[128, 128])
    assert judge([fine, large], ["duplicate"], least_sharp=0, alike_bits=8)[0].twin == "large"


def test_a_picture_is_itself_after_resizing_and_compression_and_no_other(
    frames: list[Image],
) -> None:
    own = perceptual_hash(frames[0])
    jpeg = cv2.imdecode(cv2.imencode(".jpg", frames[0], [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 1)
    small = cv2.resize(frames[0], (200, 200), interpolation=cv2.INTER_AREA)
    hashes = [perceptual_hash(np.asarray(image, np.uint8)) for image in (jpeg, small)]
    assert bits_apart(own, np.array(hashes)).max() <= 8
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    others = np.array([perceptual_hash(noise), perceptual_hash(frames[0][::-1])])
    assert bits_apart(own, others).min() > 60


def test_sharpness_falls_with_blur_and_not_with_size_or_contrast(frames: list[Image]) -> None:
    sharp = sharpness(frames[0])
    pale = (frames[0] // 2 + 60).astype(np.uint8)
    assert sharpness(pale) == pytest.approx(sharp, rel=0.3)
    large = cv2.resize(frames[0], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    assert sharpness(np.asarray(large, np.uint8)) == pytest.approx(sharp, rel=0.3)
    blurred = cv2.GaussianBlur(frames[0], (0, 0), 5)
    assert sharpness(np.asarray(blurred, np.uint8)) < 0.25 * sharp
    assert sharpness(np.full((90, 90, 3), 100, np.uint8)) == 0
    assert sharpness(frames[0], 96) > sharpness(frames[0]), "small, every line is a fine one"


def test_a_grey_picture_is_grey_after_jpeg_and_a_dull_one_is_not(frames: list[Image]) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(frames[0], cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], 1)
    assert is_grey(np.asarray(jpeg, np.uint8))
    dull = cv2.addWeighted(frames[0], 0.5, np.asarray(grey), 0.5, 0)
    assert not is_grey(np.asarray(dull, np.uint8))
