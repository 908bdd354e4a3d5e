"""Presets and generators are found from a clone and from an installed wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from livegan import shipped as module
from livegan.shipped import shipped


def test_in_a_clone_they_lie_beside_the_package() -> None:
    root = Path(module.__file__).parents[1]
    assert shipped("presets") == root / "presets"
    assert shipped("engines") == root / "engines"


def test_installed_they_lie_inside_it_whatever_lies_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "livegan"
    (tmp_path / "site-packages" / "presets").mkdir(parents=True)
    monkeypatch.setattr(module, "_PACKAGE", package)
    assert shipped("presets") == package / "_shipped" / "presets"
