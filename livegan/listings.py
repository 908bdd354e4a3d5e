"""What there is: devices, looks, parameters."""

from __future__ import annotations

import argparse
import platform

from livegan.errors import MissingExtraError, PresetError, SinkError
from livegan.parameters import reference
from livegan.presets import IDENTITY, list_presets, read_preset


def presets(_: argparse.Namespace) -> int:
    """List the looks by their places, which `preset.load` takes too."""
    for place, name in enumerate(list_presets()):
        print(f"{place:3}  {name:20} {_painted(name)}")
    return 0


def _painted(name: str) -> str:
    """What paints, or, of a file that somebody wrote, what is wrong with it."""
    try:
        preset = read_preset(name)
    except PresetError as error:
        return str(error)
    return (preset.conditioner or "") if preset.generator == IDENTITY else preset.generator


def parameters(options: argparse.Namespace) -> int:
    """List what can be played."""
    if options.markdown:
        print(reference.markdown(), end="")
        return 0
    for name, row in reference.named_rows():
        print(f"{name:26} {row.range_text:24} {row.default_text:8} {row.description}")
    return 0


def devices(_: argparse.Namespace) -> int:
    """List cameras, displays, virtual cameras and MIDI ports, as they are named to `--source`,
    `--display`, `--sink` and `--midi`."""
    from livegan.sources import list_cameras

    cameras = list_cameras()
    for camera in cameras:
        print(f"camera:{camera.index}  {camera.name}  ({camera.backend})")
    if not cameras:
        print("no camera")
    for line in _displays() + _virtual_cameras() + _midi_ports():
        print(line)
    return 0


def _displays() -> list[str]:
    from livegan.sinks.window import list_displays

    try:
        return [str(display) for display in list_displays()] or ["no display"]
    except SinkError as error:
        return [str(error)]


def _midi_ports() -> list[str]:
    from livegan.control.midi.plugs import named_ports
    from livegan.control.midi.system import System

    try:
        inputs, outputs = System().names()
    except (MissingExtraError, ImportError, OSError) as error:
        return [f"no MIDI port; {error}"]
    shows = named_ports(outputs, ())
    ports = [
        f"midi  {name}" + ("  (and shows values)" if name in shows else "")
        for name in named_ports(inputs, ())
    ]
    return ports or ["no MIDI port"]


def _virtual_cameras() -> list[str]:
    from livegan.sinks.virtual_devices import LOOPBACK_CURE, OBS_CURE, list_loopbacks

    system = platform.system()
    if system != "Linux":
        return [f"virtual-camera  of OBS; if it is not there, {OBS_CURE.get(system, 'find one')}"]
    lines = [
        f"virtual-camera:{device.path}  {device.label}" + ("  (in use)" if device.sent else "")
        for device in list_loopbacks()
    ]
    return lines or [f"no virtual camera; {LOOPBACK_CURE}"]
