"""Real cameras: livegan plays in an emulated machine that has some, and is judged by what it left.

    pytest tests/devices/cameras.py

Plain `pytest` leaves this out, because its name is not that of a test: it takes three to five
minutes. The machine is `machine.sh`, what is played there `scenes.sh`; `-s` shows how far it is.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from devices.machine import HERE, run_there

from livegan.conditioners.face_detector import FaceDetector
from livegan.face_topology import Landmarks
from livegan.frames import Image
from livegan.look import Resting, open_look
from livegan.options import DEFAULT_PRESET
from livegan.parameters import LiveValues
from livegan.presets import read_preset
from livegan.sources.opening import bundled_clip

CALL_SIZE = (720, 1280, 3)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the scenes left."""
    folder = tmp_path_factory.mktemp("machine")
    run_there(folder, HERE / "scenes.sh", sys.executable, bundled_clip())
    return folder


@pytest.fixture(scope="module")
def rest() -> Image:
    """The puppet of the default preset at rest, (size, size, 3), as this machine paints it."""
    with closing(open_look(read_preset(DEFAULT_PRESET))) as look:
        assert isinstance(look.conditioner, Resting)
        drawing = look.conditioner.rest(0.0, LiveValues(look.values).snapshot())
        return look.generator.generate(drawing.image)


def seen(out: Path, name: str) -> list[Image]:
    """The puppets, (720, 720, 3), that a viewer of the virtual camera saw."""
    pictures = np.fromfile(out / f"{name}.bgr", np.uint8).reshape(-1, *CALL_SIZE)
    assert pictures[:, :, :270].max() <= 2 and pictures[:, :, 1010:].max() <= 2
    return list(pictures[:, :, 280:1000].copy())


def faces(puppets: list[Image]) -> Landmarks:
    """The landmarks found in each picture, (N, 478, 3), in distances between the eyes."""
    with closing(FaceDetector(still=True)) as detector:
        found = [detector.find(puppet) for puppet in puppets]
    landmarks = np.stack([face for face in found if face is not None])
    assert len(landmarks) == len(puppets), "a picture shows no face"
    eyes = landmarks[:, [33, 263], :2]
    apart = np.linalg.norm(eyes[:, 0] - eyes[:, 1], axis=1)  # (N,)
    return np.asarray(landmarks / apart[:, None, None])


def difference(puppet: Image, other: Image) -> float:
    """How far the colours of two puppets are apart, in grey levels, wherever their faces are."""
    tiles = [cv2.resize(image, (8, 8), interpolation=cv2.INTER_AREA) for image in (puppet, other)]
    return float(cv2.absdiff(*tiles).mean())


def exit_code(out: Path, name: str) -> int:
    """With what a scene's livegan ended."""
    return int((out / f"{name}.exit-code").read_text())


def test_a_camera_gives_pictures_of_the_right_shape_and_colours(out: Path) -> None:
    picture = np.load(out / "photograph.npy")
    assert picture.dtype == np.uint8 and picture.shape == CALL_SIZE
    assert "camera:0 'vivid-000-vid-cap' 1280x720" in (out / "photograph.txt").read_text()
    # Eight bars of 160 pixels; in BGR: white, yellow, cyan, green, magenta, red, blue, black.
    bars = np.median(picture[400:700].reshape(300, 8, 160, 3), axis=(0, 2))
    lit = ["111", "011", "110", "010", "101", "001", "100", "000"]
    assert ["".join(str(int(channel > 90)) for channel in bar) for bar in bars] == lit


def test_a_camera_chosen_by_its_name_shows_its_performer(out: Path) -> None:
    assert "source     camera:6 'face-camera' " in (out / "face.log").read_text()
    assert json.loads((out / "face.json").read_text())["frames"] > 0
    assert exit_code(out, "face") == 0


def test_a_viewer_of_the_virtual_camera_sees_the_puppet_move_in_its_colours(
    out: Path, rest: Image
) -> None:
    puppets = seen(out, "face")
    assert np.ptp(faces(puppets), axis=0).max() > 0.1
    # With red and blue exchanged it is 30.
    assert max(difference(puppet, rest) for puppet in puppets) < 10


def test_a_camera_that_is_replugged_is_found_again_under_its_new_number(out: Path) -> None:
    log = (out / "replugged.log").read_text()
    camera = "'vivid-000-vid-cap' 1280x720"
    story = [
        f"source     camera:0 {camera}",
        "source lost: ",
        "camera 'vivid-000-vid-cap' is unplugged",
        f"source     camera:1 {camera}",
        "source ok",
    ]
    assert re.search(".*".join(map(re.escape, story)), log, re.DOTALL), log
    assert exit_code(out, "replugged") == 0


def test_while_the_camera_is_unplugged_the_puppet_rests_and_breathes(
    out: Path, rest: Image
) -> None:
    puppets = seen(out, "unplugged")
    assert np.ptp(faces(puppets), axis=0).max() < 0.08
    assert max(difference(puppet, rest) for puppet in puppets) < 4
    assert (puppets[0] != puppets[-1]).any()


@pytest.mark.parametrize(
    ("name", "message", "cure"),
    [
        ("busy", "another program sends", "close it, or choose another device"),
        ("missing", "virtual camera /dev/video9 does not exist", "/dev/video7 'livegan'"),
        ("none", "there is no virtual camera", "sudo modprobe v4l2loopback"),
    ],
)
def test_a_virtual_camera_that_cannot_be_used_is_refused_with_the_cure(
    out: Path, name: str, message: str, cure: str
) -> None:
    assert exit_code(out, name) == 2
    (line,) = (out / f"{name}.error").read_text().splitlines()
    assert line.startswith("livegan: ") and message in line and cure in line
