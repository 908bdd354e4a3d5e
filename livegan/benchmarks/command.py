"""`livegan bench`: what is measured, told and written."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping

from livegan import process
from livegan.benchmarks.changes import Changes, measure_changes
from livegan.benchmarks.live import Soak, describe, measure, soak
from livegan.errors import UsageError
from livegan.interruption import stopping
from livegan.options import asked_look, asked_performance, check_writable
from livegan.parameters import Setting
from livegan.presets import IDENTITY, Preset, find_generator
from livegan.reporting import report_on, startup_s, write_figures
from livegan.sources.checking import check_source
from livegan.sources.opening import bundled_clip

_SECONDS = 10.0
_SECONDS_AGAINST = 60.0
_BLOCK_S = 5.0


def bench(options: argparse.Namespace) -> int:
    """Measure this machine: by default, play into nothing, in real time, and say what it costs."""
    if options.soak and options.seconds:
        raise UsageError("--soak says how long in minutes; leave --seconds out")
    if options.changes and options.seconds:
        raise UsageError("--changes takes half a minute; leave --seconds out")
    look = asked_look(options)
    check_writable(options.json)
    check_source(_source(options))
    if options.against:
        return _against(options, *look)
    if options.generators:
        return _generators(options, *look)
    return _live(options, *look)


def _live(options: argparse.Namespace, preset: Preset, overrides: Mapping[str, Setting]) -> int:
    beside: Soak | Changes | None = None
    with (
        stopping() as interruption,
        asked_performance(preset, overrides, _source(options), ["null"]) as performance,
    ):
        interruption.ends_with(performance.request_stop)
        if options.soak:
            beside = soak(performance, options.soak, print)
        elif options.changes:
            beside = measure_changes(performance)
        else:
            measure(performance, options.seconds or _SECONDS, print)
    lines = describe(
        performance.statistics.totals(),
        startup_s=startup_s(performance),
        memory_mib=process.peak_memory_mib(),
    )
    for line in (*lines, *(beside.lines() if beside else ())):
        print(line)
    if options.json:
        figures = report_on(performance, preset)
        named = "soak" if options.soak else "changes"
        write_figures(options.json, figures | ({named: beside.report()} if beside else {}))
    return interruption.exit_code(performance.ready_at_s)


def _against(options: argparse.Namespace, preset: Preset, overrides: Mapping[str, Setting]) -> int:
    from livegan.benchmarks.alternation import alternate
    from livegan.benchmarks.classic import Classic
    from livegan.benchmarks.free_running import Ours, OursRendered
    from livegan.benchmarks.screens import open_screen

    clip = _source(options)
    seconds = options.seconds or _SECONDS_AGAINST
    with stopping() as interruption, open_screen() as (screen, shown):
        interruption.ends_with(screen.close)
        ours = (preset, overrides, clip, screen, shown)
        ways = (Ours(*ours), OursRendered(*ours), Classic(clip, screen, shown))
        rounds = max(round(seconds / (len(ways) * _BLOCK_S)), 1)
        compared = alternate(
            ways,
            rounds=rounds,
            block_s=seconds / (len(ways) * rounds),
            tell=print,
            stopped=lambda: screen.closed,
        )
    if compared is None:
        return 130
    for line in compared.lines():
        print(line)
    if options.json:
        write_figures(options.json, {"schema": 1, "preset": preset.name, **compared.report()})
    return 0


def _generators(
    options: argparse.Namespace, preset: Preset, overrides: Mapping[str, Setting]
) -> int:
    from livegan.benchmarks.on_gpu import measure_all_on_gpu
    from livegan.benchmarks.side_by_side import HEADING, drawings_of, measure_all, opening_of

    if preset.generator == IDENTITY:
        raise UsageError(f"preset {preset.name} has no generator to measure; name another")
    with stopping() as interruption:
        drawings = drawings_of(preset, overrides, _source(options))
        results = measure_all(
            opening_of(preset),
            drawings,
            seconds=options.seconds or _SECONDS,
            stopped=lambda: interruption.asked,
        )
        print(HEADING)
        for result in results:
            print(result.line())
        graphs = [] if interruption.asked else measure_all_on_gpu(find_generator(preset), drawings)
    for line in (line for one in graphs for line in one.lines()):
        print(line)
    if options.json:
        figures = {
            "generators": [result.report() for result in results],
            "on_gpu": [dataclasses.asdict(one) for one in graphs],
        }
        write_figures(options.json, {"schema": 1, "preset": preset.name, **figures})
    return 0


def _source(options: argparse.Namespace) -> str:
    """What is asked for, or the bundled performer."""
    return options.source or str(bundled_clip())
