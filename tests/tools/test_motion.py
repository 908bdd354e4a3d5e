"""A motion file comes back as it was written, and what can't be one is told in a line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from livegan.errors import UsageError
from workshop import motion

# By its path: the script and the module of the workshop have one name.
_spec = importlib.util.spec_from_file_location(
    "motion_script", Path(__file__).parents[2] / "tools" / "motion.py"
)
assert _spec is not None and _spec.loader is not None
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    first = motion.load()[0]
    few = motion.Performance(first.neutral, first.drives[:40], first.fps)
    motion.save(tmp_path / "few.npz", [few])
    (again,) = motion.load(tmp_path / "few.npz")
    assert len(again.drives) == 40 and again.fps == first.fps
    np.testing.assert_allclose(again.drives[7].expression, first.drives[7].expression, atol=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["few.npz"]


def test_half_a_file_is_no_motion_file(tmp_path: Path) -> None:
    path = tmp_path / "half.npz"
    path.write_bytes(motion.SHIPPED.read_bytes()[:5000])
    with pytest.raises(UsageError, match="half.npz is no motion file"):
        motion.load(path)
    with pytest.raises(UsageError, match="can't write"):
        motion.save(tmp_path / "nowhere" / "m.npz", motion.load()[:1])


def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for clip, out, told in (
        (tmp_path / "no.mp4", tmp_path / "m.npz", "no.mp4"),
        (tmp_path / "no.mp4", tmp_path / "m", "wanted a name such as motion.npz"),
        (tmp_path / "no.mp4", tmp_path / "nowhere" / "m.npz", "there is no such folder"),
    ):
        assert script.main([str(clip), "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert error.startswith("motion: ") and told in error and error.count("\n") == 1
