"""A film that replaces what stood there: only as a whole."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sinks.helpers import frame, grey, read_film

from livegan.errors import SinkFull, SinkLost
from livegan.frames import Image
from livegan.sinks import video_file
from livegan.sinks.whole_film import whole_film


def film(path: Path, count: int, error: BaseException | None = None) -> None:
    """Write so many pictures, and end with an error if one is given."""
    with whole_film(path, size=(32, 32), fps=30) as recording:
        for _ in range(count):
            recording.show(frame(grey(90, 32, 32)))
        if error:
            raise error


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_film_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "painted.mp4"
    film(path, 40)
    film(path, 3)
    assert len(read_film(path)[0]) == 3
    assert names(tmp_path) == ["painted.mp4"]


def test_what_is_interrupted_leaves_what_was_there_and_tells_where_its_beginning_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "painted.mp4"
    path.write_text("before")
    with caplog.at_level(logging.WARNING, "livegan"), suppress(KeyboardInterrupt):
        film(path, 20, KeyboardInterrupt())
    assert path.read_text() == "before"
    part = tmp_path / "painted.part.mp4"
    assert len(read_film(part)[0]) == 20
    assert [record.message for record in caplog.records] == [
        f"not finished; the first 20 frames are in {part}"
    ]


def test_what_ends_before_its_first_picture_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        film(tmp_path / "painted.mp4", 0, RuntimeError("no look"))
    assert names(tmp_path) == []


def test_a_disk_that_fills_up_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: video_file.VideoFile, image: Image, tick: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "painted.mp4"
    path.write_text("before")
    monkeypatch.setattr(video_file.VideoFile, "write", full)
    with pytest.raises(SinkFull, match="No space left on device.*free space"):
        film(path, 2)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["painted.mp4"]


def test_a_part_of_an_earlier_film_can_be_what_this_one_is_made_from(tmp_path: Path) -> None:
    part = tmp_path / "painted.part.mp4"
    part.write_text("an earlier part")
    film(tmp_path / "painted.mp4", 2)
    assert part.read_text() == "an earlier part"
    assert len(read_film(tmp_path / "painted.mp4")[0]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links are for administrators there")
def test_a_link_stays_one_and_the_film_goes_where_it_points(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    target, link = tmp_path / "disk" / "film.mp4", tmp_path / "link.mp4"
    target.write_text("before")
    link.symlink_to(target)
    film(link, 2)
    assert link.is_symlink() and len(read_film(target)[0]) == 2


def test_a_place_that_can_not_be_taken_is_told_with_the_name_of_the_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(SinkLost, match=r"Permission denied.*painted\.part\.mp4"):
        film(tmp_path / "painted.mp4", 2)
    assert len(read_film(tmp_path / "painted.part.mp4")[0]) == 2


_KILLED = """
import os, sys, numpy as np
from pathlib import Path
from livegan.frames import Frame
from livegan.sinks.whole_film import whole_film
with whole_film(Path(sys.argv[1]), size=(32, 32), fps=30) as film:
    for index in range(100):
        film.show(Frame(np.zeros((32, 32, 3), np.uint8), index, 0.0))
    os._exit(9)
"""


def test_what_is_killed_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "painted.mp4"
    path.write_text("before")
    done = subprocess.run([sys.executable, "-c", _KILLED, str(path)])
    assert done.returncode == 9
    assert path.read_text() == "before"
    assert names(tmp_path) == ["painted.mp4", "painted.part.mp4"]
