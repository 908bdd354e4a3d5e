"""What people type to get a sink."""

from __future__ import annotations

from pathlib import Path

import pytest
from sinks.helpers import FakeCamera

from livegan.errors import SinkError
from livegan.sinks import open_sink, virtual_devices
from livegan.sinks.null import NullSink
from livegan.sinks.opening import check_sinks
from livegan.sinks.recording import Recording
from livegan.sinks.virtual_devices import Loopback


def test_null_is_the_sink_that_keeps_nothing() -> None:
    assert isinstance(open_sink("null", size=(8, 8), fps=30), NullSink)


@pytest.mark.parametrize("name", ["take.mp4", "take.mov", "TAKE.MKV"])
def test_a_path_is_a_recording(tmp_path: Path, name: str) -> None:
    sink = open_sink(str(tmp_path / name), size=(32, 32), fps=30)
    sink.close()
    assert isinstance(sink, Recording)
    assert sink.name == str(tmp_path / name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("virtual-camera", "virtual-camera:fake"), ("virtual-camera:OBS", "virtual-camera:OBS")],
)
def test_a_virtual_camera_is_named_after_the_device_that_it_got(
    fake_camera: type[FakeCamera], typed: str, name: str
) -> None:
    sink = open_sink(typed, size=(256, 256), fps=25)
    sink.close()
    assert sink.name == name
    assert fake_camera.opened[0].fps == 25
    assert fake_camera.opened[0].shape == (720, 1280, 3)


@pytest.mark.parametrize("typed", ["", "film", "take.avi", "nul", "virtual-cam:1"])
def test_anything_else_is_refused_and_told_what_there_is(typed: str) -> None:
    with pytest.raises(SinkError) as refusal:
        open_sink(typed, size=(8, 8), fps=30)
    told = str(refusal.value)
    assert repr(typed) in told
    assert "virtual-camera" in told and ".mp4" in told and "null" in told
    assert "\n" not in told


def test_what_can_be_played_into_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video7").touch()
    device = Loopback(str(tmp_path / "video7"), "OBS Virtual Camera")
    monkeypatch.setattr(virtual_devices, "list_loopbacks", lambda: [device])
    (tmp_path / "old.mp4").write_text("a new take gets a number")
    specs = ["window", "virtual-camera", "virtual-camera:OBS", "null", str(tmp_path / "old.mp4")]
    check_sinks(specs, source="pattern")


@pytest.mark.parametrize("typed", ["film", "take.avi", "no/such/folder/take.mp4"])
def test_a_mistake_is_seen_before_anything_is_opened(typed: str) -> None:
    with pytest.raises(SinkError) as refusal:
        check_sinks(["window", typed], source="auto")
    assert typed in str(refusal.value)


@pytest.mark.parametrize(
    ("first", "second"),
    [("x.mp4", "x.mp4"), ("x.mp4", "./x.mp4"), ("null", "null"), ("window", "window")],
)
def test_one_sink_twice_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SinkError, match="same sink twice") as refusal:
        check_sinks([first, second], source="auto")
    assert first in str(refusal.value) and second in str(refusal.value)


def test_a_clip_is_not_recorded_into_itself_by_any_name(tmp_path: Path) -> None:
    clip, link = tmp_path / "clip.mp4", tmp_path / "link.mp4"
    clip.write_text("a clip")
    link.hardlink_to(clip)
    for source in (clip, link):
        with pytest.raises(SinkError, match="is the source too"):
            check_sinks(["null", str(clip)], source=str(source))
