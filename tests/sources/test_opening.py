"""What a user's words open."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import pytest
from sources.helpers import FakeCapture, camera, granting, grey, write_clip

from livegan.errors import SourceError, SourceLost
from livegan.sources import camera_names, open_source, opening, source_factory
from livegan.sources.camera_names import CameraInfo
from livegan.sources.capture import Request, cure_for_refusal, open_capture
from livegan.sources.checking import check_source


class Device(FakeCapture):
    """What `cv2.VideoCapture` gives, with a note of what was asked of it."""

    def __init__(self, opened: bool) -> None:
        super().__init__([grey(7)] if opened else [], granting(30), opened)
        self.asked: list[tuple[int, float]] = []

    def set(self, prop: int, value: float) -> bool:
        self.asked.append((prop, value))
        return True


class Machine:
    """A computer whose cameras are what the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cameras: list[CameraInfo] = []
        self.refusing: set[int] = set()
        self.opened: list[tuple[Any, ...]] = []
        self.devices: list[Device] = []
        monkeypatch.setattr(cv2, "VideoCapture", self._open)
        monkeypatch.setattr(camera_names, "list_cameras", lambda: list(self.cameras))
        monkeypatch.setattr("livegan.sources.camera.list_cameras", lambda: list(self.cameras))

    def _open(self, index: int, backend: int, wishes: Sequence[int] = ()) -> Device:
        self.opened.append((index, backend, list(wishes)))
        self.devices.append(Device(index not in self.refusing))
        return self.devices[-1]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    machine = Machine(monkeypatch)
    yield machine
    for device in machine.devices:
        device.unblock.set()


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_clip(tmp_path / "performer.mp4", 3)
    monkeypatch.setattr(opening, "bundled_clip", lambda: path)
    return path


def test_a_camera_is_opened_by_index_by_name_or_as_the_first(machine: Machine) -> None:
    machine.cameras = [camera(1, "Built In"), camera(4, "Cam Link", "port 2")]
    names = []
    for spec in ("camera:4", "camera:link", "camera", "auto"):
        with open_source(spec) as source:  # type: ignore[attr-defined]
            names.append(source.name)
            machine.devices[-1].unblock.set()
    assert names == ["camera:4", "camera:4", "camera:1", "camera:1"]


def test_without_a_camera_auto_plays_the_bundled_clip_and_says_so(
    machine: Machine, bundled: Path
) -> None:
    source = open_source("auto")
    assert source.description.startswith("no camera; playing the bundled performer clip")
    assert source.name == "performer.mp4"


def test_a_camera_that_refuses_does_not_keep_auto_from_playing(
    machine: Machine, bundled: Path, caplog: pytest.LogCaptureFixture
) -> None:
    machine.cameras = [camera(0, "Busy")]
    machine.refusing = {0}
    with caplog.at_level(logging.INFO, "livegan"):
        assert open_source("auto").name == "performer.mp4"
    assert "camera:0 'Busy' cannot be opened" in caplog.text


