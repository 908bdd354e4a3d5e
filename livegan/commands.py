"""What each command of the command line does."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from livegan import listings, process
from livegan.benchmark import bench as run_bench
from livegan.benchmark import describe
from livegan.errors import ModelError, SinkError, SourceError, UsageError
from livegan.files import write_atomically
from livegan.look import open_look
from livegan.parameters import LiveValues, Setting, read_assignment
from livegan.performance import WINDOW, Performance
from livegan.presets import Preset, read_preset
from livegan.progress import ProgressBar
from livegan.sinks.opening import RECORDING_SUFFIXES, check_film, check_sinks, is_recording
from livegan.statistics import report
from livegan.takes import new_take

if TYPE_CHECKING:  # at run time they would load every wrapper of a device
    from livegan.rendering import FiniteSource, Progress
    from livegan.sinks.sink import Sink
    from livegan.sinks.window import Window

logger = logging.getLogger("livegan")

DEFAULT_PRESET = "mona-lisa"


def run(options: argparse.Namespace) -> int:
    """Play until the window is closed, the source ends, the time is over, or Ctrl-C."""
    preset, overrides = _look(options)
    _check_writable(options.stats)
    sinks = options.sink or [WINDOW]
    check_sinks(sinks, source=options.source)
    with (
        _stopping() as interruption,
        _performance(preset, overrides, options.source, sinks) as performance,
    ):
        interruption.ends_with(performance.request_stop)
        window = _open_window(performance, options) if WINDOW in sinks else None
        if window is None:
            performance.wait(options.seconds)
        else:
            with closing(window):
                performance.play_in(window, options.seconds)
    if options.stats:
        _write_report(options.stats, performance, preset)
    return 1 if performance.sinks.film_lost else _played_code(performance, interruption)


def render(options: argparse.Namespace) -> int:
    """Paint every frame of a clip, as fast as it goes."""
    from livegan.rendering import render as render_all

    preset, overrides = _look(options)
    _check_output(options)
    with (
        _stopping() as interruption,
        closing(_open_finite(options.input)) as source,
        # The next frame is drawn while this one is painted: on two cores a tenth more frames.
        closing(open_look(preset, busy_cores=1)) as look,
        _open_output(options.output, look.generator.size, source.fps) as sink,
        ProgressBar(source.frame_count, sys.stderr) as bar,
    ):
        values = LiveValues({**look.values, **overrides}).snapshot()

        def progress(done: Progress) -> bool:
            bar.show(done.frames, done.rate_hz)
            return not interruption.asked

        done = render_all(source, look, sink, values=values, progress=progress)
        if interruption.asked:
            raise KeyboardInterrupt
    if done.found is not None:
        print(f"face found in {done.found} of {done.frames} frames")
    print(f"{done.frames} frames, {done.rate_hz:.1f} frames/s")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Play into nothing, in real time, and say what it costs."""
    from livegan.sources.opening import bundled_clip

    preset, overrides = _look(options)
    _check_writable(options.json)
    source = options.source or str(bundled_clip())
    with (
        _stopping() as interruption,
        _performance(preset, overrides, source, ["null"]) as performance,
    ):
        interruption.ends_with(performance.request_stop)
        totals = run_bench(performance, options.seconds, print)
    for line in describe(
        totals, startup_s=_startup_s(performance), memory_mib=process.peak_memory_mib()
    ):
        print(line)
    if options.json:
        _write_report(options.json, performance, preset)
    return _played_code(performance, interruption)


ALL: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "render": render,
    "bench": bench,
    "devices": listings.devices,
    "presets": listings.presets,
    "parameters": listings.parameters,
}
"""The commands by the name that people type."""


def _look(options: argparse.Namespace) -> tuple[Preset, dict[str, Setting]]:
    """The preset and the values that the options ask for."""
    if options.generator:
        path = Path(options.generator).expanduser().resolve()
        if path.suffix != ".onnx":
            raise ModelError(f"--generator {options.generator}: wanted a .onnx file")
        if not path.is_file():
            raise ModelError(f"--generator {options.generator}: there is no such file")
        base = read_preset(options.preset) if options.preset else Preset(path.stem, "")
        preset = dataclasses.replace(base, generator=str(path), conditioner=None)
    else:
        preset = read_preset(options.preset or DEFAULT_PRESET)
    return preset, dict(read_assignment(text) for text in options.set)


