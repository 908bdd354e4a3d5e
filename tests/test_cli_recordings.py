"""Recordings as people type them: nothing that was there is lost, and what is lost is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sinks.helpers import read_film
from test_cli import frames_in, livegan
from tiny_onnx import write_generator

from livegan.cli import main


@pytest.fixture
def generator(tmp_path: Path) -> Path:
    """A generator file for edges, 64 x 64."""
    return write_generator(tmp_path / "reverse.onnx")


@pytest.fixture
def clip(tmp_path: Path, generator: Path) -> Path:
    """A clip of its own in the folder."""
    path = tmp_path / "clip.mp4"
    done = livegan("render", "pattern", path, "--generator", generator)
    assert done.returncode == 0, done.stderr
    return path


def test_no_clip_is_ruined_by_what_is_made_of_it(
    tmp_path: Path, generator: Path, clip: Path
) -> None:
    before = clip.read_bytes()
    (tmp_path / "other.mp4").hardlink_to(clip)
    for name in ("./clip.mp4", "other.mp4"):
        for command in (["render", clip, name], ["run", "--source", clip, "--sink", name]):
            done = livegan(*command, "--generator", generator, cwd=tmp_path)
            assert done.returncode == 2, done.stderr
            assert len(done.stderr.splitlines()) == 1 and "is the source too" in done.stderr
    assert clip.read_bytes() == before


def test_a_run_never_writes_over_a_file_and_says_where_it_writes(
    tmp_path: Path, generator: Path
) -> None:
    (tmp_path / "take.mp4").write_text("the take of yesterday")
    done = livegan(
        "--generator", generator, "--source", "pattern", "--sink", "take.mp4", "--seconds", 1,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "take.mp4").read_text() == "the take of yesterday"
    frames = frames_in(tmp_path / "take-2.mp4")
    told = done.stdout.splitlines()
    assert "sink       take-2.mp4; take.mp4 is kept" in told
    assert any(line.startswith(f"recorded   take-2.mp4, {frames} frames, ") for line in told)


@pytest.mark.parametrize(
    "sinks", [["x.mp4", "./x.mp4"], ["null", "null"], ["x.avi"], ["no/x.mp4"], ["virtual"]]
)
def test_a_mistake_in_a_sink_is_told_before_source_and_look_are_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    sinks: list[str],
) -> None:  # fmt: skip
    def opened(*_: object, **__: object) -> None:
        pytest.fail("it was opened")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("livegan.performance.Performance.__enter__", opened)
    arguments = ["run", "edges", "--source", "pattern"]
    assert main([*arguments, *(word for spec in sinks for word in ("--sink", spec))]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and sinks[-1] in told


_ON_A_SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
from livegan.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit to set")
@pytest.mark.parametrize("command", ["run", "render"])
def test_a_full_disk_ends_it_with_exit_code_1_and_the_cure(
    tmp_path: Path, generator: Path, command: str
) -> None:
    taken = tmp_path / "take.mp4"
    given = {
        "run": ["run", "--source", "pattern", "--sink", str(taken), "--seconds", "60"],
        "render": ["render", "pattern", str(taken)],
    }[command]
    if command == "render":
        taken.write_text("before")
    done = subprocess.run(
        [sys.executable, "-c", _ON_A_SMALL_DISK, *given, "--generator", str(generator)],
        capture_output=True,
        text=True,
        timeout=50,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()[-1:]
    assert "free space" in line and ("take.mp4" if command == "run" else "take.part.mp4") in line
    if command == "render":
        assert taken.read_text() == "before"
    else:
        assert len(read_film(taken)[0]) > 0
