"""What the keys play, and that the README tells the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import PRESET, FakeConditioner, FakeSink, FakeSource, fake_look, levels

import livegan
from livegan.control.keys import bindings
from livegan.control.learn_keys import LearnKeys
from livegan.errors import SinkFull
from livegan.performance import WINDOW, Performance
from livegan.sinks.window import Window

README = Path(livegan.__file__).parents[1] / "README.md"


class Stage:
    """A performance of fakes whose keys can be pressed."""

    def __init__(self, *sinks: str) -> None:
        self.conditioner = FakeConditioner()
        self.main = FakeSink()
        self.takes: dict[str, FakeSink] = {}
        self.gate = threading.Semaphore(1)
        self.performance = Performance(
            PRESET,
            open_source=lambda: FakeSource([5] * 10_000, self.gate),
            open_sink=self._open,
            sinks=["null", *sinks],
            make_look=lambda preset: fake_look(conditioner=self.conditioner),
        )
        self.bindings = bindings(self.performance)

    def _open(self, spec: str, *, size: tuple[int, int], fps: float) -> FakeSink:
        if spec == "null":
            return self.main
        return self.takes.setdefault(spec, FakeSink())

    def takes_of(self, spec: str, count: int) -> bool:
        """Wait until a recording has so many frames."""
        return self.takes.setdefault(spec, FakeSink()).wait_for(lambda seen: len(seen) >= count)

    def press(self, key: str) -> None:
        """Press a key of the window."""
        (act,) = [one.act for one in self.bindings if one.key == key]
        act()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage that already shows its first frame."""
    stage = Stage()
    with stage.performance:
        assert stage.main.wait_for(lambda frames: 5 in levels(frames))
        yield stage


@pytest.mark.parametrize(
    ("key", "name", "changed"),
    [
        ("SPACE", "output.freeze", True),
        ("B", "output.blackout", True),
        ("M", "output.mirror", True),
        ("V", "output.view", "side_by_side"),
    ],
)
def test_a_key_turns_something_on_and_off_again(
    stage: Stage, key: str, name: str, changed: object
) -> None:
    before = stage.performance.values.snapshot()[name]
    stage.press(key)
    assert stage.performance.values.snapshot()[name] == changed
    stage.press(key)
    assert stage.performance.values.snapshot()[name] == before


def test_n_takes_the_neutral_face_again(stage: Stage) -> None:
    stage.press("N")
    stage.gate.release()
    assert _soon(lambda: stage.conditioner.recalibrated == 1)


def test_t_taps_the_tempo_which_is_told_from_then_on(stage: Stage) -> None:
    assert not any("tempo" in line for line in stage.performance.hud())
    stage.press("T")
    assert any("tempo 120.0, beat" in line for line in stage.performance.hud())


def test_r_begins_a_recording_and_ends_it(stage: Stage) -> None:
    stage.press("R")
    (spec,) = [spec for spec in stage.performance.sinks.specs() if spec != "null"]
    assert spec.startswith("livegan-") and spec.endswith(".mp4")
    for _ in range(20):
        stage.gate.release()
    assert stage.main.wait_for(lambda frames: frames[-1].index == 20)
    stage.press("R")
    assert stage.performance.sinks.specs() == ["null"]


def test_r_ends_no_sink_that_was_asked_for_and_its_own_by_any_name() -> None:
    stage = Stage("livegan-show.mp4")
    with stage.performance as performance:
        assert stage.takes_of("livegan-show.mp4", 1)
        stage.press("R")
        assert len(performance.sinks.specs()) == 3
        stage.press("R")
        assert performance.sinks.specs() == ["null", "livegan-show.mp4"]


def test_r_begins_anew_where_the_disk_of_its_recording_was_full(stage: Stage) -> None:
    stage.press("R")
    (spec,) = [spec for spec in stage.performance.sinks.specs() if spec != "null"]
    stage.takes[spec] = FakeSink({0: SinkFull("no space left")})
    stage.gate.release()
    assert _soon(lambda: stage.performance.sinks.specs() == ["null"])
    stage.takes.clear()
    stage.press("R")
    assert len(stage.performance.sinks.specs()) == 2


def _soon(happened: Callable[[], bool]) -> bool:
    deadline_s = time.monotonic() + 10
    while not happened() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return happened()


def test_the_readme_lists_the_keys_that_there_are() -> None:
    performance = Stage().performance
    keys = [*bindings(performance), *LearnKeys(performance.values).bindings()]
    rows = [f"| {one.key} | {one.description} |" for one in keys if one.description]
    assert "\n".join(rows) in README.read_text(encoding="utf-8")


@pytest.mark.display
def test_a_performance_plays_in_a_window_and_ends_with_its_source() -> None:
    performance = Performance(
        PRESET,
        open_source=lambda: FakeSource([5] * 50),
        open_sink=lambda spec, size, fps: FakeSink(),
        sinks=[WINDOW],
        make_look=lambda preset: fake_look(),
    )
    with (
        performance,
        Window(
            title="test",
            values=performance.values.snapshot,
            hud=performance.hud,
            bindings=bindings(performance),
        ) as window,
    ):
        performance.play_in(window, seconds=60)
    assert performance.statistics.totals().frames > 0
