"""What goes wrong in a long training costs minutes, and one line says how to go on."""

from __future__ import annotations

import json
import math
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
import torch

import train
from workshop.budget import Budget
from workshop.checkpoint import checkpoints, newest_checkpoint
from workshop.recipes.live_recipe import LiveRecipe

TINY = ["--batch", "4", "--width", "8", "--depth", "2"]
Usage = namedtuple("Usage", "total used free")


def run(dataset: Path, out: Path, *more: str) -> int:
    return train.main([str(dataset), "--out", str(out), *TINY, *more])


def told(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "run.json").read_text(encoding="utf-8")))


def test_a_loss_that_is_no_number_ends_it_and_the_same_command_goes_on(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, real_step = tmp_path / "run", LiveRecipe.step

    def diverging(self: LiveRecipe, fraction: float) -> dict[str, float]:
        losses = real_step(self, fraction)
        return losses if self.steps != 8 else {**losses, "reconstruction": math.nan}

    monkeypatch.setattr(LiveRecipe, "step", diverging)
    command = ("--epochs", "2", "--save-epochs", "1")
    assert run(dataset, out, *command) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "reconstruction nan" in error and "goes on from step 6" in error
    assert f"python tools/train.py {dataset} --out {out}" in error
    monkeypatch.setattr(LiveRecipe, "step", real_step)
    assert run(dataset, out, *command) == 0
    assert told(out)["progress"]["steps"] == 12
    # The same chances would lead to the same end.
    assert told(out)["detours"] == 1 and told(out)["settings"]["seed"] == 0


def test_weights_that_are_no_numbers_are_not_saved(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, real_step = tmp_path / "run", LiveRecipe.step

    def breaking(self: LiveRecipe, fraction: float) -> dict[str, float]:
        losses = real_step(self, fraction)
        if self.steps == 12:
            with torch.no_grad():
                self.generator.head.weight[0] = math.inf
        return losses

    monkeypatch.setattr(LiveRecipe, "step", breaking)
    assert run(dataset, out, "--epochs", "2", "--save-epochs", "1") == 2
    assert "goes on from step 6" in capsys.readouterr().err
    assert [path.name for path in checkpoints(out)] == ["checkpoint-00000006.safetensors"]


def test_a_run_that_cannot_save_says_so_before_it_trains(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 10**6))
    monkeypatch.setattr(LiveRecipe, "step", lambda *_: pytest.fail("it trained"))
    assert run(dataset, tmp_path / "run", "--epochs", "2") == 2
    error = capsys.readouterr().err
    assert "has 1 MB free, 4 checkpoints need" in error and error.count("\n") == 1


def test_a_disk_that_fills_up_leaves_the_checkpoints_as_they_were(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "run"
    real_usage = shutil.disk_usage

    def filling(path: Path) -> Any:
        return Usage(10**9, 10**9, 10) if checkpoints(out) else real_usage(path)

    command = ("--epochs", "3", "--save-epochs", "1")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", filling)
        assert run(dataset, out, *command) == 2
    error = capsys.readouterr().err
    assert "MB free, a save need" in error and "goes on from step 6: python" in error
    assert newest_checkpoint(out) == out / "checkpoint-00000006.safetensors"
    assert run(dataset, out, *command) == 0
    assert told(out)["progress"]["steps"] == 18


@pytest.mark.parametrize("name", ["history.json", "preview.png", "run.json", "index.html"])
def test_a_file_that_finds_no_room_is_told_in_a_line_and_the_run_goes_on(
    name: str, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "run"
    assert run(dataset, out, "--epochs", "1") == 0
    before = (out / name).read_bytes()
    write_bytes = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if name in path.name:
            write_bytes(path, content[:10])
            raise OSError(28, "No space left on device")
        return write_bytes(path, content)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        assert run(dataset, out, "--epochs", "2") == 2
    error = capsys.readouterr().err
    assert f"can't write {out / name}: No space left" in error and error.count("\n") == 1
    assert (out / name).read_bytes() == before
    assert run(dataset, out, "--epochs", "2") == 0


def test_a_crash_says_how_to_go_on(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def crashing(self: LiveRecipe, fraction: float) -> dict[str, float]:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(LiveRecipe, "step", crashing)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        run(dataset, tmp_path / "run", "--epochs", "3")
    assert "crashed; " in (error := capsys.readouterr().err) and "python tools/train.py" in error


def test_a_longer_run_says_that_its_schedule_changed(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dataset, tmp_path / "run", "--epochs", "1") == 0
    assert run(dataset, tmp_path / "run", "--epochs", "2") == 0
    assert "the schedule spans 2 epochs now; it was 1 epochs" in capsys.readouterr().out
    assert told(tmp_path / "run")["progress"]["epochs"] == 2


def test_budgets_know_how_much_is_left() -> None:
    minutes, epochs = Budget(minutes=2), Budget(epochs=8)
    assert minutes.fraction(30.0, 5.0) == 0.25 and minutes.left_s(30.0, 5.0) == 90
    assert epochs.fraction(30.0, 2.0) == 0.25 and epochs.left_s(30.0, 2.0) == 90
    assert epochs.left_s(0.0, 0.0) is None
    assert minutes.fraction(1000.0, 0.0) == 1 and epochs.fraction(0.0, 9.0) == 1
