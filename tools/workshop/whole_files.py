"""Files that are there whole or not at all, whatever kills who writes them."""

from __future__ import annotations

import os
from pathlib import Path

from livegan.errors import UsageError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one move; who looks sees the old one or the new one.

    Raises:
        UsageError: the disk is full, or the folder is gone or may only be read.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from error
