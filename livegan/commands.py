"""What each command of the command line does."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from livegan import listings
from livegan.benchmarks.command import bench
from livegan.counting import counted
from livegan.doctor.command import doctor
from livegan.errors import SinkError, SourceError, UsageError
from livegan.interruption import stopping
from livegan.look import open_look
from livegan.options import (
    asked_look,
    asked_performance,
    check_writable,
    leave_out_options,
    left_look,
)
from livegan.parameters import LiveValues
from livegan.performance import WINDOW, Performance
from livegan.progress import ProgressBar
from livegan.reporting import report_on, write_figures
from livegan.session import Journal
from livegan.sinks.opening import (
    RECORDING_SUFFIXES,
    check_film,
    check_sinks,
    check_window,
    is_recording,
)
from livegan.sources.checking import check_source
from livegan.takes import new_take

if TYPE_CHECKING:  # at run time they would load every wrapper of a device
    from livegan.control.opening import Controls
    from livegan.rendering import FiniteSource, Progress
    from livegan.sinks.sink import Sink
    from livegan.sinks.window import Window

logger = logging.getLogger("livegan")


def run(options: argparse.Namespace) -> int:
    """Play until the window is closed, the source ends, the time is over, or Ctrl-C."""
    from livegan.control.opening import Controls

    leave_out_options(options)
    preset, overrides = asked_look(options)
    check_writable(options.stats)
    sinks = options.sink or [WINDOW]
    check_sinks(sinks, source=options.source)
    _check_window(options, sinks)
    check_source(options.source)
    with (
        stopping() as interruption,
        Controls(
            osc=options.osc,
            panel=options.panel,
            allow=options.osc_allow,
            face_out=options.face_out,
            midi=options.midi,
        ) as controls,
        Journal(asked=not options.safe) as journal,
    ):
        if not (options.preset or options.generator):
            preset = journal.restored(left_look) or preset
        with asked_performance(
            preset,
            overrides,
            options.source,
            sinks,
            isolate=options.isolate,
            compile_missing=not options.safe,
            exact=options.safe,
            behind=journal.behind,
        ) as performance:
            interruption.ends_with(performance.request_stop)
            controls.play(performance)
            journal.follow(
                performance.values,
                lambda: performance.playing,
                lambda: performance.repertoire.returning.to_come,
                lambda: performance.repertoire.goes_to,
            )
            window = _open_window(performance, controls, options) if WINDOW in sinks else None
            if window is None:
                performance.wait(options.seconds)
            else:
                with closing(window):
                    performance.play_in(window, options.seconds)
    if options.stats:
        write_figures(options.stats, report_on(performance, preset))
    return 1 if performance.sinks.film_lost else interruption.exit_code(performance.ready_at_s)


def render(options: argparse.Namespace) -> int:
    """Paint every frame of a clip, as fast as it goes."""
    from livegan.rendering import render as render_all

    preset, overrides = asked_look(options)
    _check_output(options)
    with (
        stopping() as interruption,
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
        print(f"face found in {done.found} of {counted(done.frames, 'frame')}")
    print(f"{counted(done.frames, 'frame')}, {done.rate_hz:.1f} frames/s")
    return 0


ALL: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "render": render,
    "bench": bench,
    "devices": listings.devices,
    "presets": listings.presets,
    "parameters": listings.parameters,
    "doctor": doctor,
}
"""The commands by the name that people type."""


def _check_window(options: argparse.Namespace, sinks: Sequence[str]) -> None:
    """Refuse what is asked of a window that there won't be."""
    if WINDOW not in sinks:
        for option in ("display", "fullscreen"):
            if getattr(options, option):
                raise UsageError(f"--{option} is for a window; add --sink window, or leave it out")
    elif options.sink or options.display:  # where none is asked for, a recording takes its place
        check_window(options.display)


def _open_window(
    performance: Performance, controls: Controls, options: argparse.Namespace
) -> Window | None:
    """The window; where none can be opened and none was asked for, a recording takes its place."""
    from livegan.control.keys import bindings
    from livegan.control.learn_keys import LearnKeys
    from livegan.sinks.window import Window

    learn = LearnKeys(performance.values)
    try:
        window = Window(
            title="livegan",
            values=performance.values.snapshot,
            hud=lambda: [*performance.hud(), *controls.lines()],
            bindings=[*bindings(performance), *learn.bindings()],
            notice=learn.notice,
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
