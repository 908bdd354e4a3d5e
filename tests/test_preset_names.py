"""Which preset is meant: by name, by place, by its neighbours; never by a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.errors import PresetError
from livegan.preset_names import meant, neighbour
from livegan.presets import list_presets


def test_a_preset_is_meant_by_its_name_or_by_its_place() -> None:
    for place, name in enumerate(list_presets()):
        assert meant(name) == meant(str(place)) == name


@pytest.mark.parametrize("sent", ["../x", "/etc/passwd", "pearl.toml", "a/b", "NUL", "-1", "²", ""])
def test_whatever_else_is_sent_means_none(sent: str) -> None:
    with pytest.raises(PresetError, match="no preset is called"):
        meant(sent)


def test_a_file_that_exists_is_not_meant_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema = 1\ngenerator = "mona-lisa"\n')
    with pytest.raises(PresetError):
        meant(str(path))


def test_a_place_beyond_the_last_is_told_with_the_places_that_there_are() -> None:
    last = len(list_presets()) - 1
    with pytest.raises(PresetError, match=rf"no preset 99; they are numbered 0 to {last}"):
        meant("99")


@given(st.text(max_size=64))
def test_only_what_is_listed_is_ever_meant(sent: str) -> None:
    try:
        assert meant(sent) in list_presets()
    except PresetError as error:
        assert "\n" not in str(error)


def test_neighbours_go_round() -> None:
    first, second, *_, last = list_presets()
    assert (neighbour(first, 1), neighbour(first, -1)) == (second, last)
    assert (neighbour(last, 1), neighbour(second, -1)) == (first, first)
    assert neighbour(first, len(list_presets())) == first
    assert (neighbour("not there", 1), neighbour("not there", -1)) == (first, last)


def test_without_any_preset_there_is_no_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livegan.preset_names.list_presets", lambda: [])
    with pytest.raises(PresetError, match="no presets"):
        neighbour("mona-lisa", 1)
