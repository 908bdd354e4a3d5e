"""A look, as a TOML file: which generator paints, and the values that differ from the defaults.

    schema = 1
    generator = "mona-lisa"        # a name in engines/, a path from this file, or "identity"
    conditioner = "canny"          # only where the generator is "identity": what it is shown

    [face_mesh]                    # one table for each group that `livegan parameters` lists
    line_width = 2.0

Where values of the group `generator` are set too, its name stands among them:

    [generator]
    name = "mona-lisa"
    mix = 0.8
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from livegan.errors import ModelError, ParameterError, PresetError
from livegan.files import write_atomically
from livegan.parameters import TABLE, Setting, find
from livegan.shipped import shipped

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = 1
IDENTITY = "identity"
CONDITIONERS = ("face_mesh", "canny", "grayscale", "plain", "latent")
"""The kinds of `conditioners.opening.KINDS`, whose classes would load OpenCV; a test compares."""
_NAME = re.compile(r"[A-Za-z0-9 _.-]{1,64}")
_LARGEST_BYTES = 1 << 20
"""A preset is a page of text; what is larger is something else by mistake."""


@dataclass(frozen=True)
class Preset:
    """A look.

    Args:
        name: the file's name without its ending.
        generator: a name in engines/, a path to an .onnx from the preset's folder, or "identity".
        conditioner: what an identity generator is shown; None where the generator has a card.
        values: parameter values that differ from the defaults.
        path: the file that it was read from, None if it was made in memory.
        warnings: what was passed over or clamped on reading, one line each.
    """

    name: str
    generator: str
    conditioner: str | None = None
    values: Mapping[str, Setting] = field(default_factory=dict)
    path: Path | None = None
    warnings: tuple[str, ...] = ()


def list_presets() -> list[str]:
    """The names of the shipped presets, sorted."""
    return sorted(path.stem for path in shipped("presets").glob("*.toml"))


def find_preset(name: str) -> Path:
    """The file of a preset.

    Args:
        name: a shipped preset's name, or a path that ends in .toml.

    Raises:
        PresetError: there is none; the message names the nearest, or all.
    """
    if name.endswith(".toml"):
        path = Path(name).expanduser()
        if path.is_file():
            return path
        hint = f"; did you mean {path.stem}?" if path.stem in list_presets() else ""
        raise PresetError(f"preset {name}: there is no such file{hint}")
    # A name never leaves the folder of presets, wherever it comes from.
    path = shipped("presets") / f"{name}.toml"
    if _NAME.fullmatch(name) and path.is_file():
        return path
    known = list_presets()
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
    raise PresetError(f"no preset is called {name!r}; {hint}")


def read_preset(name: str) -> Preset:
    """Read a preset by its name or path.

    Unknown keys are passed over and numbers out of range are clamped, each with a line in
    `warnings` that names file, key, value and range.

    Raises:
        PresetError: there is no such preset, it is not TOML, it is of another schema, or a value
            has the wrong type.
    """
    path = find_preset(name)
    table = read_toml(path)
    schema = table.pop("schema", None)
    if type(schema) is not int or schema != SCHEMA:
        raise PresetError(f"{path}: schema is {schema!r}, wanted {SCHEMA}")
    generator = _take_name(table)
    if not isinstance(generator, str) or not generator:
        raise PresetError(f'{path}: generator is {generator!r}, wanted a name such as "mona-lisa"')
    conditioner = table.pop("conditioner", None)
    _check_conditioner(path, generator, conditioner)
    values, warnings = read_values(path, table)
    return Preset(path.stem, generator, conditioner, values, path, tuple(warnings))


def write_preset(preset: Preset, path: Path) -> None:
    """Write a preset; a crash half-way leaves the old file as it was.

    Raises:
        PresetError: the file cannot be written.
    """
    named = toml_text(preset.generator)
    in_group = any(TABLE[key].group == "generator" for key in preset.values if key in TABLE)
    lines = [f"schema = {SCHEMA}"] if in_group else [f"schema = {SCHEMA}", f"generator = {named}"]
    if preset.conditioner:
        lines.append(f"conditioner = {toml_text(preset.conditioner)}")
    for group, written in written_values(preset.values):
        lines += ["", f"[{group}]"]
        if group == "generator":
            lines.append(f"name = {named}")
        lines += written
    try:
        write_atomically(path, "\n".join(lines) + "\n")
    except OSError as error:
        raise PresetError(f"preset {path} cannot be written: {error.strerror}") from None


def find_generator(preset: Preset) -> Path:
    """The .onnx that a preset asks for.

    Raises:
        ModelError: there is none; the message lists those that ship.
    """
    if preset.generator.endswith(".onnx"):
        folder = preset.path.parent if preset.path else Path()
        path = folder / Path(preset.generator).expanduser()
    else:
        path = shipped("engines") / f"{preset.generator}.onnx"
        if not _NAME.fullmatch(preset.generator):
            raise ModelError(f"preset {preset.name}: {preset.generator!r} is no generator's name")
    if not path.is_file():
        known = sorted(engine.stem for engine in shipped("engines").glob("*.onnx"))
        raise ModelError(
            f"preset {preset.name}: there is no generator {path}; "
            f"shipped are: {', '.join(known) or 'none'}"
        )
    return path


def read_values(
    path: Path, table: Mapping[str, Any]
) -> tuple[dict[str, Setting], list[str]]:
    """Values as they stand in a file, in a table for each group.

    Returns:
        Those that can be kept, each inside its range; and a line for each that was passed over
        or clamped.

    Raises:
        PresetError: a value has the wrong type.
    """
    values: dict[str, Setting] = {}
    warnings = []
    for key, given in _flatten(table):
        try:
            parameter = find(key)
        except ParameterError as error:
            warnings.append(f"{path}: passed over: {error}")
            continue
        if not parameter.kept:
            warnings.append(f"{path}: passed over: {key} is nothing that a preset can hold")
            continue
        try:
            accepted = parameter.accept(given)
        except ParameterError as error:
            raise PresetError(f"{path}: {error}") from None
        if accepted != given:
            wanted = parameter.range_text
            warnings.append(f"{path}: {key} is {given}, taken as {accepted:g} ({wanted})")
        values[key] = accepted
    return values, warnings


def written_values(values: Mapping[str, Setting]) -> Iterator[tuple[str, list[str]]]:
    """Values as a file holds them: each group with its lines, in the order of the table, so that
    every file reads alike."""
    for group, names in groupby(
        (name for name in TABLE if name in values), lambda name: TABLE[name].group
    ):
        yield group, [f"{name.partition('.')[2]} = {_toml_value(values[name])}" for name in names]


def read_toml(path: Path) -> dict[str, Any]:
    """A small file of TOML.

    Raises:
        PresetError: it can't be read, is no TOML, or is larger than anything that people write.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise PresetError(f"{path}: larger than 1 MiB, this is no preset")
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return table
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, lists in lists
        reason = " ".join(str(error).split())
        raise PresetError(f"{path}: not TOML: {reason}") from None
    except OSError as error:
        raise PresetError(f"{path}: cannot be read: {error.strerror}") from None


def _take_name(table: dict[str, Any]) -> object:
    """Take the generator's name out of the table, and leave the values of its group there."""
    generator = table.pop("generator", None)
    if not isinstance(generator, dict):
        return generator
    name = generator.pop("name", None)
    table["generator"] = generator
    return name


def _check_conditioner(path: Path, generator: str, conditioner: object) -> None:
    if generator == IDENTITY and conditioner not in CONDITIONERS:
        wanted = ", ".join(CONDITIONERS)
        raise PresetError(f"{path}: conditioner is {conditioner!r}, wanted one of {wanted}")
    if generator != IDENTITY and conditioner is not None:
        raise PresetError(
            f"{path}: conditioner is {conditioner!r}, but the generator {generator!r} "
            "brings its own; leave that line out"
        )


def _flatten(table: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for group, content in table.items():
        if isinstance(content, dict):
            yield from ((f"{group}.{key}", value) for key, value in content.items())
        else:
            yield group, content


def _toml_value(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return toml_text(value) if isinstance(value, str) else repr(float(value))


def toml_text(text: str) -> str:
    """Text as TOML spells it."""
    # TOML's basic strings escape as JSON does, and DEL besides.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
