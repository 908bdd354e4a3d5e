"""What the options that several commands take ask for."""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from livegan.errors import ModelError, UsageError
from livegan.look import open_look
from livegan.parameters import Setting, read_assignment
from livegan.performance import Performance
from livegan.presets import Preset, read_preset

DEFAULT_PRESET = "mona-lisa"


def asked_look(options: argparse.Namespace) -> tuple[Preset, dict[str, Setting]]:
    """The preset and the values that hold whatever it says.

    Raises:
        UsageError: there is no such preset, generator or parameter.
    """
    if options.generator:
        path = Path(options.generator).expanduser().resolve()
        if path.suffix != ".onnx":
            raise ModelError(f"--generator {options.generator}: wanted a .onnx file")
        if not path.is_file():
            raise ModelError(f"--generator {options.generator}: there is no such file")
        base = read_preset(options.preset) if options.preset else Preset(path.stem, "")
        preset = dataclasses.replace(base, generator=str(path), conditioner=None)
    else:
        preset = read_preset(options.preset or DEFAULT_PRESET)
    return preset, dict(read_assignment(text) for text in options.set)


def asked_performance(
    preset: Preset,
    overrides: Mapping[str, Setting],
    source: str,
    sinks: Sequence[str],
    *,
    isolate: bool = False,
    compile_missing: bool = False,
) -> Performance:
    """The performance that is asked for, not yet begun.

    Args:
        preset, overrides: as `asked_look` gives them.
        source, sinks: as people type them.
        isolate, compile_missing: as in `open_look`.

    Raises:
        SourceError: there is no such file or folder.
    """
    from livegan.sinks import open_sink
    from livegan.sources.opening import source_factory

    return Performance(
        preset,
        open_source=source_factory(source),
        open_sink=open_sink,
        sinks=sinks,
        overrides=overrides,
        make_look=partial(open_look, isolate=isolate, compile_missing=compile_missing),
    )


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