def _performance(
    preset: Preset, overrides: Mapping[str, Setting], source: str, sinks: Sequence[str]
) -> Performance:
    from livegan.sinks import open_sink
    from livegan.sources.opening import source_factory

    return Performance(
        preset,
        open_source=source_factory(source),
        open_sink=open_sink,
        sinks=sinks,
        overrides=overrides,
    )


def _open_window(performance: Performance, options: argparse.Namespace) -> Window | None:
    """The window; where none can be opened and none was asked for, a recording takes its place."""
    from livegan.control.keys import bindings
    from livegan.sinks.window import Window

    try:
        window = Window(
            title="livegan",
            values=performance.values.snapshot,
            hud=performance.hud,
            bindings=bindings(performance),
            recorded_s=lambda: performance.sinks.recorded_s(time.monotonic()),
            fullscreen=options.fullscreen,
            display=options.display,
        )
    except SinkError as error:
        if options.sink or options.display:
            raise
        recording = new_take(time.localtime())
        logger.warning("%s", error)
        logger.warning("writing %s instead; Ctrl-C ends it", recording)
        performance.replace_window(recording)
        return None
    logger.info("keys       H lists them, Q ends")
    return window


def _open_finite(spec: str) -> FiniteSource:
    from livegan.rendering import FiniteSource
    from livegan.sources import open_source

    source = open_source(spec, live=False)
    if isinstance(source, FiniteSource):
        return source
    source.close()
    raise SourceError(f"{spec} has no end; render takes a clip, a folder of pictures or pattern")


def _check_output(options: argparse.Namespace) -> None:
    if is_recording(options.output):
        check_film(options.output, source=options.input)
    elif options.output != "null":
        suffixes = ", ".join(RECORDING_SUFFIXES)
        raise SinkError(f"output {options.output!r}: wanted null or a file in {suffixes}")


def _open_output(
    spec: str, size: tuple[int, int], fps: float
) -> AbstractContextManager[Sink]:
    if not is_recording(spec):
        from livegan.sinks.null import NullSink

        return NullSink()
    from livegan.sinks.whole_film import whole_film

    return whole_film(Path(spec), size=size, fps=fps)


def _check_writable(path: str | None) -> None:
    """Refuse before the performance what could only be told after it."""
    if path is None:
        return
    folder = Path(path).resolve().parent
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder; wanted a file to write")
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise UsageError(
            f"{path} cannot be written: the folder {folder} is not yours to write in, or is on a"
            " disk that is read only; name another"
        )


def _write_report(path: str, performance: Performance, preset: Preset) -> None:
    look = performance.look
    data = report(
        performance.statistics.totals(),
        preset=preset.name,
        generator=look.generator.description if look else "",
        size=look.generator.size if look else (0, 0),
        startup_s=_startup_s(performance),
        memory_mib=process.peak_memory_mib(),
    )
    try:
        write_atomically(Path(path), json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _startup_s(performance: Performance) -> float:
    """From the start of the process to the first picture; 0 where there was none."""
    shown_at_s = performance.statistics.started_at_s
    if shown_at_s is None:
        return 0.0
    return process.age_s() - (time.monotonic() - shown_at_s)


def _played_code(performance: Performance, interruption: _Interruption) -> int:
    """The exit code: Ctrl-C is how a performance ends, and breaks one off that never began."""
    return 130 if interruption.asked and performance.ready_at_s is None else 0


class _Interruption:
    """Whether Ctrl-C or a polite kill came, and what it shall end."""

    def __init__(self) -> None:
        self.asked = False
        self._stop: Callable[[], None] | None = None

    def ends_with(self, stop: Callable[[], None]) -> None:
        """Call `stop` as it comes; at once if it came already."""
        self._stop = stop
        if self.asked:
            stop()

    def handle(self, _: int, __: FrameType | None) -> None:
        """What the system calls for the signal."""
        self.asked = True
        if self._stop:
            self._stop()


@contextmanager
def _stopping() -> Iterator[_Interruption]:
    """Ctrl-C and a polite kill end the work instead of breaking it off."""
    interruption = _Interruption()
    names = (signal.SIGINT, signal.SIGTERM)
    before = {name: signal.signal(name, interruption.handle) for name in names}
    try:
        yield interruption
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
