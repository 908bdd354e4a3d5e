"""What the listings say."""

from __future__ import annotations

import argparse

import pytest

from livegan import listings
from livegan.parameters import TABLE


def test_numbered_parameters_take_one_line_and_all_others_are_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert listings.parameters(argparse.Namespace(markdown=False)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("latent.1 to latent.32 ") for line in lines) == 1
    numbered = [name for name in TABLE if name.rpartition(".")[2].isdecimal()]
    assert len(numbered) == 32 and len(lines) == len(TABLE) - len(numbered) + 1
    names = {line.split()[0] for line in lines}
    assert names >= set(TABLE) - set(numbered)
