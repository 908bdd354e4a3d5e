"""What the operating system knows about this process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from livegan import process


def test_the_age_grows_with_the_clock() -> None:
    outer_s = time.monotonic()
    before_s = process.age_s()
    inner_s = time.monotonic()
    while time.monotonic() - inner_s < 0.05:
        pass
    at_least_s = time.monotonic() - inner_s
    grown_s = process.age_s() - before_s
    at_most_s = time.monotonic() - outer_s
    assert at_least_s - 0.02 < grown_s < at_most_s + 0.02  # Linux counts in 10 ms


def test_the_age_is_counted_from_the_start_of_the_process() -> None:
    code = "import time; time.sleep(0.3); from livegan import process; print(process.age_s())"
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(process.__file__).parents[1],
    )
    age_s = float(done.stdout)
    assert age_s < time.monotonic() - began_s + 0.02
    if sys.platform == "linux":
        assert age_s > 0.3


def test_memory_that_is_given_back_is_no_longer_held() -> None:
    code = (
        "from livegan import process; before = process.memory_mib();"
        "held = bytearray(b'1') * (200 * 2**20); during = process.memory_mib(); del held;"
        "print(before, during, process.memory_mib())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(process.__file__).parents[1],
    )
    before_mib, during_mib, after_mib = map(float, done.stdout.split())
    assert before_mib > 2
    assert during_mib - before_mib > 180
    assert after_mib - before_mib < 50


def test_the_peak_of_memory_outlasts_what_was_held() -> None:
    code = (
        "from livegan import process; before = process.peak_memory_mib();"
        "held = bytearray(b'1') * (200 * 2**20); del held;"
        "print(before, process.peak_memory_mib())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(process.__file__).parents[1],
    )
    before_mib, after_mib = map(float, done.stdout.split())
    assert before_mib > 2
    assert 180 < after_mib - before_mib < 300
