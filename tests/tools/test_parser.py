"""A mistake in what is typed after a tool's name is one line, and exit code 2."""

from __future__ import annotations

import importlib

import pytest

TOOLS = (
    "compile", "dataset", "evaluate", "export", "import_checkpoint", "motion", "portrait", "train",
)  # fmt: skip


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("typed", [["--nonsense"], ["no", "such", "--option"]])
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], tool: str, typed: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        importlib.import_module(tool).main(typed)
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tool}: ")
    assert f"{tool}.py" in line and line.endswith("--help says what it takes")


def test_a_mistake_after_a_subcommand_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        importlib.import_module("dataset").main(["video", "--nonsense"])
    (line,) = capsys.readouterr().err.splitlines()
    assert "dataset.py video --help says what it takes" in line
