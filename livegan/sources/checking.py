"""Refuses a source that is not there before a show begins, and says what may have been meant."""

from __future__ import annotations

import difflib
import os
import re
from contextlib import suppress
from pathlib import Path

from livegan.errors import SourceError

_HEAD_BYTES = 4096
_DEVICE = re.compile(r"/dev/video(\d+)")
_CAMERA = re.compile(r"(?:web)?cam(?:era)?[ _-]?(\d*)|(\d+)", re.IGNORECASE)


def is_device(spec: str) -> bool:
    """Whether it is no path."""
    return spec in ("auto", "camera", "pattern") or spec.startswith("camera:")


def check_source(spec: str) -> None:
    """Refuse a live source that can be seen at a glance to be wrong; the rest is told as it opens.

    What it loads, the source needs as well: the first picture comes no later for it.

    Args:
        spec: as people type it.

    Raises:
        SourceError: there is no such camera, file or folder, or it holds text, or nothing.
    """
    if spec in ("auto", "pattern"):
        return
    if is_device(spec):
        _check_camera(spec.removeprefix("camera").removeprefix(":").strip())
        return
    check_path(spec)
    path = Path(spec).expanduser()
    if path.is_dir():
        _check_folder(path)
    elif path.is_file() and _is_text(path):  # no pipe, which can be read only once
        # A film takes 0.1 s to be opened, as some of it is decoded: so it is opened only once.
        from livegan.sources.opening import open_source

        open_source(spec).close()


def check_path(spec: str, *, live: bool = True) -> None:
    """Refuse what is neither a file nor a folder.

    Args:
        spec: as people type it.
        live: whether a camera may have been meant.

    Raises:
        SourceError: it is so.
    """
    device = _DEVICE.fullmatch(spec)
    if device:
        raise SourceError(f"{spec} is a camera's device; name the camera: camera:{device[1]}")
    if "://" in spec:
        raise SourceError(f"{spec} is an address; livegan plays files and cameras: fetch it first")
    path = Path(spec).expanduser()
    if path.exists():
        return
    if path.suffix or len(path.parts) > 1:  # no name of anything but a file
        raise SourceError(f"no such file or folder: {spec}; {_near(path)}")
    if not live:
        wanted = "wanted a clip, a folder of pictures or pattern"
        raise SourceError(f"no such file or folder: {spec}; {wanted}")
    camera = _CAMERA.fullmatch(spec)
    if camera:
        number = camera[1] or camera[2]
        meant = f"camera:{number}" if number else "camera"
        raise SourceError(f"no such file or folder: {spec}; did you mean {meant}?")
    raise SourceError(
        f"no such file or folder: {spec}; a camera is camera:0 or camera:NAME, "
        "and there is pattern"
    )


def _near(path: Path) -> str:
    """What helps where a file is missing."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    names: list[str] = []
    with suppress(OSError):
        names = os.listdir(path.parent)
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.8)
    if near:
        return f"did you mean {path.with_name(near[0])}?"
    return f"{path.parent.resolve()} has none of that name"


def _check_folder(path: Path) -> None:
    from livegan.sources.pictures import SUFFIXES, pictures_at

    with suppress(OSError):
        if any(entry.suffix.lower() in SUFFIXES for entry in path.iterdir()):
            return
    pictures_at(path)  # it says what is wrong


def _is_text(path: Path) -> bool:
    """Whether a file begins as no film does, but for lists of films."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:  # which is told as it is opened
        return False
    return b"\0" not in head and "\ufffd" not in head[:-3].decode(errors="replace")


def _check_camera(which: str) -> None:
    from livegan.sources.camera_names import NO_CAMERA, choose_camera, list_cameras

    cameras = list_cameras()
    if which:
        choose_camera(which, cameras)
    elif not cameras:
        raise SourceError(NO_CAMERA)
