"""What the options that several commands take ask for."""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from livegan.errors import ModelError, UsageError
from livegan.left import Behind
from livegan.look import looks_of_a_show
from livegan.model_card import read_card
from livegan.parameters import Setting, read_assignment
from livegan.performance import Performance
from livegan.presets import IDENTITY, Preset, find_generator, read_preset
from livegan.shipped import shipped

DEFAULT_PRESET = "mona-lisa"
_OPTIONAL: Mapping[str, object] = {
    "osc": "off",
    "panel": "off",
    "osc_allow": [],
    "midi": ["off"],
    "face_out": None,
    "isolate": False,
}
"""What a show can do without, and how it is said that it does."""


def asked_look(options: argparse.Namespace) -> tuple[Preset, dict[str, Setting]]:
    """The preset and the values that hold whatever it says.

    Raises:
        UsageError: there is no such preset, generator or parameter, or the generator is none.
    """
    # First: of `--set NAME VALUE`, without =, the value is taken for a preset's name.
    overrides = dict(read_assignment(text) for text in options.set)
    named = options.preset or options.generator
    look = left_look if named else look_of  # what is not named may give way to what was left
    return look(options.preset, options.generator), overrides


def look_of(name: str | None, generator: str | None) -> Preset:
    """A preset.

    Args:
        name: its name or path; None is the one that livegan begins with.
        generator: the .onnx that paints in place of the preset's.

    Raises:
        UsageError: there is no such preset or generator.
    """
    if not generator:
        return read_preset(name or DEFAULT_PRESET)
    path = Path(generator).expanduser().resolve()
    if path.suffix != ".onnx":
        ours = shipped("engines") / f"{path.name}.onnx"
        cure = f"did you mean {ours}?" if ours.is_file() else "wanted a .onnx file"
        raise ModelError(f"--generator {generator}: {cure}")
    if not path.is_file():
        raise ModelError(f"--generator {generator}: there is no such file")
    base = read_preset(name) if name else Preset(path.stem, "")
    return dataclasses.replace(base, generator=str(path), conditioner=None)


def left_look(name: str | None, generator: str | None) -> Preset:
    """A preset, as `look_of` gives it, if its generator is one.

    Raises:
        UsageError: it can't.
    """
    preset = look_of(name, generator)
    if preset.generator != IDENTITY:
        read_card(find_generator(preset))
    return preset


def asked_performance(
    preset: Preset,
    overrides: Mapping[str, Setting],
    source: str,
    sinks: Sequence[str],
    *,
    isolate: bool = False,
    compile_missing: bool = False,
    exact: bool = False,
    behind: Behind | None = None,
) -> Performance:
    """The performance that is asked for, not yet begun.

    Args:
        preset, overrides: as `asked_look` gives them.
        source, sinks: as people type them.
        isolate, compile_missing, exact: as in `open_look`.
        behind: what comes back on the deck behind; None is nothing.

    Raises:
        SourceError: there is no such file or folder.
    """
    from livegan.sinks import open_sink
    from livegan.sources.opening import source_factory

    performance = Performance(
        preset,
        open_source=source_factory(source),
        open_sink=open_sink,
        sinks=sinks,
        overrides=overrides,
        make_look=looks_of_a_show(
            isolate=isolate, compile_missing=compile_missing, exact=exact
        ),
    )
    if behind:
        performance.repertoire.returning.ask(behind, left_look)
    return performance


def leave_out_options(options: argparse.Namespace) -> None:
    """Where `run` is to be safe, have it open nothing that a show can do without.

    Raises:
        UsageError: some of that is asked for.
    """
    if not options.safe:
        return
    for name, without in _OPTIONAL.items():
        asked = getattr(options, name)
        if asked and asked != without:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"--safe plays without what {option} asks for; leave one of them out")
        setattr(options, name, without)


def check_writable(path: str | None) -> None:
    """Refuse before the work what could only be told after it.

    Args:
        path: a file to write; None is fine.

    Raises:
        UsageError: it can't be written.
    """
    if path is None:
        return
    folder = Path(path).resolve().parent
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder; wanted a file to write")
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise UsageError(
            f"{path} cannot be written: the folder {folder} is not yours to write in, or is on a"
            " disk that is read only; name another"
        )
