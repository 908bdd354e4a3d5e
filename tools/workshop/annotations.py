"""Faces that somebody has marked: a text file with a line of JSON for each picture.

    {"picture": "group.jpg", "boxes": [[120, 80, 64, 64], [300, 90, 58, 60]]}

A box is left, top, width, height in pixels of the picture. Other fields may stand beside these.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from livegan.conditioners.face_detector import FaceBox
from livegan.errors import UsageError


def read_annotations(path: Path) -> dict[str, list[FaceBox]]:
    """The boxes of each picture, by its name; a picture with several lines has all their boxes.

    Raises:
        UsageError: there is no such file, or a line of it is not as above.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}") from error
    boxes: dict[str, list[FaceBox]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            picture, faces = _read_line(line, f"{path}, line {number}")
            boxes.setdefault(picture, []).extend(faces)
    if not boxes:
        raise UsageError(f"{path} has no lines; wanted one of JSON for each picture")
    return boxes


def _read_line(line: str, where: str) -> tuple[str, list[FaceBox]]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {error}") from error
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("picture"), str)
        or not isinstance(entry.get("boxes"), list)
    ):
        raise UsageError(f'{where}: wanted {{"picture": "NAME", "boxes": [[x, y, w, h], ...]}}')
    return entry["picture"], [_read_box(box, where) for box in entry["boxes"]]


def _read_box(box: Any, where: str) -> FaceBox:
    numbers = box if isinstance(box, list) else []
    sound = all(type(n) in (int, float) and math.isfinite(n) for n in numbers)
    if len(numbers) != 4 or not sound or not (numbers[2] > 0 and numbers[3] > 0):
        raise UsageError(f"{where}: {box} is no box; wanted [left, top, width, height] in pixels")
    left, top, width, height = map(float, numbers)
    return FaceBox(left, top, width, height, 1.0)
