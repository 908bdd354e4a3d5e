"""The two packages with NVIDIA's compiler in them, which have nearly one interface."""

from __future__ import annotations

import importlib
from collections import deque
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from livegan.errors import MissingExtraError

TARGETS = ("tensorrt", "tensorrt-rtx")
_MODULES = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx_bindings"}
_DISTRIBUTIONS = {
    "tensorrt": ("tensorrt", "tensorrt_cu13", "tensorrt_cu12"),
    "tensorrt-rtx": ("tensorrt_rtx_cu13_bindings", "tensorrt_rtx_cu12_bindings"),
}
_MOST_LINES = 64
_NAMES = {"tensorrt": "TensorRT", "tensorrt-rtx": "TensorRT-RTX"}


def installed_version(target: str) -> str | None:
    """The version of a target's package; None if it isn't installed. Loads nothing.

    Args:
        target: "tensorrt" or "tensorrt-rtx".
    """
    for distribution in _DISTRIBUTIONS[target]:
        with suppress(PackageNotFoundError):
            return version(distribution)
    return None


def load_package(target: str) -> Any:
    """The module of a target's package.

    Args:
        target: "tensorrt" or "tensorrt-rtx".

    Raises:
        MissingExtraError: it isn't installed, or can't be loaded; the message has the cure.
    """
    try:
        return importlib.import_module(_MODULES[target])
    except (ImportError, OSError) as error:  # TensorRT looks for its libraries by itself
        raise MissingExtraError(
            f"{_NAMES[target]} can't be loaded ({' '.join(str(error).split())});"
            f' run: pip install -e ".[{target}]"'
        ) from error


class Complaints:
    """What a package's logger is told, to be told on: its calls only say that they failed.

    Args:
        package: what `load_package` gave.
    """

    def __init__(self, package: Any) -> None:
        lines: deque[str] = deque(maxlen=_MOST_LINES)
        grave = (package.ILogger.INTERNAL_ERROR, package.ILogger.ERROR)

        class Listener(package.ILogger):  # type: ignore[misc]
            def __init__(self) -> None:
                package.ILogger.__init__(self)

            def log(self, severity: Any, text: str) -> None:
                if severity in grave:
                    lines.append(" ".join(text.split()))

        self.logger = Listener()
        self._lines = lines

    def told(self) -> str:
        """The first complaint since this was last asked; others follow from it."""
        first = self._lines[0] if self._lines else "no reason given"
        self._lines.clear()
        return first
