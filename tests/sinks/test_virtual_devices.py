"""Virtual cameras by name, and what people are told where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from livegan.errors import SinkError
from livegan.sinks import virtual_devices
from livegan.sinks.virtual_devices import (
    Loopback,
    check_device,
    check_unused,
    explain_refusal,
    list_loopbacks,
    resolve_device,
)

OBS = Loopback("/dev/video4", "OBS Virtual Camera")
STAGE = Loopback("/dev/video7", "livegan")
SECOND = Loopback("/dev/video8", "livegan second")


def test_the_kernel_tells_which_there_are_and_what_they_are_called(tmp_path: Path) -> None:
    for number, label in ((10, "livegan"), (9, "OBS Virtual Camera")):
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_text(label + "\n")
    (tmp_path / "video9" / "format").write_text("YU12:320x240@30\n")
    assert list_loopbacks(tmp_path) == [
        Loopback("/dev/video9", "OBS Virtual Camera", sent="YU12:320x240@30"),
        Loopback("/dev/video10", "livegan"),
    ]


def test_a_machine_without_the_kernel_module_has_none(tmp_path: Path) -> None:
    assert list_loopbacks(tmp_path / "absent") == []


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/dev/video4", "/dev/video4"),
        ("4", "/dev/video4"),
        ("obs", "/dev/video4"),
        ("SECOND", "/dev/video8"),
        ("livegan", "/dev/video7"),
    ],
)
def test_a_device_is_meant_by_path_number_or_part_of_its_label(typed: str, path: str) -> None:
    assert resolve_device(typed, [OBS, STAGE, SECOND]) == path


def test_nobody_else_s_device_is_taken_where_there_is_one_of_ours() -> None:
    assert resolve_device(None, [OBS, STAGE]) == "/dev/video7"
    assert resolve_device(None, [OBS]) == "/dev/video4"
    assert resolve_device(None, []) is None


def test_a_device_that_is_sent_to_is_left_alone() -> None:
    busy = Loopback("/dev/video7", "livegan", sent="YU12:640x480@30")
    assert resolve_device(None, [busy, OBS]) == "/dev/video4"
    check_unused("/dev/video4", [busy, OBS])
    with pytest.raises(SinkError, match="another program sends YU12:640x480@30 to .*video7"):
        check_unused("/dev/video7", [busy, OBS])


def test_on_linux_a_device_that_cannot_be_sent_to_is_told_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, busy = tmp_path / "video7", tmp_path / "video8"
    free.touch()
    busy.touch()
    there = [Loopback(str(free), "livegan"), Loopback(str(busy), "Other", sent="YU12:8x8@30")]
    monkeypatch.setattr(virtual_devices, "list_loopbacks", lambda: there)
    for wanted in (None, "livegan", str(free)):
        check_device(wanted, "Linux")
    for wanted, told in (("other", "another program sends"), ("9", "/dev/video9 does not exist")):
        with pytest.raises(SinkError, match=told):
            check_device(wanted, "Linux")
    there.clear()
    with pytest.raises(SinkError, match="there is no virtual camera on this machine"):
        check_device(None, "Linux")
    check_device("OBS Virtual Camera", "Windows")


def test_names_of_systems_that_list_nothing_are_passed_on() -> None:
    assert resolve_device("OBS Virtual Camera", []) == "OBS Virtual Camera"


def test_a_part_of_two_labels_lists_both() -> None:
    with pytest.raises(SinkError, match="more than one.*video7.*video8") as refusal:
        resolve_device("live", [OBS, STAGE, SECOND])
    assert "video4" not in str(refusal.value)


def test_an_unknown_label_lists_what_there_is() -> None:
    with pytest.raises(SinkError, match="'unity' is not the name of one.*OBS.*livegan"):
        resolve_device("unity", [OBS, STAGE])


def told(device: str | None, loopbacks: list[Loopback], system: str, reason: str = "no") -> str:
    line = explain_refusal(device, reason, loopbacks, system)
    assert "\n" not in line
    return line


def test_linux_without_a_device_is_given_the_command_that_makes_one() -> None:
    line = told(None, [], "Linux")
    assert "sudo modprobe v4l2loopback exclusive_caps=1 card_label=livegan" in line


def test_other_systems_are_sent_to_obs() -> None:
    assert "install OBS Studio" in told(None, [], "Windows", "not found!\nDid you install OBS?")
    assert "OBS Studio 30" in told(None, [], "Darwin")


def test_a_device_that_does_not_exist_is_named_beside_those_that_do(tmp_path: Path) -> None:
    absent = str(tmp_path / "video99")
    assert told(absent, [STAGE], "Linux") == (
        f"virtual camera {absent} does not exist; there are: /dev/video7 'livegan'"
    )


@pytest.fixture
def device(tmp_path: Path) -> str:
    """A file in the place of a device."""
    path = tmp_path / "video7"
    path.touch()
    return str(path)


def test_who_may_not_write_is_told_the_group(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "sudo usermod -aG video $USER" in told(device, [Loopback(device, "livegan")], "Linux")


def test_a_camera_is_no_virtual_camera(device: str) -> None:
    assert "is no virtual camera; there are: /dev/video7" in told(device, [STAGE], "Linux")


def test_a_busy_device_is_named_with_the_reason(device: str) -> None:
    line = told(device, [Loopback(device, "livegan")], "Linux", "Device or resource busy")
    assert "Device or resource busy" in line and "another program" in line
