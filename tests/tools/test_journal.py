"""What was done is known after a kill, and other work is not mixed with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from livegan.errors import UsageError
from workshop.journal import Journal
from workshop.whole_files import write_whole


def test_work_goes_on_from_the_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal.jsonl"
    with Journal(path, {"size": 256}) as journal:
        journal.add({"picture": "é.png"})
        journal.add({"picture": "b.png"})
    # What a kill in the middle of writing leaves.
    path.write_bytes(path.read_bytes() + b'{"picture": "c.p')
    with Journal(path, {"size": 256}) as journal:
        assert [entry["picture"] for entry in journal.entries] == ["é.png", "b.png"]
        journal.add({"picture": "c.png"})
    with Journal(path, {"size": 256}) as journal:
        assert [entry["picture"] for entry in journal.entries] == ["é.png", "b.png", "c.png"]


def test_a_kill_before_the_first_line_was_whole_is_a_beginning(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"si')
    with Journal(path, {"size": 256}) as journal:
        assert journal.entries == []
    assert path.read_text() == '{"size": 256}\n'


def test_other_settings_and_other_files_are_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, {"size": 256}) as journal:
        journal.add({"picture": "a.png"})
    before = path.read_bytes()
    with pytest.raises(UsageError, match="size 256, this is with 512"):
        Journal(path, {"size": 512})
    assert path.read_bytes() == before
    path.write_bytes(before + b"[1]\n")
    with pytest.raises(UsageError, match="line 3 is no JSON object"):
        Journal(path, {"size": 256})
    with pytest.raises(UsageError, match="can't write"):
        Journal(path / "below-a-file", {})


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new" and list(tmp_path.iterdir()) == [path]
    with pytest.raises(UsageError, match="can't write"):
        write_whole(tmp_path / "no-such-folder" / "a.bin", b"")
