"""Where the presets and generators that come with livegan lie."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def shipped(kind: Literal["presets", "engines"]) -> Path:
    """The folder of shipped presets or generators.

    In a clone they lie beside the package, where people find and change them; an installed
    wheel carries them inside it.
    """
    beside = _PACKAGE.parent / kind
    # A folder of that name beside an installed package belongs to somebody else.
    in_clone = (_PACKAGE.parent / "pyproject.toml").is_file()
    return beside if in_clone else _PACKAGE / "_shipped" / kind
