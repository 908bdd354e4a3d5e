"""`livegan bench` as people type it, on a machine without a display."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_onnx import write_generator

from livegan.cli import main
from livegan.sources.opening import bundled_clip


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "livegan", "bench", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )


def test_against_the_classic_way_tells_the_ratio_and_what_was_compared(tmp_path: Path) -> None:
    generator = write_generator(tmp_path / "reverse.onnx")
    figures = tmp_path / "figures.json"
    done = bench(
        "--against", "eager", "--generator", generator, "--seconds", 0.4, "--json", figures
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    block, ours, rendered, theirs, *ratios = done.stdout.splitlines()
    assert block.startswith("1 of 1")
    assert "64 x 64, openvino CPU" in ours and "for want of a display" in ours
    assert "as `livegan render` does" in rendered
    assert "54.4 M parameters" in theirs and "fp32" in theirs
    data = json.loads(figures.read_text())
    for name, told in zip(("livegan", "rendered"), ratios, strict=True):
        ratio = data["ratios"][name]
        assert ratio["min"] <= ratio["median"] <= ratio["max"]
        assert f"{ratio['median']:.1f}  {name} over classic" in told
        rates = [data["ways"][way]["fps"] for way in (name, "classic")]
        assert ratio["median"] == pytest.approx(rates[0] / rates[1], rel=0.02)


def test_generators_are_listed_with_their_times_or_why_not(tmp_path: Path) -> None:
    generator = write_generator(tmp_path / "reverse.onnx")
    figures = tmp_path / "figures.json"
    done = bench("--generators", "--generator", generator, "--seconds", 0.2, "--json", figures)
    assert done.returncode == 0, done.stderr
    heading, exact, *others = done.stdout.splitlines()
    assert heading.split()[-2:] == ["grey", "levels"]
    assert exact.startswith("openvino CPU f32")
    told = json.loads(figures.read_text())["generators"]
    assert told[0]["off_by_levels"] == {"mean": 0, "max": 0}
    assert len(told) == 1 + len(others) > 3
    assert all("generate_ms" in one or one["not_here"] for one in told)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--soak", "1"], "'1' is no whole number of minutes from 2 on"),
        (["--soak", "2.5"], "'2.5'"),
        (["--soak", "3", "--seconds", "9"], "--soak says how long"),
        (["--soak", "3", "--generators"], "not allowed with"),
        (["--changes", "--seconds", "9"], "--changes takes half a minute"),
        (["--against", "tensorflow"], "'tensorflow'"),
        (["--generators", "--preset", "edges"], "preset edges has no generator"),
        (["--against", "eager", "--source", "pattern"], "pattern is no film"),
    ],
)
def test_mistakes_are_told_in_a_line(
    capsys: pytest.CaptureFixture[str], typed: list[str], told: str
) -> None:
    assert main(["bench", *typed]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1 and told in errors[0]


def test_without_torch_the_line_that_installs_it_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "livegan.benchmarks.classic", raising=False)
    monkeypatch.delitem(sys.modules, "livegan.benchmarks.classic_unet", raising=False)
    assert main(["bench", "--against", "eager", "--source", str(bundled_clip())]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith('run: pip install -e ".[train]"')
