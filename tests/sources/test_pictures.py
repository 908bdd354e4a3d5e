"""Folders of pictures and single ones."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import pytest
from sources.helpers import FakeClock, grey

from livegan.errors import SourceEnded, SourceError
from livegan.sources.pictures import Pictures, natural_key


def write(folder: Path, *names: str) -> None:
    """Write pictures; the n-th is grey of level 10 n."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        assert cv2.imwrite(str(folder / name), grey(10 * number))


def levels(source: Pictures, count: int) -> list[int]:
    return [int(source.read().image[0, 0, 0]) for _ in range(count)]


def test_two_comes_before_ten(tmp_path: Path) -> None:
    write(tmp_path, "face 2.png", "face 10.png", "Face 11.png", "face 100.png")
    assert levels(Pictures(tmp_path, live=False), 4) == [0, 10, 20, 30]


def test_names_that_count_alike_still_have_an_order() -> None:
    names = ["b.png", "a02.png", "10.png", "a2.png", "2.png"]
    ordered = sorted(map(Path, sorted(names)), key=natural_key)
    assert [path.name for path in ordered] == [
        "2.png",
        "10.png",
        "a02.png",
        "a2.png",
        "b.png",
    ]


def test_a_sequence_plays_at_25_and_a_still_is_held_at_30(tmp_path: Path) -> None:
    write(tmp_path, "1.png", "2.png")
    assert Pictures(tmp_path).fps == 25
    assert Pictures(tmp_path / "1.png").fps == 30
    assert Pictures(tmp_path, fps=12).fps == 12


def test_on_stage_a_folder_begins_again_and_a_still_stays(tmp_path: Path) -> None:
    write(tmp_path, "1.png", "2.png", "3.png")
    assert levels(Pictures(tmp_path, clock=FakeClock()), 7) == [0, 10, 20, 0, 10, 20, 0]
    assert levels(Pictures(tmp_path / "2.png", clock=FakeClock()), 4) == [10] * 4


def test_a_broken_picture_is_passed_over_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "1.png", "2.png", "3.png")
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    (tmp_path / "0.png").write_bytes(b"")
    with caplog.at_level(logging.WARNING, "livegan"):
        source = Pictures(tmp_path, clock=FakeClock())
        assert levels(source, 6) == [0, 20] * 3
    told = [record.message for record in caplog.records]
    assert len(told) == 2 and "0.png" in told[0] and "2.png" in told[1]


def test_a_rendering_leaves_out_the_broken_picture(tmp_path: Path) -> None:
    write(tmp_path, "1.png", "2.png", "3.png")
    (tmp_path / "2.png").write_bytes(b"nothing")
    source = Pictures(tmp_path, live=False)
    assert levels(source, 2) == [0, 20]
    with pytest.raises(SourceEnded):
        source.read()


def test_when_the_files_go_away_the_last_picture_stays(tmp_path: Path) -> None:
    write(tmp_path, "1.png", "2.png")
    source = Pictures(tmp_path, clock=FakeClock())
    assert levels(source, 3) == [0, 10, 0]
    for path in tmp_path.iterdir():
        path.unlink()
    assert levels(source, 3) == [0, 0, 0]


def test_grey_and_transparent_pictures_come_out_in_three_channels(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), grey(7)[..., 0])
    cv2.imwrite(str(tmp_path / "see-through.png"), cv2.cvtColor(grey(7), cv2.COLOR_BGR2BGRA))
    source = Pictures(tmp_path, live=False)
    assert [source.read().image.shape for _ in range(2)] == [(48, 64, 3)] * 2


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    (tmp_path / "._1.png").write_bytes(b"a twin that macOS left behind")
    with pytest.raises(SourceError, match=r"holds no picture; wanted one of \.bmp"):
        Pictures(tmp_path)


def test_a_folder_of_broken_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"nothing")
    with pytest.raises(SourceError, match="none of the pictures in .* can be read"):
        Pictures(tmp_path)


def test_a_name_outside_the_code_page_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "портрет 肖像.png"
    path.write_bytes(cv2.imencode(".png", grey(9))[1].tobytes())
    assert levels(Pictures(path, live=False), 1) == [9]
