"""Where state is kept: as the environment and the system say, and made when first needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from livegan.keepsakes import keep, state_folder


def test_the_folder_that_is_named_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEGAN_STATE", str(tmp_path / "here"))
    assert state_folder() == tmp_path / "here"
    assert not state_folder().exists(), "asking for it makes nothing"


@pytest.mark.parametrize(
    ("system", "variable", "below"),
    [
        ("linux", "XDG_STATE_HOME", ()),
        ("linux", "", (".local", "state")),
        ("darwin", "", ("Library", "Application Support")),
        ("win32", "LOCALAPPDATA", ()),
        ("win32", "", ("AppData", "Local")),
    ],
)
def test_each_system_has_its_place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    variable: str,
    below: tuple[str, ...],
) -> None:
    for name in ("LIVEGAN_STATE", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
    assert state_folder() == tmp_path.joinpath(*below, "livegan")


def test_a_relative_place_of_the_system_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIVEGAN_STATE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "somewhere")
    assert state_folder() == tmp_path / ".local" / "state" / "livegan"


def test_who_has_no_home_is_told_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("LIVEGAN_STATE", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(OSError, match="LIVEGAN_STATE"):
        state_folder()


def test_what_is_kept_makes_its_folder_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "there.toml"
    keep(path, "one")
    keep(path, "two")
    assert path.read_text() == "two"
    assert [one.name for one in path.parent.iterdir()] == ["there.toml"]
