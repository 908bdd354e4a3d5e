"""Refuses what the command line does not take, and says what was meant where that is plain."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from livegan.errors import UsageError

_COMMANDS_ELSEWHERE = {"help": "--help", "play": "run", "start": "run", "list": "presets"}
_OPTIONS_ELSEWHERE = {
    "--camera": "--source camera:0",
    "--duration": "--seconds",
    "--input": "--source",
    "--model": "--generator",
    "--out": "--sink",
    "--output": "--sink",
    "--port": "--osc",
    "--record": "--sink take.mp4",
}
"""What other programs call it, and livegan."""
_FILMS = (".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v")


def refuse_misspelt(word: str, commands: Sequence[str]) -> None:
    """Refuse a first word that is almost a command.

    Args:
        word: as typed; a preset may be called so.
        commands: their names.

    Raises:
        UsageError: it is.
    """
    near = difflib.get_close_matches(word, commands, n=1, cutoff=0.75)
    meant = _COMMANDS_ELSEWHERE.get(word) or "".join(near)
    if meant and not word.startswith("-") and not _is_preset(word):
        raise UsageError(f"no command or preset is called {word!r}; did you mean {meant}?")


def refuse_other_than_preset(word: str) -> None:
    """Refuse a word in the place of a preset that stands for something else.

    Raises:
        UsageError: it does.
    """
    if not _is_preset(word) and (meant := _meant_by(word)):
        raise UsageError(f"{word!r} is no preset; did you mean {meant}?")


def refuse_left(command: str, left: Sequence[str], options: Sequence[str]) -> NoReturn:
    """Refuse arguments that a command does not take.

    Args:
        command: its name.
        left: what was typed besides what it takes.
        options: the long options that it takes, such as `--source`.

    Raises:
        UsageError: always.
    """
    word, _, _ = left[0].partition("=")
    if word == "--preset":  # render and bench take it, as they have other things to name
        raise UsageError(f"{command} takes a preset by its name alone: livegan pearl")
    meant = _OPTIONS_ELSEWHERE.get(word) or _meant_by(word)
    if word.startswith("--") and not meant:
        bare = [option[2:] for option in options]  # with their dashes all are alike
        meant = "".join(f"--{one}" for one in difflib.get_close_matches(word[2:], bare, n=1))
    if meant and meant.split()[0] in options:
        cure = f"did you mean {meant}?"
    elif command == "run" and _is_preset(word):
        cure = "it begins with one preset, and TAB goes on to the next"
    elif options == ["--help"]:
        cure = "leave it out"
    else:
        cure = f"livegan {command} --help says what it takes"
    raise UsageError(f"{command} does not take {' '.join(left)}; {cure}")


def refuse_empty(arguments: argparse.Namespace, options: Sequence[str]) -> None:
    """Refuse what names nothing, as a script types it whose variable is not set.

    Args:
        arguments: as they were read.
        options: the long options of the command; what else it takes, it knows by its place.

    Raises:
        UsageError: there is such an argument.
    """
    for name, value in vars(arguments).items():
        given = value if isinstance(value, list) else [value]
        if any(isinstance(one, str) and not one.strip() for one in given):
            option = f"--{name.replace('_', '-')}"
            what = option if option in options else f"the {name}"
            cure = "" if name in ("input", "output") else ", or leave it out"
            raise UsageError(f"{what} is empty; say which{cure}")


def _is_preset(word: str) -> bool:
    from livegan.presets import list_presets

    return word in list_presets()


def _meant_by(word: str) -> str:
    """The word after the option that was left out before it; "" where that is not plain."""
    suffix = Path(word).suffix.lower()
    if suffix == ".onnx":
        return f"--generator {word}"
    if suffix == ".toml" or word.startswith("-"):
        return ""
    named = word in ("auto", "camera", "pattern") or word.startswith("camera:")
    if named or suffix in _FILMS or os.path.exists(os.path.expanduser(word)):
        return f"--source {word}"
    return ""
