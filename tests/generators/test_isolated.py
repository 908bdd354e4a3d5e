"""A generator whose process breaks, hangs or is killed, and is there again soon."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
import stubborn_generators as stubborn
from fakes import PRESET, FakeConditioner
from tiny_onnx import write_generator

from livegan.decks import Loaded
from livegan.engine import Engine
from livegan.errors import GeneratorLost, ModelError
from livegan.frames import Frame, Image
from livegan.generators import isolated
from livegan.generators.isolated import Isolated
from livegan.generators.isolated_painter import OpenGenerator
from livegan.look import Look
from livegan.parameters import LiveValues
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture
def generator() -> Iterator[Isolated]:
    generator = Isolated(stubborn.open_stubborn)
    yield generator
    generator.close()


def drawing(order: int = 0) -> Image:
    return np.full((stubborn.SIZE, stubborn.SIZE, 3), order, np.uint8)


def painted_again(generator: Isolated, within_s: float = 20.0) -> list[str]:
    """Ask until it paints; what it answered meanwhile."""
    told: list[str] = []
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        try:
            np.testing.assert_array_equal(generator.generate(drawing(9)), 255 - drawing(9))
            return told
        except GeneratorLost as error:
            told.append(str(error))
            time.sleep(0.02)
    raise AssertionError(f"not back within {within_s} s: {told[-1]}")


@posix
@pytest.mark.parametrize(
    ("order", "told"),
    [(stubborn.CRASH, "has ended (SIGSEGV)"), (stubborn.RAISE, "CUDA error: an illegal memory")],
)
def test_what_breaks_its_process_is_told_and_a_fresh_one_paints(
    generator: Isolated, order: int, told: str
) -> None:
    before = generator.process_id
    with pytest.raises(GeneratorLost) as caught:
        generator.generate(drawing(order))
    assert told in str(caught.value)
    assert "fresh" in str(caught.value)
    # As long as it lasts, the trouble reads the same: one line in the log.
    assert set(painted_again(generator)) <= {str(caught.value)}
    assert generator.process_id not in (None, before)


def test_what_paints_better_there_is_told_here(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO, "livegan")
    generator = Isolated(stubborn.open_stubborn)
    generator.generate(drawing())
    assert generator.description == "stubborn CPU uint8"
    generator.generate(drawing(stubborn.IMPROVE))
    assert generator.description == stubborn.BETTER
    painted_again(generator)
    generator.close()
    assert capfd.readouterr().out == f"generator  {stubborn.BETTER}\n"


def test_one_that_hangs_is_given_up(
    generator: Isolated, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator.close()
    monkeypatch.setattr(isolated, "_LEAST_PATIENCE_S", 0.3)
    hanging = Isolated(stubborn.open_stubborn)
    began_s = time.monotonic()
    with pytest.raises(GeneratorLost, match="no answer"):
        hanging.generate(drawing(stubborn.HANG))
    assert time.monotonic() - began_s < 5
    painted_again(hanging)
    hanging.close()


@posix
def test_one_that_was_killed_between_two_pictures_comes_back(generator: Isolated) -> None:
    assert generator.process_id is not None
    os.kill(generator.process_id, signal.SIGKILL)
    told = painted_again(generator)
    assert "SIGKILL" in told[0] and len(set(told)) == 1


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_what_ends_the_performance_does_not_end_it_before(
    generator: Isolated, name: str
) -> None:
    before = generator.process_id
    assert before is not None
    os.kill(before, getattr(signal, name))
    generator.generate(drawing())
    assert generator.process_id == before


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nor_does_it_in_its_first_moment() -> None:
    # In a process of its own, which has not started one before.
    told = subprocess.run(
        [sys.executable, "-c", DEAF], capture_output=True, text=True, check=True,
        env=_environment(),
    )  # fmt: skip
    blocked = next(line for line in told.stdout.splitlines() if line.startswith("SigBlk"))
    for one in (signal.SIGINT, signal.SIGTERM):
        assert int(blocked.split()[1], 16) & 1 << (one - 1)


DEAF = """
import multiprocessing
from livegan.process import deaf

process = multiprocessing.get_context("spawn").Process(target=print)
with deaf():
    process.start()
