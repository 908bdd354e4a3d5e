"""Devices for the tests of the sinks."""

from __future__ import annotations

import pytest
import pyvirtualcam.camera  # type: ignore[import-untyped]
from sinks.helpers import FakeCamera

from livegan.sinks import virtual_camera


@pytest.fixture
def fake_camera(monkeypatch: pytest.MonkeyPatch) -> type[FakeCamera]:
    """Makes pyvirtualcam find a fake device, and no other, on a machine without any."""
    monkeypatch.setattr(pyvirtualcam.camera, "BACKENDS", {"fake": FakeCamera})
    monkeypatch.setattr(virtual_camera, "list_loopbacks", list)
    monkeypatch.setattr(FakeCamera, "opened", [])
    monkeypatch.setattr(FakeCamera, "refusal", None)
    return FakeCamera
