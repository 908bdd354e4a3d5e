"""Runs commands in the emulated machine; see `machine.sh`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COULD_NOT_BE_MADE = 125


def run_there(out: Path, *command: str | Path) -> None:
    """Run a command from the root of the repository; where there is no machine, skip the test.

    Args:
        out: the folder that is /out there.
        command: the program, and its arguments.
    """
    done = subprocess.run(
        [HERE / "machine.sh", out, *command],
        cwd=HERE.parents[1],
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode == COULD_NOT_BE_MADE:
        pytest.skip(done.stderr.strip())
    logs = "\n".join(f"{path.name}\n{path.read_text()}" for path in sorted(out.glob("*.log")))
    assert done.returncode == 0, f"{done.stderr}\n{logs}"
