"""What plays, kept as a preset: what it holds, what it may be called, what it never touches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fakes import fake_look
from hypothesis import given
from hypothesis import strategies as st

from livegan.decks import Loaded
from livegan.errors import PresetError
from livegan.parameters import Setting, Values
from livegan.presets import Preset, list_presets, read_preset
from livegan.saving import check_new, save, what_plays


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of presets with one in it."""
    monkeypatch.setattr("livegan.saving.shipped", lambda kind: tmp_path)
    monkeypatch.setattr("livegan.presets.shipped", lambda kind: tmp_path)
    (tmp_path / "pearl.toml").write_text('schema = 1\ngenerator = "pearl"\n')
    return tmp_path


def playing(values: dict[str, Setting], settings: dict[str, Setting] | None = None) -> Preset:
    """What plays with these values, as a preset."""
    look = fake_look()
    loaded = Loaded(look.__class__(**{**vars(look), "settings": settings or {}}), MONA_LISA)
    return what_plays(loaded, Values(values), "mine")


MONA_LISA = Preset("mona-lisa", "mona-lisa", values={"puppet.mouth_gain": 1.5})


def test_what_is_saved_plays_the_same_again(folder: Path) -> None:
    values: dict[str, Setting] = {
        "puppet.mouth_gain": 1.25,
        "face_mesh.lips": False,
        "generator.mix": 0.8,
        "output.hue": -30.0,
        "source.mirror": True,
        "lfo.2_target": "generator.mix",
        "lfo.2_rate": 8.0,
    }
    save(playing(values))
    again = read_preset("mine")
    assert (again.generator, again.values, again.warnings) == ("mona-lisa", values, ())


def test_a_preset_holds_nothing_that_darkens_freezes_or_delays() -> None:
    momentary: dict[str, Setting] = {
        "output.blackout": True,
        "output.fade": 1.0,
        "output.freeze": True,
        "output.delay": 100.0,
        "source.freeze": True,
        "source.bypass": True,
        "preset.morph": 3.0,
        "deck.crossfade": 1.0,
    }
    assert playing(momentary).values == {}


def test_what_the_generator_was_trained_with_is_kept_only_where_it_is_played_otherwise() -> None:
    settings: dict[str, Setting] = {"face_mesh.line_width": 2.0, "face_mesh.irises": False}
    played: dict[str, Setting] = {"face_mesh.line_width": 1.0, "face_mesh.irises": False}
    assert playing(played, settings).values == {"face_mesh.line_width": 1.0}


def test_nothing_is_written_over(folder: Path) -> None:
    before = (folder / "pearl.toml").read_text()
    names = [save(Preset("pearl", "mona-lisa")).name for _ in range(3)]
    assert names == ["pearl-2", "pearl-3", "pearl-4"]
    assert (folder / "pearl.toml").read_text() == before
    assert save(Preset("pearl-3", "mona-lisa")).name == "pearl-5", "numbers do not pile up"
    assert list_presets() == ["pearl", "pearl-2", "pearl-3", "pearl-4", "pearl-5"]


def test_names_that_differ_in_case_alone_would_be_one_file_elsewhere(folder: Path) -> None:
    assert save(Preset("PEARL", "mona-lisa")).name == "pearl-2"


def test_a_generator_that_was_named_by_its_path_is_found_again(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "own.onnx").write_bytes(b"")
    save(Preset("mine", "own.onnx", path=elsewhere / "look.toml"))
    assert read_preset("mine").generator == str((elsewhere / "own.onnx").resolve())


HOSTILE = [
    "", ".", "..", "../x", "a/b", "a\\b", "/etc/x", "C:x", "x\0y", "x\ny", ".hidden", "-x",
    "con", "NUL", "aux.x", "com1", "LPT9.old", "con ", "x.", "x ", "3", "42", "x.toml", "x" * 61,
    "schön", "~", "*", "$HOME", "a:b",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_plain_name_is_refused_in_one_line(folder: Path, name: str) -> None:
    with pytest.raises(PresetError, match="no preset can be called") as refused:
        save(Preset(name, "mona-lisa"))
    assert "\n" not in str(refused.value)
    assert os.listdir(folder) == ["pearl.toml"]


@given(st.text(alphabet=st.sampled_from("aZ09 _.-/\\:\0\n"), max_size=12))
def test_whatever_is_taken_as_a_name_is_one_file_in_the_folder(name: str) -> None:
    try:
        check_new(name)
    except PresetError:
        return
    assert Path("presets", f"{name}.toml").resolve().parent == Path("presets").resolve()
    assert not name.isdecimal() and name == name.strip() and name[0] not in ".-"


def test_a_folder_that_is_no_folder_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livegan.saving.shipped", lambda kind: folder / "pearl.toml")
    with pytest.raises(PresetError, match="no preset can be saved in"):
        save(Preset("mine", "mona-lisa"))


def test_a_preset_that_fails_half_way_leaves_no_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(preset: Preset, path: Path) -> None:
        raise PresetError("no space left on device")

    monkeypatch.setattr("livegan.saving.write_preset", full)
    with pytest.raises(PresetError, match="no space"):
        save(Preset("mine", "mona-lisa"))
    assert list_presets() == ["pearl"]


def test_whoever_saves_without_end_is_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livegan.saving.MOST", 3)
    for _ in range(2):
        save(Preset("mine", "mona-lisa"))
    with pytest.raises(PresetError, match="there are 3 presets, no more are saved; move some out"):
        save(Preset("mine", "mona-lisa"))
    assert len(list_presets()) == 3
