"""What recordings are called, and where they may go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from livegan.errors import SinkError
from livegan.takes import check_place, claim, new_take


def test_a_take_is_named_for_its_second() -> None:
    moment = time.strptime("2026-11-21 04:05:06", "%Y-%m-%d %H:%M:%S")
    assert new_take(moment) == "livegan-20261121-040506.mp4"


def test_every_take_gets_a_file_of_its_own_and_none_that_exists(tmp_path: Path) -> None:
    mine = tmp_path / "show-2.mp4"
    mine.write_text("mine")
    names = [claim(tmp_path / "show.mp4").name for _ in range(3)]
    assert names == ["show.mp4", "show-3.mp4", "show-4.mp4"]
    assert mine.read_text() == "mine"
    assert claim(mine).name == "show-2-2.mp4"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    for name, told in (("folder.mp4", "folder"), ("pipe.mp4", "device"), ("a/b.mp4", "not exist")):
        with pytest.raises(SinkError, match=told):
            check_place(tmp_path / name)
    check_place(tmp_path / "new.mp4")


def test_a_folder_that_may_not_be_written_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(SinkError, match=f"{tmp_path.name} may not be written to"):
        check_place(tmp_path / "new.mp4")
