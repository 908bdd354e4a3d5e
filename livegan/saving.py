"""Keeps what plays as a preset of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from livegan.decks import OF_A_LOOK, Loaded
from livegan.errors import PresetError
from livegan.parameters import TABLE, Values
from livegan.presets import Preset, find_generator, list_presets, write_preset
from livegan.shipped import shipped
from livegan.takes import claim

MOST = 500
"""Presets in the folder: whoever may play must not fill a disk by it."""
LONGEST = 60
"""In characters; a number may still be put behind."""
OF_THE_STAGE = (
    "source.mirror",
    "source.zoom",
    "source.pan_x",
    "source.pan_y",
    "output.mirror",
    "output.brightness",
    "output.hue",
    *(name for name, row in TABLE.items() if row.group == "lfo"),
)
"""What is kept of the stage, and what swings: nothing that darkens or freezes, and no delay."""
_NEW = re.compile(rf"(?!\d+$)[A-Za-z0-9_][A-Za-z0-9 _.-]{{0,{LONGEST - 1}}}(?<![ .])(?<!\.toml)")
_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d) *(\..*)?", re.IGNORECASE)
"""Devices, whatever folder they are looked for in."""
_NUMBER = re.compile(r"-\d{1,2}$")


def what_plays(loaded: Loaded, values: Values, name: str) -> Preset:
    """What plays, as a preset: its generator, and what it takes to look the same.

    Args:
        loaded: the deck in front.
        values: what is played.
        name: of the preset.
    """
    settings = loaded.look.settings
    kept = {
        one: values[one]
        for one in (*OF_A_LOOK, *OF_THE_STAGE)
        if values[one] != settings.get(one, TABLE[one].default)
    }
    return replace(loaded.preset, name=name, values=kept, warnings=())


def check_new(name: str) -> None:
    """Refuse what no preset may be called.

    Raises:
        PresetError: it could leave the folder, is no file's name on every system, or would be
            taken for a place in the list.
    """
    if not _NEW.fullmatch(name) or _OF_WINDOWS.fullmatch(name):
        raise PresetError(
            f"no preset can be called {name!r}; wanted up to {LONGEST} letters from a to z, digits,"
            ' blanks, and "_.-" inside it, and not a number alone'
        )


def save(preset: Preset) -> Preset:
    """Write a preset beside those that are there; none of them is written over.

    Args:
        preset: its name is the one to write it under; where that is taken a number is put behind.

    Returns:
        It under its name, as it would be read again.

    Raises:
        PresetError: it can't be called so, the folder can't be written to, or is full.
    """
    check_new(preset.name)
    if preset.generator.endswith(".onnx"):  # it is named from the folder of another preset
        preset = replace(preset, generator=str(find_generator(preset).resolve()))
    folder = shipped("presets")
    if len(list_presets()) >= MOST:
        raise PresetError(f"there are {MOST} presets, no more are saved; move some out of {folder}")
    # Names that differ in case alone are one file's on Windows and macOS.
    alike = {name.lower(): name for name in list_presets()}
    name = alike.get(preset.name.lower(), preset.name)
    if name in alike.values():
        name = _NUMBER.sub("", name)
    try:
        folder.mkdir(exist_ok=True)
        path: Path = claim(folder / f"{name}.toml")
    except OSError as error:
        raise PresetError(f"no preset can be saved in {folder}: {error.strerror}") from None
    try:
        write_preset(preset, path)
    except PresetError:
        path.unlink(missing_ok=True)
        raise
    return replace(preset, name=path.stem, path=path)
