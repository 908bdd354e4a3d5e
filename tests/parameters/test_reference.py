"""The reference page."""

from __future__ import annotations

from pathlib import Path

import livegan
from livegan.parameters import TABLE, reference

PAGE = Path(livegan.__file__).with_name("PARAMETERS.md")


def test_the_page_in_the_package_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.markdown(), (
        "write it again: livegan parameters --markdown > livegan/PARAMETERS.md"
    )


def test_every_parameter_is_on_it() -> None:
    lines = reference.markdown().splitlines()
    for name, row in TABLE.items():
        if not name.rpartition(".")[2][0].isdecimal():
            (line,) = [one for one in lines if one.startswith(f"| `{name}` ")]
            assert row.description in line
