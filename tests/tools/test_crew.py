"""Two processes with a picture each learn what one with both of them learns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors import safe_open

import train
from workshop.checkpoint import newest_checkpoint

# Nothing that depends on chance or on the other pictures of a batch.
OPTIONS = ["--recipe", "pix2pix", "--ngf", "4", "--ndf", "4", "--norm", "none", "--no-dropout",
           "--no-jitter", "--no-flip", "--epochs", "1", "--size", "32"]


def weights(out: Path) -> dict[str, torch.Tensor]:
    newest = newest_checkpoint(out)
    assert newest
    with safe_open(newest, "pt") as file:
        keys = [key for key in file.keys() if "adam" not in key]  # noqa: SIM118
        return {key: file.get_tensor(key) for key in keys}


def test_two_processes_train_one_run(dataset: Path, tmp_path: Path) -> None:
    command = [str(dataset), "--out", str(tmp_path / "one"), *OPTIONS, "--batch", "2"]
    assert train.main(command) == 0
    script = Path(train.__file__)
    path = os.pathsep.join([str(script.parent), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         str(script), str(dataset), "--out", str(tmp_path / "two"), *OPTIONS],
        env=environment, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("pairs to train on") == 1
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert one.keys() == two.keys()
    for key, tensor in one.items():
        torch.testing.assert_close(two[key], tensor, rtol=1e-3, atol=1e-4)
