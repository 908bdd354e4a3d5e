"""Which sink a word on the command line means."""

from __future__ import annotations

from pathlib import Path

from livegan.errors import SinkError
from livegan.sinks.sink import Sink

RECORDING_SUFFIXES = (".mp4", ".mov", ".mkv")
"""What a recording's file may be called."""


def open_sink(spec: str, *, size: tuple[int, int], fps: float) -> Sink:
    """Open any sink but the window, which belongs to the main thread and is made by its owner.

    Args:
        spec: "virtual-camera", "virtual-camera:DEVICE", a path with one of `RECORDING_SUFFIXES`,
            or "null".
        size: height and width of the pictures that are coming, in pixels. A recording takes it
            as its own; a virtual camera has the size that video calls like, whatever comes.
        fps: how many pictures a second are coming; a virtual camera sends at that rate.

    Raises:
        SinkError: no sink is called that, or it cannot be opened.
    """
    kind, _, device = spec.partition(":")
    if spec == "null":
        from livegan.sinks.null import NullSink

        return NullSink()
    if kind == "virtual-camera":
        from livegan.sinks.virtual_camera import VirtualCamera

        return VirtualCamera(device or None, fps=fps)
    if Path(spec).suffix.lower() in RECORDING_SUFFIXES:
        from livegan.sinks.recording import Recording

        return Recording(spec, size=size, fps=fps)
    raise SinkError(
        f"sink {spec!r} is unknown; wanted window, virtual-camera, virtual-camera:DEVICE, null,"
        f" or a path ending in {', '.join(RECORDING_SUFFIXES)}"
    )
