"""What needs hardware is skipped, with its reason, where there is none."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


_NEEDS = {
    "display": (_has_display, "no display; xvfb-run starts a virtual one"),
    "camera": (lambda: any(Path("/dev").glob("video*")), "no camera"),
    "gpu": (lambda: shutil.which("nvidia-smi") is not None, "no NVIDIA GPU"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine can't run."""
    missing = {marker: reason for marker, (has, reason) in _NEEDS.items() if not has()}
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
