"""Opens the source that a user names."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from livegan.errors import SourceError
from livegan.sources.checking import check_path, is_device
from livegan.sources.source import Source

# Each kind of source brings a library of its own, so each is imported as it is opened: a clip
# plays without the 100 ms that it takes to look for cameras.
if TYPE_CHECKING:
    from livegan.sources.camera_names import CameraIdentity

logger = logging.getLogger("livegan")


def bundled_clip() -> Path:
    """The performer clip that comes with livegan and plays where there is no camera."""
    return Path(__file__).resolve().parents[1] / "media" / "performer.mp4"


def open_source(
    spec: str | CameraIdentity,
    *,
    size: tuple[int, int] | None = None,
    fps: float | None = None,
    live: bool = True,
) -> Source:
    """Open a source.

    Args:
        spec: "auto", "camera", "camera:0", "camera:PART OF ITS NAME", "pattern", a file or a
            folder; or the identity of a camera that was open before. "auto" is the first camera
            that gives a frame, else the bundled clip; the description says which.
        size: (height, width) in pixels to ask of a camera (by default 720 x 1280) or of the
            pattern; files keep their own.
        fps: frames a second to ask of a camera (by default 30), of a folder of pictures or of
            the pattern; clips keep their own.
        live: paced in real time and endless. Otherwise every frame once, without waiting, then
            `SourceEnded`; "auto" is the bundled clip then.

    Raises:
        SourceError: it cannot be opened.
        SourceLost: the camera of that identity is not plugged in.
    """
    if size is not None and min(size) < 1:
        raise SourceError(f"source size is {size[0]} x {size[1]}, wanted at least 1 x 1")
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise SourceError(f"source rate is {fps:g} fps, wanted more than 0")
    if spec == "auto":
        return _open_any(size, fps) if live else _open_path(bundled_clip(), fps, live)
    if not isinstance(spec, str) or spec == "camera" or spec.startswith("camera:"):
        if not live:
            raise SourceError(f"{spec} never ends; wanted a clip, a folder of pictures or pattern")
        return _open_camera(spec, size, fps)
    if spec == "pattern":
        from livegan.sources.pattern import Pattern

        return Pattern(size=size or (480, 640), fps=fps or 30.0, live=live)
    check_path(spec, live=live)
    return _open_path(Path(spec).expanduser(), fps, live)


def source_factory(
    spec: str, *, size: tuple[int, int] | None = None, fps: float | None = None
) -> Callable[[], Source]:
    """What opens a live source now, and the very same one again each time that it was lost.

    A camera is found again by its identity, never by its index: after it was unplugged another
    one may have that index. "auto" chooses once.

    Raises:
        SourceError: there is no such file or folder. All else is told as it is opened.
    """
    if not is_device(spec):
        check_path(spec)
    chosen: str | CameraIdentity = spec

    def open_it() -> Source:
        nonlocal chosen
        source = open_source(chosen, size=size, fps=fps)
        chosen = getattr(source, "identity", chosen)
        return source

    return open_it


def _open_path(path: Path, fps: float | None, live: bool, note: str = "") -> Source:
    from livegan.sources.pictures import SUFFIXES, Pictures

    if path.is_dir() or path.suffix.lower() in SUFFIXES:
        return Pictures(path, fps=fps, live=live)
    from livegan.sources.clip import Clip

    return Clip(path, live=live, note=note)


def _open_any(size: tuple[int, int] | None, fps: float | None) -> Source:
    try:
        return _open_camera("camera", size, fps)
    except SourceError as error:
        logger.info("%s", error)
    return _open_path(
        bundled_clip(), fps, True, note="no camera; playing the bundled performer clip"
    )


def _open_camera(
    spec: str | CameraIdentity, size: tuple[int, int] | None, fps: float | None
) -> Source:
    from livegan.sources.camera import DEFAULT_REQUEST, Camera, open_first_camera
    from livegan.sources.camera_names import choose_camera, find_again, list_cameras
    from livegan.sources.capture import Request

    request = Request(size or DEFAULT_REQUEST.size, fps or DEFAULT_REQUEST.fps)
    if not isinstance(spec, str):
        return Camera(find_again(spec, list_cameras()), request)
    which = spec.removeprefix("camera").removeprefix(":").strip()
    if not which:
        return open_first_camera(request)
    return Camera(choose_camera(which, list_cameras()), request)