print(open(f"/proc/{process.pid}/status").read())
process.join()
"""


def test_one_that_does_not_open_again_at_once_is_tried_again(tmp_path: Path) -> None:
    generator = Isolated(partial(stubborn.open_once, tmp_path / "mark"))
    with pytest.raises(GeneratorLost):
        generator.generate(drawing(stubborn.RAISE))
    assert "the GPU is being reset; wait" in painted_again(generator)
    generator.close()


def test_nor_does_a_system_that_is_short_of_something_keep_it_away(
    generator: Isolated, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, asked = isolated._Child, []

    def short_at_first(*args: Any, **options: Any) -> isolated._Child:
        asked.append(args)
        if len(asked) == 1:
            raise OSError(24, "Too many open files")
        return begin(*args, **options)

    monkeypatch.setattr(isolated, "_Child", short_at_first)
    with pytest.raises(GeneratorLost):
        generator.generate(drawing(stubborn.RAISE))
    assert any("Too many open files" in one for one in painted_again(generator))


@pytest.mark.parametrize(
    ("opening", "error", "told"),
    [
        (stubborn.open_missing, ModelError, "gone.onnx: there is no such file; export it again"),
        (stubborn.open_odd, GeneratorLost, "ZeroDivisionError: odd"),
        pytest.param(stubborn.open_dying, GeneratorLost, "has ended (SIGKILL)", marks=posix),
    ],
)
def test_one_that_does_not_open_says_so_in_one_line(
    opening: OpenGenerator, error: type[Exception], told: str
) -> None:
    with pytest.raises(error) as caught:
        Isolated(opening)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_a_closed_one_leaves_nothing_and_refuses(generator: Isolated) -> None:
    generator.close()
    assert generator.process_id is None
    with pytest.raises(GeneratorLost, match="closed"):
        generator.generate(drawing())


def test_a_performance_goes_on_while_it_is_away(generator: Isolated) -> None:
    health = HealthBoard()
    look = Look("stubborn", FakeConditioner(), generator, {})
    engine = Engine(Loaded(look, PRESET), LiveValues(), Statistics(), health)

    def paint(order: int, index: int) -> Frame:
        painted = engine.paint(Frame(drawing(order), index, 0.0))
        assert painted is not None
        return painted

    assert paint(7, 0).index == 0
    during = paint(stubborn.RAISE, 1)
    assert during.index == 0 and during.image[0, 0, 0] == 255 - 7
    assert any(str(one).startswith("generator lost: RuntimeError: CUDA") for one in health.all())
    painted_again(generator)
    assert paint(8, 2).image[0, 0, 0] == 255 - 8
    assert {one.state for one in health.all()} == {"ok"}


FORGETFUL = """
import stubborn_generators as stubborn
from livegan.generators.isolated import Isolated

if __name__ == "__main__":
    kept = Isolated(stubborn.open_stubborn)
"""


def test_a_program_that_forgets_to_close_it_ends_all_the_same(tmp_path: Path) -> None:
    script = tmp_path / "forgetful.py"
    script.write_text(FORGETFUL)
    done = subprocess.run(
        [sys.executable, str(script)], env=_environment(), capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}


ORPHAN = """
import sys, time
import stubborn_generators as stubborn
from livegan.generators.isolated import Isolated

if __name__ == "__main__":
    generator = Isolated(stubborn.open_stubborn)
    print(generator.process_id, flush=True)
    if "hang" in sys.argv:
        import numpy as np
        generator.generate(np.full((32, 32, 3), stubborn.HANG, np.uint8))
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc and /dev/shm")
@pytest.mark.parametrize("at", ["rest", "hang"])
def test_nothing_stays_where_the_performance_is_killed(tmp_path: Path, at: str) -> None:
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    with subprocess.Popen(
        [sys.executable, str(script), at], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=_environment(),
    ) as performance:  # fmt: skip
        assert performance.stdout is not None and performance.stderr is not None
        child = int(performance.stdout.readline())
        mapped = Path(f"/proc/{child}/maps").read_text()
        assert "/dev/shm/" in mapped and "(deleted)" in mapped
        performance.kill()
        # The pipe ends with the last process that holds it: child and all.
        assert performance.stderr.read() == ""
    assert not Path(f"/proc/{child}").exists() or "(zombie)" in Path(
        f"/proc/{child}/status"
    ).read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_goes_on_as_its_painter_is_killed(tmp_path: Path) -> None:
    generator = write_generator(tmp_path / "reverse.onnx")
    command = [
        sys.executable, "-u", "-m", "livegan", "--generator", str(generator),
        "--source", "pattern", "--sink", "null", "--isolate", "--osc", "off", "--midi", "off",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=_environment(),
    ) as run:  # fmt: skip
        assert run.stdout is not None and run.stderr is not None
        _skip_to(run.stdout, "sink")
        os.kill(_painter_of(run.pid), signal.SIGKILL)
        assert _skip_to(run.stdout, "generator") == "generator ok\n"
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=30)
    assert run.returncode == 0
    (told,) = errors.splitlines()
    assert told.startswith("generator lost: the generator's process has ended (SIGKILL)")


def _skip_to(lines: IO[str], beginning: str) -> str:
    return next(line for line in lines if line.startswith(beginning))


def _painter_of(process: int) -> int:
    """The child that was spawned; the other one is Python's tracker of shared memory."""
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    raise AssertionError("no process paints")
