"""A preview follows the weights of a run that trains, and never stops it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import train
from livegan.generators import load_generator
from livegan.model_card import read_card
from workshop.checkpoint import checkpoints
from workshop.preview import Newest, Preview

LISTENER = """
import pathlib, sys
path = pathlib.Path(sys.argv[1])
told = path.exists()
lines = sys.stdin.read().splitlines()
path.with_name("heard").write_text(f"{told} {lines}")
"""


@pytest.fixture(scope="module")
def run(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two checkpoints."""
    out = tmp_path_factory.mktemp("runs") / "run"
    tiny = ["--batch", "4", "--width", "8", "--depth", "2", "--epochs", "2", "--save-epochs", "1"]
    assert train.main([str(dataset), "--out", str(out), *tiny]) == 0
    return out


def test_the_window_hears_of_each_checkpoint(run: Path) -> None:
    preview = Preview(run, (sys.executable, "-c", LISTENER))
    for checkpoint in checkpoints(run):
        preview.show(checkpoint)
    preview.close()
    preview.close()
    # The first one is there as the window opens.
    assert (run / "heard").read_text() == "True ['new']"
    assert read_card(run / "preview.onnx").puppet is not None


def test_a_closed_window_stays_closed(run: Path) -> None:
    preview = Preview(run, (sys.executable, "-c", "raise SystemExit(2)"))
    first, last = checkpoints(run)
    preview.show(first)
    preview.close()
    (run / "preview.onnx").unlink()
    preview.show(last)
    assert not (run / "preview.onnx").exists()


def test_the_picture_changes_with_the_weights(run: Path) -> None:
    first, last = checkpoints(run)
    preview = Preview(run, (sys.executable, "-c", ""))
    preview.show(first)
    path = run / "preview.onnx"
    newest = Newest(path, load_generator(path))
    drawing = np.full((64, 64, 3), 80, np.uint8)
    before = newest.generate(drawing)
    later = Preview(run, (sys.executable, "-c", ""))
    later.show(last)
    np.testing.assert_array_equal(newest.generate(drawing), before)
    newest.reload()
    after = newest.generate(drawing)
    assert (after != before).any()
    np.testing.assert_array_equal(after, load_generator(path).generate(drawing))
    for one in (newest, preview, later):
        one.close()