def test_a_rendering_of_auto_is_the_bundled_clip(machine: Machine, bundled: Path) -> None:
    machine.cameras = [camera()]
    source = open_source("auto", live=False)
    assert [source.read().index for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("spec", ["camera", "camera:0", "camera:web"])
def test_a_camera_cannot_be_rendered(machine: Machine, spec: str) -> None:
    with pytest.raises(SourceError, match=rf"{spec} never ends; wanted a clip"):
        open_source(spec, live=False)


def test_files_folders_and_the_pattern_are_told_apart(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mov", 2)
    folder = tmp_path / "folder"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.PNG"), grey(3))
    kinds = [
        type(open_source(str(spec), live=False)).__name__
        for spec in (clip, folder, folder / "1.PNG", "pattern")
    ]
    assert kinds == ["Clip", "Pictures", "Pictures", "Pattern"]


def test_size_and_rate_reach_what_can_take_them(machine: Machine, tmp_path: Path) -> None:
    pattern = open_source("pattern", size=(90, 160), fps=12)
    assert pattern.description == "pattern: moving test card 160x90 at 12 fps"
    machine.cameras = [camera()]
    open_source("camera:0", size=(480, 640), fps=60)
    assert (cv2.CAP_PROP_FRAME_WIDTH, 640) in machine.devices[0].asked
    assert (cv2.CAP_PROP_FPS, 60) in machine.devices[0].asked


@pytest.mark.parametrize(
    ("spec", "options", "told"),
    [
        ("nowhere.mp4", {}, "no such file or folder: nowhere.mp4"),
        ("nowhere", {}, "a camera is camera:0 or camera:NAME, and there is pattern"),
        ("no/where.mp4", {}, "no such file or folder: no/where.mp4; there is no folder no"),
        ("7", {}, "no such file or folder: 7; did you mean camera:7?"),
        ("Webcam 1", {}, "did you mean camera:1?"),
        ("cam", {}, "did you mean camera?"),
        ("/dev/video3", {}, "name the camera: camera:3"),
        ("http://elsewhere/clip.mp4", {}, "http://elsewhere/clip.mp4 is an address"),
        ("nowhere", {"live": False}, "nowhere; wanted a clip, a folder of pictures or pattern"),
        ("camera:9", {}, "no camera has the index 9; there is no camera"),
        ("camera", {}, "there is no camera; plug one in, or play a clip: --source clip.mp4"),
        ("pattern", {"fps": 0.0}, "source rate is 0 fps, wanted more than 0"),
        ("pattern", {"fps": float("nan")}, "source rate is nan fps"),
        ("pattern", {"size": (0, 4)}, "source size is 0 x 4"),
    ],
)
def test_a_mistake_is_one_line(
    machine: Machine, spec: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(spec, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_after_a_loss_the_same_camera_is_opened_under_its_new_index(machine: Machine) -> None:
    mine, other = camera(0, "Mine"), camera(1, "Other", "port 2")
    machine.cameras = [mine, other]
    make = source_factory("camera")
    assert make().name == "camera:0"
    machine.cameras = [camera(0, "Other", "port 2")]
    with pytest.raises(SourceLost, match="'Mine' is unplugged"):
        make()
    machine.cameras = [camera(0, "Other", "port 2"), camera(3, "Mine")]
    assert make().name == "camera:3"


def test_a_file_that_is_not_there_is_told_before_anything_opens() -> None:
    with pytest.raises(SourceError, match=r"no such file or folder: gone\.mp4"):
        source_factory("gone.mp4")


def test_of_a_missing_file_the_one_almost_of_its_name_is_told(tmp_path: Path) -> None:
    write_clip(tmp_path / "rehearsal.mp4", 1)
    with pytest.raises(SourceError, match=r"did you mean .*rehearsal\.mp4\?"):
        check_source(str(tmp_path / "reharsal.mp4"))
    with pytest.raises(SourceError, match="has none of that name"):
        check_source(str(tmp_path / "premiere.mp4"))


def test_what_can_be_played_passes(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "1.png"), grey(9))
    write_clip(tmp_path / "clip.mp4", 1)
    machine.cameras = [camera()]
    monkeypatch.chdir(tmp_path)
    for spec in ("auto", "camera", "camera:0", "pattern", "photos", "photos/1.png", "clip.mp4"):
        check_source(spec)
    assert not machine.opened


def test_a_pipe_is_left_to_whoever_plays_it(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    os.mkfifo(tmp_path / "pipe.mp4")
    check_source(str(tmp_path / "pipe.mp4"))  # to open it would wait for ever


def test_a_clip_is_opened_again_by_its_path(bundled: Path, machine: Machine) -> None:
    make = source_factory("auto")
    assert make().name == make().name == "performer.mp4"


def test_directshow_gets_its_format_as_it_opens(machine: Machine) -> None:
    listed = CameraInfo(0, "Webcam", "DSHOW", camera().identity)
    open_capture(listed, Request((720, 1280), 30.0))
    index, backend, wishes = machine.opened[0]
    asked = dict(zip(wishes[::2], wishes[1::2], strict=True))
    assert (index, backend) == (0, cv2.CAP_DSHOW)
    assert asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (1280, 720)
    assert asked[cv2.CAP_PROP_FPS] == 30


def test_directshow_that_refuses_the_format_is_opened_plainly(machine: Machine) -> None:
    machine.refusing = {0}
    open_capture(CameraInfo(0, "Webcam", "DSHOW", camera().identity), Request((720, 1280), 30.0))
    assert [bool(wishes) for _, _, wishes in machine.opened] == [True, False]


def test_video4linux_gets_format_then_size_then_rate(machine: Machine) -> None:
    open_capture(camera(), Request((720, 1280), 30.0))
    assert machine.opened == [(0, cv2.CAP_V4L2, [])]
    assert [prop for prop, _ in machine.devices[0].asked] == [
        cv2.CAP_PROP_FOURCC,
        cv2.CAP_PROP_FRAME_WIDTH,
        cv2.CAP_PROP_FRAME_HEIGHT,
        cv2.CAP_PROP_FPS,
        cv2.CAP_PROP_BUFFERSIZE,
    ]


@pytest.mark.parametrize(
    ("platform", "told"), [("darwin", "System Settings"), ("win32", "desktop apps"), ("linux", "")]
)
def test_the_cure_is_the_systems_own(platform: str, told: str) -> None:
    cure = cure_for_refusal(camera(99), platform)
    assert cure.startswith("close other programs") and told in cure


def test_the_package_can_be_looked_into_without_loading_opencv() -> None:
    code = "import sys, livegan.sources; print([m for m in ('cv2', 'av') if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
