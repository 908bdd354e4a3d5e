"""What there is: devices, looks, parameters."""

from __future__ import annotations

import argparse

from livegan.errors import SinkError
from livegan.parameters import TABLE, Setting
from livegan.presets import IDENTITY, list_presets, read_preset


def presets(_: argparse.Namespace) -> int:
    """List the looks."""
    for name in list_presets():
        preset = read_preset(name)
        painted = preset.conditioner if preset.generator == IDENTITY else preset.generator
        print(f"{name:20} {painted}")
    return 0


def parameters(_: argparse.Namespace) -> int:
    """List what can be played."""
    for row in TABLE.values():
        print(f"{row.name:24} {row.range_text:24} {_text(row.default):14} {row.description}")
    return 0


def devices(_: argparse.Namespace) -> int:
    """List cameras and displays."""
    from livegan.sources import list_cameras

    cameras = list_cameras()
    for camera in cameras:
        print(f"camera:{camera.index}  {camera.name}  ({camera.backend})")
    if not cameras:
        print("no camera")
    for line in _displays():
        print(line)
    return 0


def _displays() -> list[str]:
    from livegan.sinks.window import list_displays

    try:
        return [str(display) for display in list_displays()] or ["no display"]
    except SinkError as error:
        return [str(error)]


def _text(value: Setting) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else f"{value:g}"
