"""Looks as files: what is read, what is refused, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livegan.conditioners.opening import KINDS
from livegan.errors import ModelError, PresetError
from livegan.parameters import TABLE, Setting
from livegan.presets import (
    CONDITIONERS,
    Preset,
    find_generator,
    find_preset,
    list_presets,
    read_preset,
    write_preset,
)


def write(folder: Path, text: str) -> str:
    """A preset file of that text."""
    path = folder / "look.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


HEAD = 'schema = 1\ngenerator = "mona-lisa"\n'


def test_every_shipped_preset_reads_without_a_warning() -> None:
    portraits = {"mona-lisa", "mona-lisa-512", "mona-lisa-edges", "pearl"}
    shipped = portraits | {"faces-from-noise", "mesh", "edges"}
    assert shipped <= set(list_presets())
    for name in list_presets():
        assert read_preset(name).warnings == ()


def test_values_and_names_are_read(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, HEAD + "[face_mesh]\nline_width = 2\nlips = false\n"))
    assert preset.name == "look"
    assert preset.generator == "mona-lisa"
    assert preset.values == {"face_mesh.line_width": 2.0, "face_mesh.lips": False}


def test_a_number_out_of_range_is_clamped_with_file_key_value_and_range(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "[face_mesh]\nline_width = 40\n")
    preset = read_preset(path)
    assert preset.values == {"face_mesh.line_width": 8.0}
    assert len(preset.warnings) == 1
    for part in (path, "face_mesh.line_width", "40", "1 to 8"):
        assert part in preset.warnings[0]


def test_an_unknown_key_warns_and_is_passed_over(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, HEAD + "colour = 3\n[face_mesh]\nglow = 1\n"))
    assert preset.values == {}
    assert ["colour" in preset.warnings[0], "face_mesh.glow" in preset.warnings[1]] == [True, True]


def test_a_misspelt_key_is_answered_with_the_nearest(tmp_path: Path) -> None:
    preset = read_preset(write(tmp_path, HEAD + "[pupet]\nmouth_gain = 1.2\n"))
    assert preset.values == {}
    assert "pupet.mouth_gain" in preset.warnings[0]
    assert preset.warnings[0].endswith("did you mean puppet.mouth_gain?")


def test_what_is_no_part_of_a_look_is_passed_over(tmp_path: Path) -> None:
    text = HEAD + "[puppet]\nneutral = true\n[system]\nfps = 60\n"
    preset = read_preset(write(tmp_path, text))
    assert preset.values == {}
    names = ["puppet.neutral", "system.fps"]
    for warning, name in zip(preset.warnings, names, strict=True):
        assert f"passed over: {name}" in warning


def test_the_generators_name_may_stand_among_its_values(tmp_path: Path) -> None:
    text = 'schema = 1\n[generator]\nname = "mona-lisa"\nmix = 0.5\n'
    preset = read_preset(write(tmp_path, text))
    assert preset.generator == "mona-lisa"
    assert preset.values == {"generator.mix": 0.5}
    assert preset.warnings == ()


def test_a_preset_can_name_every_conditioner_that_there_is() -> None:
    assert set(CONDITIONERS) == set(KINDS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + '[face_mesh]\nline_width = "wide"\n', r"face_mesh\.line_width is 'wide'"),
        (HEAD + "[face_mesh]\nlips = 1\n", r"face_mesh\.lips is 1, wanted true or false"),
        (HEAD + "[face_mesh]\nline_width = nan\n", r"line_width is nan"),
        ('generator = "mona-lisa"', "schema is None, wanted 1"),
        ('schema = 2\ngenerator = "mona-lisa"', "schema is 2, wanted 1"),
        ('schema = true\ngenerator = "mona-lisa"', "schema is True, wanted 1"),
        ("schema = 1", "generator is None"),
        ("schema = 1\ngenerator = 3", "generator is 3"),
        ('schema = 1\ngenerator = "identity"', "conditioner is None, wanted one of"),
        ('schema = 1\ngenerator = "x"\nconditioner = "canny"', "brings its own"),
        ("schema = [", "not TOML"),
        ("schema = " + "[" * 5000 + "]" * 5000, "not TOML"),
        ("schema = 1" + "0" * 5000, "not TOML"),
    ],
)
def test_what_is_wrong_is_refused_with_file_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(PresetError, match=message) as caught:
        read_preset(write(tmp_path, text))
    assert "look.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "look.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PresetError, match="not TOML"):
        read_preset(str(path))


@pytest.mark.parametrize(
    "name", ["../presets/mona-lisa", "/etc/passwd", "..", "", "a" * 65, "mona\nlisa", "näme"]
)
def test_a_name_never_leaves_the_folder_of_presets(name: str) -> None:
    with pytest.raises(PresetError):
        find_preset(name)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(PresetError, match="did you mean mona-lisa"):
        find_preset("monalisa")


def test_a_generator_is_found_from_the_presets_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"")
    preset = read_preset(write(tmp_path, 'schema = 1\ngenerator = "mine.onnx"'))
    assert find_generator(preset) == tmp_path / "mine.onnx"


@pytest.mark.parametrize("generator", ["nobody", "../engines/mona-lisa", "gone.onnx"])
def test_a_missing_generator_is_refused(tmp_path: Path, generator: str) -> None:
    with pytest.raises(ModelError, match=generator):
        find_generator(Preset("look", generator, path=tmp_path / "look.toml"))


def settings() -> st.SearchStrategy[dict[str, Setting]]:
    """Any values that the table takes."""

    def one(name: str) -> st.SearchStrategy[Setting]:
        row = TABLE[name]
        if row.kind == "number":
            return st.floats(row.low, row.high)
        return st.booleans() if row.kind == "switch" else st.sampled_from(row.choices)

    return st.fixed_dictionaries(
        {}, optional={name: one(name) for name, row in TABLE.items() if row.kept}
    )


@given(settings(), st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Setting], generator: str
) -> None:
    path = tmp_path_factory.mktemp("presets") / "look.toml"
    write_preset(Preset("look", generator, values=values), path)
    again = read_preset(str(path))
    assert again.values == values
    assert again.generator == generator
    assert again.warnings == ()


def test_a_preset_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "look.toml"
    write_preset(Preset("look", "old"), path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(PresetError, match="No space left"):
        write_preset(Preset("look", "new"), path)
    assert read_preset(str(path)).generator == "old"
    assert list(tmp_path.iterdir()) == [path], "no half-written file stays behind"
