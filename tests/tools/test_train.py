"""Training is bounded in time, and a killed run goes on where it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
from discs import SIZE, write_dataset
from safetensors import safe_open
from safetensors.torch import save_file

import train
from workshop.checkpoint import newest_checkpoint
from workshop.recipes.live_recipe import LiveRecipe

TINY = ["--batch", "4", "--width", "8", "--depth", "2"]


def run(dataset: Path, out: Path, *more: str) -> int:
    return train.main([str(dataset), "--out", str(out), "--minutes", "0.02", *TINY, *more])


def progress(out: Path) -> dict[str, Any]:
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return dict(told["progress"])


def test_a_run_ends_in_time_and_shows_what_it_made(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dataset, tmp_path / "run") == 0
    told = progress(tmp_path / "run")
    assert told["minutes"] >= 0.02
    assert told["steps"] > 0
    assert {"l1", "psnr_db", "ms_ssim", "haarpsi"} == set(told["metrics"])
    preview = cv2.imread(str(tmp_path / "run" / "preview.png"))
    # Six held-out pairs, two rows beside each other, each drawing, output and target.
    assert preview.shape == (3 * SIZE, 2 * 3 * SIZE, 3)
    output = capsys.readouterr().out
    assert "24 pairs to train on, 6 held out" in output
    assert "images/s" in output and "left" in output
    assert output.splitlines()[-1] == (
        f"next: python tools/export.py {tmp_path / 'run'} --name run"
    )


class Killed(BaseException):
    """Stands for a kill: nothing may catch it."""


def test_a_resumed_run_counts_the_time_that_it_had(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real_step = LiveRecipe.step
    fractions: list[float] = []

    def killed_at_the_fourth(self: LiveRecipe, fraction: float) -> dict[str, float]:
        if len(fractions) == 4:
            raise Killed
        fractions.append(fraction)
        return real_step(self, fraction)

    monkeypatch.setattr(LiveRecipe, "step", killed_at_the_fourth)
    with pytest.raises(Killed):
        run(dataset, tmp_path / "run", "--minutes", "1000", "--save-minutes", "0")
    was = progress(tmp_path / "run")
    assert was["steps"] == 4
    monkeypatch.setattr(LiveRecipe, "step", real_step)
    minutes = was["minutes"] + 0.01
    assert run(dataset, tmp_path / "run", "--minutes", str(minutes)) == 0
    now = progress(tmp_path / "run")
    assert now["steps"] > 4
    assert now["minutes"] >= minutes
    assert "going on after" in capsys.readouterr().out


def test_a_resumed_network_is_the_one_that_was_stopped(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(dataset, tmp_path / "run") == 0
    was = progress(tmp_path / "run")
    assert run(dataset, tmp_path / "run") == 0
    assert progress(tmp_path / "run") == was


def test_a_stop_from_the_keyboard_saves_first(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real_step = LiveRecipe.step

    def stopped_at_the_third(self: LiveRecipe, fraction: float) -> dict[str, float]:
        if self.steps == 2:
            raise KeyboardInterrupt
        return real_step(self, fraction)

    monkeypatch.setattr(LiveRecipe, "step", stopped_at_the_third)
    assert run(dataset, tmp_path / "run", "--minutes", "1000") == 130
    assert progress(tmp_path / "run")["steps"] == 2
    assert "the same command goes on" in capsys.readouterr().out


def test_kill_9_while_writing_leaves_a_run_that_goes_on(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code = "import train, sys; sys.exit(train.main(sys.argv[1:]))"
    command = [sys.executable, "-u", "-c", code, str(dataset), "--out", str(out), *TINY]
    command += ["--save-minutes", "0"]
    path = os.pathsep.join([str(Path(train.__file__).parent), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("step"):
                break
        # It saves after every step now: wait for the first file, then kill it in the middle.
        while newest_checkpoint(out) is None:
            assert process.poll() is None
        process.kill()
    assert run(dataset, out) == 0
    assert progress(out)["minutes"] >= 0.02


def test_other_settings_need_another_folder(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dataset, tmp_path / "run") == 0
    assert run(dataset, tmp_path / "run", "--seed", "1") == 2
    assert "begun with seed 0, not 1" in capsys.readouterr().err
    other = write_dataset(tmp_path / "other", train=5, val=2)
    assert run(other, tmp_path / "run") == 2
    assert "trained on another dataset" in capsys.readouterr().err


def test_another_run_begins_where_its_base_ended(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tmp_path / "base"
    # By epochs: how far minutes lead depends on the machine, and on what else it does.
    assert train.main([str(dataset), "--out", str(base), "--epochs", "20", *TINY]) == 0
    more = write_dataset(tmp_path / "more", train=5, val=6)
    short = ["--epochs", "2", *TINY]
    again = [str(more), "--out", str(tmp_path / "run"), "--base", str(base), *short]
    assert train.main(again) == 0
    from_nothing = tmp_path / "from-nothing"
    assert train.main([str(more), "--out", str(from_nothing), *short]) == 0
    l1 = {out.name: progress(out)["metrics"]["l1"] for out in (tmp_path / "run", from_nothing)}
    assert l1["run"] < 0.8 * l1["from-nothing"]
    assert run(more, tmp_path / "wider", "--base", str(base), "--width", "16") == 2
    error = capsys.readouterr().err
    assert "'width': 8" in error and "'width': 16" in error and error.count("\n") == 1


def test_mistakes_are_one_line(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")
    for source, out, more, told in (
        (tmp_path / "nothing", tmp_path / "run", (), "there is no dataset"),
        (tmp_path / "site", tmp_path / "run", (), "no dataset.json in it; python"),
        (dataset, tmp_path / "file" / "run", (), "can't write a run"),
        (dataset, dataset, (), "holds dataset.json, and is not a run"),
        (dataset, tmp_path / "site", (), "holds index.html, and is not a run"),
        (dataset, tmp_path / "run", ("--seed", "-1"), "--seed is -1, wanted 0 or more"),
        (dataset, tmp_path / "run", ("--depth", "5"), "wanted multiples of 128"),
        (dataset, tmp_path / "run", ("--base", str(tmp_path / "no")), "there is no run"),
    ):
        assert run(source, out, *more) == 2
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1
    assert (tmp_path / "site" / "index.html").read_text() == "mine"


def test_a_broken_checkpoint_is_one_line(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dataset, tmp_path / "run") == 0
    newest = newest_checkpoint(tmp_path / "run")
    assert newest
    newest.write_bytes(b"half a file")
    assert run(dataset, tmp_path / "run") == 2
    assert "can't be read" in capsys.readouterr().err


def test_a_checkpoint_of_other_networks_says_so_and_is_not_called_broken(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(dataset, tmp_path / "run") == 0
    newest = newest_checkpoint(tmp_path / "run")
    assert newest
    with safe_open(newest, "pt") as file:
        told, names = file.metadata(), list(file.keys())
        tensors = {name: file.get_tensor(name) for name in names}
    # As of a livegan whose networks had fewer layers.
    few = {name: tensor for name, tensor in tensors.items() if ".down.0.norm" not in name}
    assert len(few) < len(tensors)
    save_file(few, newest, told)
    assert run(dataset, tmp_path / "run", "--minutes", "0.04") == 2
    error = capsys.readouterr().err
    assert "holds other networks than this livegan trains" in error and error.count("\n") == 1
    assert "delete" not in error


def test_a_dataset_without_landmarks_is_fine(tmp_path: Path) -> None:
    plain = write_dataset(tmp_path / "plain", train=5, val=2, landmarks=False)
    assert run(plain, tmp_path / "run") == 0
