"""How the process ends: by its exit code, whatever its threads are at, and without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HOLD_THE_LOOK = """
import cv2, numpy as np
from livegan import look
from livegan.__main__ import program

def open_look(preset, **_):
    print("loading", flush=True)
    picture = np.zeros((512, 512, 3), np.uint8)
    while True:  # nearly always inside native code, as the loading of MediaPipe is
        cv2.GaussianBlur(picture, (0, 0), 8)

look.open_look = open_look
program()
"""
HOLD_THE_IMPORTS = """
import sys, time
from livegan.__main__ import program

class Slow:
    def find_spec(self, name, *_):
        if name == "livegan.cli":
            print("loading", flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Slow())
program()
"""


def begin(program: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a program that does something of livegan's, with arguments of livegan's."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=cwd,
    )


def test_a_mistake_that_comes_out_while_the_look_loads_is_still_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("this is no video\n")
    given = ("run", "edges", "--source", "text.mp4", "--sink", "null", "--osc", "off")
    with begin(HOLD_THE_LOOK, *given, cwd=tmp_path) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2, errors
    assert len(errors.splitlines()) == 1 and "text.mp4" in errors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("program", "command"),
    [
        (HOLD_THE_IMPORTS, "run"),
        (HOLD_THE_LOOK, "run"),
        (HOLD_THE_LOOK, "bench"),
    ],
    ids=["imports", "run", "bench"],
)
def test_ctrl_c_before_it_plays_is_130_without_a_word(
    tmp_path: Path, program: str, command: str
) -> None:
    sink = ("--sink", "null", "--osc", "off") if command == "run" else ()
    with begin(program, command, "--source", "pattern", *sink, cwd=tmp_path) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "loading\n":
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
