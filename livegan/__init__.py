"""A camera goes in, a drawing is made of it, a generator paints the drawing: live.

The names below are what other programs may build on; each loads its libraries when it is first
used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livegan.errors import LiveganError, UsageError
    from livegan.frames import Frame, Mailbox
    from livegan.generators import load_generator
    from livegan.model_card import ModelCard, read_card
    from livegan.parameters import Values
    from livegan.performance import Performance
    from livegan.presets import Preset, read_preset
    from livegan.sinks import open_sink
    from livegan.sources import open_source

_HOMES = {
    "Frame": "livegan.frames",
    "LiveganError": "livegan.errors",
    "Mailbox": "livegan.frames",
    "ModelCard": "livegan.model_card",
    "Performance": "livegan.performance",
    "Preset": "livegan.presets",
    "UsageError": "livegan.errors",
    "Values": "livegan.parameters",
    "load_generator": "livegan.generators",
    "open_sink": "livegan.sinks",
    "open_source": "livegan.sources",
    "read_card": "livegan.model_card",
    "read_preset": "livegan.presets",
}

__all__ = [
    "Frame",
    "LiveganError",
    "Mailbox",
    "ModelCard",
    "Performance",
    "Preset",
    "UsageError",
    "Values",
    "load_generator",
    "open_sink",
    "open_source",
    "read_card",
    "read_preset",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'livegan' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
