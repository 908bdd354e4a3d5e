"""A folder of pictures, played as a sequence, or one picture held still."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import cv2
import numpy as np

from livegan.errors import SourceError
from livegan.frames import Image
from livegan.sources.playback import Clock, SteadyPlayback

logger = logging.getLogger("livegan")

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"))
"""What a picture's name ends in, in lower case."""

_SEQUENCE_FPS = 25.0
_STILL_FPS = 30.0


def natural_key(path: Path) -> tuple[tuple[int, int | str], ...]:
    """Sorts names as people count: `face 2.png` before `face 10.png`."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


class Pictures(SteadyPlayback):
    """The pictures of a folder in natural order, or a single one.

    Args:
        path: a folder, or a picture.
        fps: pictures a second; by default 25 for a folder, 30 for a single picture.
        live: paced and looped for ever; otherwise each picture once, at once.
        clock: what it plays by.

    Raises:
        SourceError: there is no picture, or none of them can be read.
    """

    def __init__(
        self,
        path: Path,
        *,
        fps: float | None = None,
        live: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._paths = pictures_at(path)
        count = None if live else len(self._paths)
        rate = fps or (_SEQUENCE_FPS if len(self._paths) > 1 else _STILL_FPS)
        super().__init__(path.name, fps=rate, count=count, live=live, clock=clock)
        self._held: tuple[Path, Image] | None = None
        self._broken: set[Path] = set()
        first = next((image for image in map(self._load, self._paths) if image is not None), None)
        if first is None:
            one = self._paths == [path]
            what = f"{path} is no picture that" if one else f"none of the pictures in {path}"
            raise SourceError(f"{what} can be read")
        self._size = first.shape[0], first.shape[1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the first picture in pixels; the others may differ."""
        return self._size

    @property
    def description(self) -> str:
        """What was found, and how it plays."""
        height, width = self.size
        pictures = f"{len(self._paths)} pictures" if len(self._paths) > 1 else "a still picture"
        return f"{self.name}: {pictures}, {width}x{height} at {self.fps:g} fps"

    def _picture(self, index: int) -> Image | None:
        return self._load(self._paths[index % len(self._paths)])

    def _load(self, path: Path) -> Image | None:
        if self._held and self._held[0] == path:
            # A still picture is not decoded thirty times a second, and the last one that could
            # be read stays when all files go away.
            return self._held[1]
        if path in self._broken:
            return None
        image = read_picture(path)
        if image is None:
            self._broken.add(path)
            if len(self._paths) > 1:
                logger.warning("%s is not a picture that can be read; passed over", path)
            return None
        self._held = path, image
        return image


def read_picture(path: Path) -> Image | None:
    """Read one picture, turned upright as its EXIF data says.

    Returns:
        (H, W, 3) uint8 BGR, or None if it can't be read.
    """
    try:
        # Not cv2.imread, which cannot open a path outside the code page on Windows.
        data = np.fromfile(path, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error):
        return None
    return None if image is None else np.ascontiguousarray(image, np.uint8)


def pictures_at(path: Path) -> list[Path]:
    """The pictures of a folder in natural order; a file by itself.

    Raises:
        SourceError: the folder can't be read, or there is no picture in it.
    """
    if not path.is_dir():
        return [path]
    try:
        entries = [entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES]
    except OSError as error:
        raise SourceError(f"folder {path} cannot be read: {error.strerror}") from error
    # Names that begin with a dot are the system's own, such as macOS's ._ twins.
    paths = [entry for entry in entries if not entry.name.startswith(".")]
    if not paths:
        wanted = " ".join(sorted(SUFFIXES))
        raise SourceError(f"folder {path} holds no picture; wanted one of {wanted}")
    return sorted(paths, key=lambda entry: (natural_key(entry), entry.name))
