"""Which camera is meant, and how it is found again."""

from __future__ import annotations

import cv2_enumerate_cameras
import pytest
from cv2_enumerate_cameras.camera_info import CameraInfo as Listed
from sources.helpers import camera

from livegan.errors import SourceError, SourceLost
from livegan.sources import list_cameras
from livegan.sources.camera_names import choose_camera, find_again

BUILT_IN = camera(0, "Integrated Camera", "port 1")
STICK = camera(2, "Cam Link 4K", "port 2")
CAMERAS = [BUILT_IN, STICK]


@pytest.mark.parametrize("which", ["2", "Cam Link 4K", "link", "LINK", "cam l"])
def test_a_camera_is_chosen_by_index_or_part_of_its_name(which: str) -> None:
    assert choose_camera(which, CAMERAS) is STICK


def test_the_whole_name_wins_over_a_part_of_another() -> None:
    short, long = camera(0, "HD Webcam"), camera(1, "HD Webcam Pro", "port 2")
    assert choose_camera("hd webcam", [long, short]) is short


def test_an_ambiguous_name_lists_its_candidates() -> None:
    with pytest.raises(SourceError) as caught:
        choose_camera("cam", [*CAMERAS, camera(5, "Scope", "port 3")])
    assert "camera:0 'Integrated Camera', camera:2 'Cam Link 4K'" in str(caught.value)
    assert "Scope" not in str(caught.value)


@pytest.mark.parametrize("which", ["1", "webcam"])
def test_a_camera_that_is_not_there_lists_those_that_are(which: str) -> None:
    with pytest.raises(SourceError) as caught:
        choose_camera(which, CAMERAS)
    assert which in str(caught.value)
    assert "there are camera:0 'Integrated Camera', camera:2 'Cam Link 4K'" in str(caught.value)


def test_without_any_camera_it_says_so() -> None:
    with pytest.raises(SourceError, match="there is no camera"):
        choose_camera("0", [])


def test_a_camera_is_found_again_under_another_index() -> None:
    other = camera(0, "Other", "port 3", vid=1)
    back = camera(4, "Cam Link 4K", "port 2")
    assert find_again(STICK.identity, [other, back]) is back


def test_a_camera_is_found_again_at_another_port() -> None:
    moved = camera(2, "Cam Link 4K", "port 7")
    assert find_again(STICK.identity, [BUILT_IN, moved]) is moved


def test_another_camera_at_its_index_does_not_take_its_place() -> None:
    with pytest.raises(SourceLost, match=r"'Cam Link 4K' is unplugged; there are camera:2 'Other'"):
        find_again(STICK.identity, [camera(2, "Other", "port 2")])


def test_its_twin_does_not_take_its_place() -> None:
    mine = camera(0, path="port 1", twins=("port 2",))
    twin = camera(1, path="port 2")
    assert find_again(mine.identity, [camera(3, path="port 1"), twin]).index == 3
    with pytest.raises(SourceLost):
        find_again(mine.identity, [twin])
    assert find_again(mine.identity, [twin, camera(2, path="port 9")]).index == 2


def test_two_candidates_at_new_places_are_not_guessed_between() -> None:
    mine = camera(0, path="port 1")
    with pytest.raises(SourceLost):
        find_again(mine.identity, [camera(1, path="port 8"), camera(2, path="port 9")])


def test_cameras_are_listed_by_index_and_know_their_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        Listed(7, "Twin", "place b", 1, 2, 200),
        Listed(3, "", "place c", None, None, 200),
        Listed(1, "Twin", "place a", 1, 2, 200),
    ]
    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", lambda _: listed)
    first, unnamed, last = list_cameras()
    assert [str(one) for one in (first, unnamed, last)] == [
        "camera:1 'Twin'",
        "camera:3 'camera 3'",
        "camera:7 'Twin'",
    ]
    assert first.identity.twins == ("place b",)
    assert last.identity.twins == ("place a",)
    assert unnamed.identity.twins == ()


@pytest.mark.parametrize(
    ("name", "path", "virtual"),
    [
        ("OBS Virtual Camera", "", True),
        ("livegan", "/sys/devices/virtual/video4linux/video7#0", True),
        ("Dummy video device (0x0000)", "", True),
        ("OBSBOT Tiny 2", "port 1", False),
        ("HD Webcam", "/sys/devices/pci0000:00/usb1/1-2/1-2:1.0#0", False),
    ],
)
def test_a_program_that_poses_as_a_camera_is_known(name: str, path: str, virtual: bool) -> None:
    assert camera(0, name, path).is_virtual is virtual
