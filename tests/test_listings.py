"""What the listings say."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from livegan import listings
from livegan.parameters import TABLE


def test_numbered_parameters_take_one_line_and_all_others_are_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert listings.parameters(argparse.Namespace(markdown=False)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("latent.1 to latent.32 ") for line in lines) == 1
    assert sum(line.startswith("lfo.1_rate to lfo.4_rate ") for line in lines) == 1
    after_the_first = {name for name in TABLE if re.match(r"latent\.\d|lfo\.[2-9]", name)}
    names = [line.split()[0] for line in lines]
    assert sorted(names) == sorted({*TABLE, "latent.1"} - (after_the_first - {"latent.1"}))


def test_presets_are_listed_by_their_places_whatever_stands_in_one_of_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livegan.presets.shipped", lambda kind: tmp_path)
    (tmp_path / "ada.toml").write_text('schema = 1\ngenerator = "ada"\n')
    (tmp_path / "broken.toml").write_text("no preset\n")
    (tmp_path / "lines.toml").write_text(
        'schema = 1\ngenerator = "identity"\nconditioner = "canny"\n'
    )
    assert listings.presets(argparse.Namespace()) == 0
    lines = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines] == [["0", "ada"], ["1", "broken"], ["2", "lines"]]
    assert (lines[0][2], lines[2][2]) == ("ada", "canny")
    assert "broken.toml: not TOML" in lines[1][2]
