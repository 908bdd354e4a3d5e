"""Folders of pictures become datasets that training reads; all pictures are made here."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import dataset
import train
from livegan.conditioners.canny import draw_edges
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.model_card import ConditionerCard
from livegan.parameters import Values
from livegan.sources import bundled_clip
from workshop.assembly import Assembly, Pair
from workshop.dataset_card import DatasetCard
from workshop.pairs import Dataset, read_dataset


def picture(seed: int, size: tuple[int, int] = (60, 80)) -> Image:
    """Coloured discs on a ramp."""
    random = np.random.default_rng(seed)
    image = np.zeros((*size, 3), np.uint8)
    image[:] = np.linspace(40, 200, size[1]).astype(np.uint8)[:, None]
    for _ in range(4):
        x, y = (int(v) for v in random.integers(0, 60, 2))
        colour = tuple(int(v) for v in random.integers(0, 256, 3))
        cv2.circle(image, (x, y), int(random.integers(5, 20)), colour, -1)
    return image


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Eight pictures of four scenes, and a broken one."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(8):
        cv2.imwrite(str(folder / f"scene{seed // 2}-{seed % 2}.png"), picture(seed))
    (folder / "scene9-0.jpg").write_bytes(b"no picture")
    return folder


def make(*arguments: object, workers: int = 1) -> int:
    return dataset.main([*map(str, arguments), "--workers", str(workers)])


def write_frames(out: Path, names: dict[str, list[str]]) -> None:
    """A dataset that says its pairs come from there."""
    conditioner = ConditionerCard("plain", 1)
    nothing = np.zeros((32, 32, 3), np.uint8)
    assembly = Assembly(out, (32, 32), {"subcommand": "test"})
    tasks = [(split, name) for split, some in names.items() for name in some]
    for number in range(len(tasks)):
        assembly.parts.put(number, Pair(nothing, nothing))
    assembly.finish(DatasetCard("films", (32, 32), conditioner, None, "", "", "", {}), tasks)


def origins(out: Path) -> dict[str, list[str]]:
    return dict(json.loads((out / "origins.json").read_text(encoding="utf-8")))


def card(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "dataset.json").read_text(encoding="utf-8")))


def both(made: Dataset) -> list[tuple[Image, Image]]:
    return [
        (drawing, photograph)
        for pairs in (made.train, made.val)
        for drawing, photograph in zip(pairs.drawings, pairs.pictures, strict=True)
    ]


def test_edges_are_those_of_the_stage_and_the_broken_picture_is_told(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "d"
    command = ("edges", pictures, "--out", out, "--size", "64x48", "--set", "canny.blur=2",
               "--licence", "CC0", "--credit", "me")
    assert make(*command) == 0
    told = capsys.readouterr().out
    assert "passed over scene9-0.jpg: not a picture that can be read" in told
    assert "1 passed over" in told.splitlines()[-2] and "tools/train.py" in told.splitlines()[-1]
    made = read_dataset(out)
    assert made.card.size == (48, 64) and made.card.conditioner.kind == "canny"
    assert made.card.conditioner.settings["canny.blur"] == 2
    assert (made.card.licence, made.card.credit, made.card.name) == ("CC0", "me", "d")
    assert len(made.train) + len(made.val) == 8 and len(made.val) == 1
    for drawing, photograph in both(made):
        np.testing.assert_array_equal(
            drawing, draw_edges(photograph, Values({"canny.blur": 2.0}))
        )
    # Once more: nothing to do. Otherwise: refused.
    assert make(*command) == 0 and "made already" in capsys.readouterr().out
    assert make(*command[:-1], "you") == 2
    assert "holds a dataset already" in capsys.readouterr().err


def test_grey_for_colouring_by_two_workers_with_groups(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "d"
    assert make("gray", pictures, "--out", out, "--size", "32", "--group", r"scene\d",
                "--held-out", "0.3", workers=2) == 0
    for drawing, photograph in both(read_dataset(out)):
        gray = cv2.cvtColor(photograph, cv2.COLOR_BGR2GRAY)
        np.testing.assert_array_equal(drawing, np.repeat(gray[:, :, None], 3, axis=2))
    scenes = [{name[:6] for name in names} for names in origins(out).values()]
    assert scenes[0] and scenes[1] and not scenes[0] & scenes[1]


@pytest.mark.parametrize(
    ("subcommand", "more", "wanted"),
    [
        (("gray",), (), "--recipe pix2pix --lab --epochs 200"),
        (("edges",), (), "--recipe pix2pix --epochs 200"),
        (("mask",), ("--variants", "1"), "--recipe pix2pix --epochs 200"),
        (("folder",), ("--conditioner", "plain"), "--recipe pix2pix --epochs 200"),
    ],
)
def test_what_is_to_be_typed_next_fits_what_was_made(
    subcommand: tuple[str], more: tuple[str, ...], wanted: str, pictures: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "data sets" / "my own"
    assert make(*subcommand, pictures, "--out", out, "--size", "32", "--name", "a/b", *more) == 0
    told = shlex.split(capsys.readouterr().out.splitlines()[-1])
    assert told == ["next:", "python", "tools/train.py", str(out), *wanted.split(),
                    "--out", "runs/my own"]
    train._arguments(told[3:])  # it can be typed


def test_frames_of_a_source_are_kept_and_the_last_are_held_out(tmp_path: Path) -> None:
    out = tmp_path / "d"
    command = ("folder", "--camera", bundled_clip(), "--frames", "6", "--out", out,
               "--size", "128", "--set", "face_mesh.contours=off", "--held-out", "0.34")
    assert make(*command) == 0
    made = read_dataset(out)
    assert len(list((out / "frames").glob("*.png"))) == 6
    assert origins(out) == {"train": [f"{n:06d}.png" for n in range(4)],
                            "val": [f"{n:06d}.png" for n in (4, 5)]}
    assert made.card.conditioner.settings["face_mesh.contours"] is False
    assert made.train.landmarks is not None
    drawing, landmarks = made.train.drawings[0], made.train.landmarks[0]
    x, y = landmarks[13]  # the upper lip
    assert drawing[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].max() > 150
    assert drawing.max(axis=2).astype(bool).mean() > 0.02, "the triangles"


def test_pictures_without_a_face_are_passed_over(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("folder", pictures, "--out", tmp_path / "d", "--size", "64") == 2
    told = capsys.readouterr()
    assert "passed over scene0-0.png: no face found in it" in told.out
    assert "dataset: no pair came of it" in told.err


@pytest.mark.parametrize("filling", ["black", "magenta", "noise"])
def test_holes_are_where_their_masks_say(filling: str, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "d"
    assert make("mask", pictures, "--out", out, "--size", "64", "--variants", "3",
                "--fill", filling, "--held-out", "0.3") == 0
    made = read_dataset(out)
    assert made.train.masks is not None and made.val.masks is not None
    assert len(made.train) + len(made.val) == 24
    for pairs in (made.train, made.val):
        assert pairs.masks is not None
        for drawing, photograph, mask in zip(
            pairs.drawings, pairs.pictures, pairs.masks, strict=True
        ):
            hole = mask == 255
            assert 0.002 < hole.mean() < 0.55 and ((mask == 0) | hole).all()
            np.testing.assert_array_equal(drawing[~hole], photograph[~hole])
            if filling == "noise":
                assert drawing[hole].std() > 40
            else:
                colour = (0, 0, 0) if filling == "black" else (255, 0, 255)
                assert (drawing[hole] == colour).all()
    assert len({mask.tobytes() for mask in made.train.masks}) == len(made.train)
    names = {side: {name.split()[0] for name in found} for side, found in origins(out).items()}
    assert not names["train"] & names["val"]


def test_shapes_of_a_folder_are_the_holes(pictures: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    bar = np.zeros((90, 50, 4), np.uint8)
    bar[10:80, 20:27, 3] = 255  # ten times as high as wide
    cv2.imwrite(str(shapes / "bar.png"), bar)
    assert make("mask", pictures, "--out", tmp_path / "d", "--size", "128", "--masks", shapes,
                "--variants", "2") == 0
    made = read_dataset(tmp_path / "d")
    assert made.train.masks is not None
    for mask in made.train.masks:
        for box in cv2.connectedComponentsWithStats(mask)[2][1:]:
            assert box[3] > 1.8 * box[2]
        assert cv2.boundingRect(mask)[3] >= 12


LABELS = {"wall": "#0d3dfb", "window": "#a50000", "sky": "#00d8fe"}


@pytest.fixture
def facades(tmp_path: Path) -> tuple[Path, Path]:
    """Label maps that a JPEG has blurred, and pictures."""
    folders = tmp_path / "labels", tmp_path / "photographs"
    for folder in folders:
        folder.mkdir()
    colours = [bytes.fromhex(colour[1:])[::-1] for colour in LABELS.values()]
    for seed in range(4):
        numbers = np.zeros((64, 64), np.uint8)
        random = np.random.default_rng(seed)
        for number in (1, 2):
            x, y = (int(v) for v in random.integers(4, 36, 2))
            numbers[y : y + 24, x : x + 24] = number
        labels = np.array([list(colour) for colour in colours], np.uint8)[numbers]
        cv2.imwrite(str(folders[0] / f"{seed}.jpg"), labels, [cv2.IMWRITE_JPEG_QUALITY, 80])
        cv2.imwrite(str(folders[1] / f"{seed}.png"), 60 + 50 * numbers)
    cv2.imwrite(str(folders[1] / "alone.png"), picture(0))
    return folders


@pytest.mark.parametrize("given", [True, False])
def test_label_maps_have_the_colours_of_the_palette_alone(
    given: bool, facades: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "palette.json"
    file.write_text(json.dumps(LABELS))
    out = tmp_path / "d"
    more = ("--palette", file) if given else ()
    assert make("palette", *facades, "--out", out, "--size", "64", *more) == 0
    assert "1 picture has no partner of the same name and is left out" in capsys.readouterr().out
    palette = card(out)["palette"]
    assert len(palette) == 3 and (not given or palette == LABELS)
    allowed = {tuple(bytes.fromhex(colour[1:])[::-1]) for colour in palette.values()}
    for drawing, photograph in both(read_dataset(out)):
        assert {tuple(colour) for colour in drawing.reshape(-1, 3).tolist()} <= allowed
        # Each label lies where its grey lies in the picture, to within a pixel at the edges.
        greys = [photograph[(drawing == colour).all(axis=2)] for colour in allowed]
        wrong = sum(np.minimum(np.abs(g.astype(int) - np.median(g)), 1).sum() for g in greys
                    if len(g))
        assert wrong / 3 < 0.03 * 64 * 64


def test_pictures_with_too_many_colours_are_no_label_maps(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("palette", pictures, pictures, "--out", tmp_path / "d", "--colours", "3") == 2
    assert "colours in the label maps, wanted 2 to 3" in capsys.readouterr().err
    assert make("palette", pictures, pictures, "--out", tmp_path / "d", "--palette", "#12") == 2
    assert "wanted a colour such as" in capsys.readouterr().err


def test_where_nothing_is_held_out_training_says_how_to_mend_it(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "my set"
    assert make("gray", pictures, "--out", out, "--size", "32", "--held-out", "0") == 0
    with pytest.raises(UsageError, match="8 pairs to train on and 0 held out") as refused:
        read_dataset(out)
    _, _, command = str(refused.value).partition("tools/dataset.py ")
    assert make(*shlex.split(command)) == 0
    assert len(read_dataset(tmp_path / "my set-2").val) == 1


def test_two_folders_are_combined_and_unlike_shapes_passed_over(
    facades: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels, photographs = facades
    cv2.imwrite(str(labels / "alone.jpg"), picture(1, (60, 60)))
    assert make("combine", labels, photographs, "--out", tmp_path / "d", "--size", "32",
                "--held-out", "0.4") == 0
    assert "passed over alone.png: drawing and picture are of different" in capsys.readouterr().out
    made = read_dataset(tmp_path / "d")
    assert made.card.conditioner.kind == "plain"
    for drawing, photograph in both(made):
        assert drawing.std() > 40 and (photograph[:, :, 0] == photograph[:, :, 2]).all()
    assert make("combine", labels, tmp_path, "--out", tmp_path / "e") == 2
    assert "holds no picture" in capsys.readouterr().err


def test_a_split_anew_keeps_masks_and_puts_variants_on_one_side(
    pictures: Path, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    assert make("mask", pictures, "--out", old, "--size", "32", "--variants", "2") == 0
    assert make("split", old, "--out", new, "--group", r"scene\d", "--held-out", "0.5") == 0
    made = read_dataset(new)
    assert len(made.train) == 8 and len(made.val) == 8
    assert made.train.masks is not None
    scenes = [{name[:6] for name in names} for names in origins(new).values()]
    assert not scenes[0] & scenes[1]
    hole = made.train.masks[0] == 255
    assert (made.train.drawings[0][hole] == 0).all() and hole.any()


def test_variants_of_one_picture_stay_together_though_nobody_said_so(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    assert make("mask", pictures, "--out", old, "--size", "32", "--variants", "3") == 0
    assert make("split", old, "--out", new, "--held-out", "0.4", "--seed", "7") == 0
    scenes = [{name.partition(" variant")[0] for name in names} for names in origins(new).values()]
    assert scenes[1] and not scenes[0] & scenes[1]
    assert make("split", old, "--out", tmp_path / "e", "--conditioner", "canny") == 2
    assert "says itself what drew it" in capsys.readouterr().err


def test_a_dataset_of_frames_is_split_by_time_though_nobody_said_so(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    assert make("folder", "--camera", bundled_clip(), "--frames", "10", "--out", old, "--size",
                "64", "--conditioner", "plain") == 0
    assert make("split", old, "--out", new, "--held-out", "0.3") == 0
    assert origins(new)["val"] == [f"{n:06d}.png" for n in (7, 8, 9)]
    names = {"train": [f"{film}.mp4 frame {n}" for film, n in (("b", 3), ("a", 10), ("a", 9))],
             "val": ["b.mp4 frame 8"]}
    write_frames(tmp_path / "films", names)
    assert make("split", tmp_path / "films", "--out", tmp_path / "n", "--held-out", "0.5") == 0
    assert origins(tmp_path / "n") == {"train": ["a.mp4 frame 9", "b.mp4 frame 3"],
                                       "val": ["a.mp4 frame 10", "b.mp4 frame 8"]}


def test_pairs_from_elsewhere_are_split_by_time_and_turned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number in range(10):
        photograph = np.full((20, 30, 3), 10 * number + 100, np.uint8)
        pair = np.hstack([photograph, np.zeros_like(photograph)])
        cv2.imwrite(str(folder / f"{number}.png"), pair)
    cv2.imwrite(str(folder / "odd.png"), np.zeros((20, 80, 3), np.uint8))
    out = tmp_path / "d"
    assert make("split", folder, "--out", out, "--by", "time", "--held-out", "0.2",
                "--drawing", "right", "--conditioner", "canny") == 0
    assert "passed over odd.png: not 60x20" in capsys.readouterr().out
    made = read_dataset(out)
    assert made.train.pictures[:, 0, 0, 0].tolist() == list(range(100, 190, 10))
    assert made.train.drawings.max() == 0
    assert made.card.conditioner.kind == "canny" and made.card.size == (20, 30)


def test_mistakes_are_one_line(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--out", tmp_path / "d")
    for arguments, told in (
        (("folder", *out), "wanted a folder of pictures, or --camera"),
        (("folder", tmp_path / "nowhere", *out), "no such folder"),
        (("folder", bundled_clip(), *out), "that is a file: name the folder it is in"),
        (("folder", tmp_path, *out), "holds no picture"),
        (("gray", pictures, *out, "--size", "8"), "--size is 8"),
        (("gray", pictures, *out, "--held-out", "2"), "--held-out is 2"),
        (("gray", pictures, *out, "--seed", "-1"), "--seed is -1"),
        (("edges", pictures, *out, "--set", "face_mesh.lips=on"), "does not change a canny"),
        (("mask", pictures, *out, "--masks", pictures), "is no"),
        (("video", tmp_path / "no.mp4", *out), "no such film"),
        (("video", bundled_clip(), *out, "--held-out", "1"), "--held-out is 1"),
        (("video", bundled_clip(), *out, "--zoom", "nan"), "--zoom is nan"),
    ):
        assert make(*arguments) == 2
        error = capsys.readouterr().err.strip()
        assert error.startswith("dataset: ") and told in error and "\n" not in error


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_killed_in_the_middle_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(50):
        cv2.imwrite(str(folder / f"{seed}.png"), picture(seed, (300, 300)))
    out = tmp_path / "d"
    command = ["mask", str(folder), "--out", str(out), "--workers", "1", "--variants", "4",
               "--seed", "3"]
    script = Path(dataset.__file__)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, str(script), *command], env=environment, stdout=subprocess.DEVNULL
    )
    until_s = time.monotonic() + 60
    while len(list(out.glob("parts/*.png"))) < 40 and time.monotonic() < until_s:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "dataset.json").exists()
    done = {path: path.stat().st_mtime_ns for path in out.glob("parts/*[0-9].png")}
    assert len(done) >= 10
    assert dataset.main(command) == 0
    made = read_dataset(out)
    assert len(made.train) + len(made.val) == 200
    times = {path.stat().st_mtime_ns for path in out.glob("*/*.png")}
    assert set(done.values()) <= times, "what was done was not made again"
