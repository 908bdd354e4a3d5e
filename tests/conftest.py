"""What needs hardware is skipped, with its reason, where there is none."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from pathlib import Path

import pytest
from chromium import program


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


_COUNT = itertools.count()

_NEEDS = {
    "display": (_has_display, "no display; xvfb-run starts a virtual one"),
    "camera": (lambda: any(Path("/dev").glob("video*")), "no camera"),
    "browser": (lambda: program() is not None, "no Chromium; apt install chromium"),
    "gpu": (lambda: shutil.which("nvidia-smi") is not None, "no NVIDIA GPU"),
}


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("states")


@pytest.fixture(autouse=True)
def _own_state(_states: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test keeps what livegan keeps in a folder of its own, and nothing of the user's."""
    monkeypatch.setenv("LIVEGAN_STATE", str(_states / str(next(_COUNT))))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine can't run."""
    missing = {marker: reason for marker, (has, reason) in _NEEDS.items() if not has()}
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
