"""Which sink a word on the command line means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from livegan.errors import SinkError
from livegan.sinks.desktop import require_desktop
from livegan.sinks.sink import Sink
from livegan.sinks.virtual_devices import check_device
from livegan.takes import check_place

RECORDING_SUFFIXES = (".mp4", ".mov", ".mkv")
"""What a recording's file may be called."""


def is_recording(spec: str) -> bool:
    """Whether a sink is a film in a file."""
    return Path(spec).suffix.lower() in RECORDING_SUFFIXES and _kind(spec) != "virtual-camera"


def check_sinks(specs: Iterable[str], *, source: str) -> None:
    """Refuse what can be seen to be wrong before anything is opened.

    Args:
        specs: what people type; "window" too.
        source: what they type for the source.

    Raises:
        SinkError: no sink is called that, there is no such virtual camera, a recording can't go
            there or would go where the source comes from, or two are the same.
    """
    seen: dict[str, str] = {}
    for spec in specs:
        name = spec
        if is_recording(spec):
            check_film(spec, source=source)
            name = str(Path(spec).resolve())
        elif _kind(spec) == "virtual-camera":
            check_device(spec.partition(":")[2] or None)
        elif spec not in ("window", "null"):
            raise _unknown(spec)
        if name in seen:
            twice = spec if seen[name] == spec else f"{seen[name]} and {spec}"
            raise SinkError(f"{twice}: the same sink twice; name it once")
        seen[name] = spec


def check_window(display: str | None) -> None:
    """Refuse a window that can be seen to have no place.

    Args:
        display: what people type for it; None is any.

    Raises:
        SinkError: there is no display, none is called that, or more than one.
    """
    require_desktop()
    if display is not None:
        from livegan.sinks.displays import choose_display, list_displays

        choose_display(display, list_displays())


def check_film(spec: str, *, source: str) -> None:
    """Refuse a file that can't be written, or that would be read and written at once.

    Raises:
        SinkError: it is so.
    """
    film, clip = Path(spec), Path(source).expanduser()
    check_place(film)
    if film.exists() and clip.exists() and film.samefile(clip):
        raise SinkError(f"{spec} is the source too and would be lost; record to another file")


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
    if spec == "null":
        from livegan.sinks.null import NullSink

        return NullSink()
    if _kind(spec) == "virtual-camera":
        from livegan.sinks.virtual_camera import VirtualCamera

        return VirtualCamera(spec.partition(":")[2] or None, fps=fps)
    if is_recording(spec):
        from livegan.sinks.recording import Recording

        return Recording(spec, size=size, fps=fps)
    raise _unknown(spec)


def _kind(spec: str) -> str:
    return spec.partition(":")[0]


def _unknown(spec: str) -> SinkError:
    return SinkError(
        f"sink {spec!r} is unknown; wanted window, virtual-camera, virtual-camera:DEVICE, null,"
        f" or a path ending in {', '.join(RECORDING_SUFFIXES)}"
    )
