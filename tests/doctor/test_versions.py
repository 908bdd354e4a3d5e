"""Which versions fit."""

from __future__ import annotations

import pytest

from livegan.doctor.versions import fits


@pytest.mark.parametrize(
    ("version", "wanted", "whether"),
    [
        ("1.26.4", "<2,>=1.26", True),
        ("2.0", "<2,>=1.26", False),
        ("2.0.0", "<2", False),
        ("1.25.9", ">=1.26", False),
        ("4.11.0.86", ">=4.11,<4.12", True),
        ("2.13.0+cu130", "==2.13.0", True),
        ("2.13", "==2.13.0", True),
        ("0.10.20", "==0.10.21", False),
        ("3.9.1", ">=3.10, <3.13", False),
        ("1.0", "!=1.0", False),
        ("1.1", ">1.0,<=1.1", True),
        ("7", "", True),
    ],
)
def test_versions_fit_or_do_not(version: str, wanted: str, whether: bool) -> None:
    assert fits(version, wanted) is whether
