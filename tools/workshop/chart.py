"""Curves as SVG, in the page's own colours, so that they turn dark with it and print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLOURS = 8
WIDTH, HEIGHT = 480, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 10, 8, 34
_MOST_POINTS = 600


@dataclass(frozen=True)
class Chart:
    """Curves over a common axis.

    Args:
        title: above it.
        curves: by name, at most 8; (x, y) in order of x. Where y is no number the curve breaks.
        x_label: what x is, with its unit.
        note: below the title, in words.
        log: whether y is spaced by its logarithm; what isn't above 0 is left out then.
    """

    title: str
    curves: Mapping[str, Sequence[tuple[float, float]]]
    x_label: str
    note: str = ""
    log: bool = False

    def __post_init__(self) -> None:
        if len(self.curves) > COLOURS:
            raise ValueError(f"{len(self.curves)} curves in {self.title!r}, wanted at most 8")


@dataclass(frozen=True)
class _Axis:
    """Maps values onto pixels."""

    low: float
    high: float
    start_px: float
    end_px: float
    ticks: tuple[float, ...]
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log10(value), math.log10(low), math.log10(high)
        return self.start_px + (value - low) / (high - low) * (self.end_px - self.start_px)


def ticks_between(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`, about so many."""
    if not high > low:
        return (low,)
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(index * step for index in range(first, last + 1))


def draw_chart(chart: Chart) -> str:
    """The chart as an <svg>; a chart without any point says so in words."""
    curves = [_drawable(points, chart.log) for points in chart.curves.values()]
    known = [point for points in curves for point in points if not math.isnan(point[1])]
    if not known:
        return "<p>nothing to show yet</p>\n"
    x = _axis([point[0] for point in known], _LEFT, WIDTH - _RIGHT, False)
    y = _axis([point[1] for point in known], HEIGHT - _BOTTOM, _TOP, chart.log)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(chart.title)}">']
    for tick in y.ticks:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" '
                     f'y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
                     f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">'
                     f"{tick:.6g}</text>")
    for tick in x.ticks:
        parts.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - _BOTTOM + 15}" text-anchor="middle">'
                     f"{tick:.6g}</text>")
    parts.append(f'<text x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 4}" '
                 f'text-anchor="middle">{escape(chart.x_label)}</text>')
    for index, (name, points) in enumerate(zip(chart.curves, curves, strict=True)):
        for piece in _pieces(points):
            path = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py in piece)
            # A single point is a line without length, which round caps make a dot.
            path = f"{path} {path}" if len(piece) == 1 else path
            parts.append(f'<polyline style="stroke: var(--curve-{index})" points="{path}">'
                         f"<title>{escape(name)}</title></polyline>")
    return "\n".join([*parts, "</svg>\n"])


def key_of(chart: Chart) -> str:
    """Which curve is which, and where each has got to."""
    entries = []
    for index, (name, points) in enumerate(chart.curves.items()):
        last = next((y for _, y in reversed(points) if math.isfinite(y)), None)
        reached = "" if last is None else f" {last:.4g}"
        entries.append(f'<span><i style="border-color: var(--curve-{index})"></i>'
                       f"{escape(name)}{reached}</span>")
    return f'<div class="key">{"".join(entries)}</div>\n'


def _drawable(points: Sequence[tuple[float, float]], log: bool) -> list[tuple[float, float]]:
    """What can be drawn, thinned to what the eye can see; a gap's y is NaN."""
    seen = [(x, y if math.isfinite(y) and (y > 0 or not log) else math.nan) for x, y in points]
    if len(seen) <= _MOST_POINTS:
        return seen
    # The lowest and the highest of each stretch, so that no peak is lost.
    stretch = math.ceil(2 * len(seen) / _MOST_POINTS)
    thinned = []
    for start in range(0, len(seen), stretch):
        part = seen[start : start + stretch]
        known = [point for point in part if not math.isnan(point[1])]
        if not known:
            thinned.append(part[0])
            continue
        ends = min(known, key=lambda point: point[1]), max(known, key=lambda point: point[1])
        thinned.extend(sorted(set(ends)))
    return thinned


def _axis(values: Sequence[float], start_px: float, end_px: float, log: bool) -> _Axis:
    low, high = min(values), max(values)
    if log:
        low, high = low / 1.1, high * 1.1
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        ticks = tuple(part * 10.0**power for power in powers for part in (1, 2, 5)
                      if low <= part * 10.0**power <= high)
        return _Axis(low, high, start_px, end_px, ticks, True)
    if low == high:
        low, high = low - 0.5, high + 0.5
    ticks = ticks_between(low, high)
    return _Axis(low, high, start_px, end_px, ticks)


def _pieces(points: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """The stretches of a curve without a gap."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if not math.isnan(point[1]):
            pieces[-1].append(point)
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]
