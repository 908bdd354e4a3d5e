"""Whether a puppet lives: what it does over a clip against what the performer does."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from livegan.conditioners.conditioner import Conditioned
from livegan.errors import SourceEnded
from livegan.face_topology import Landmarks
from livegan.frames import Frame, Image
from livegan.sources.clip import Clip
from workshop.chart import Chart
from workshop.evaluation import STILLS, Album, Evaluation, flicker_of, means
from workshop.evaluation_live import CAPTIONS, FaceWatch, keep
from workshop.face_metrics import FEWEST_FRAMES, MOVES, Moves, liveness, moves_of
from workshop.motion_metrics import Stopwatch, latency_ms
from workshop.painters import Painter
from workshop.report import Figure, Row
from workshop.tally import Tally

EVENLY, WORST = 12, 12
"""Frames of a clip that the page shows."""
UNITS = {"mouth": "opening over the distance of the eyes",
         "eyes": "opening over the width of the eye",
         "yaw": "degrees to the picture's right"}


def evaluate_clip(painter: Painter, path: Path, album: Album) -> Evaluation:
    """Play a performer's clip, and find the face again in what is painted.

    Args:
        painter: what is judged.
        path: the clip.
        album: where the frames that the page shows go: some evenly spread, and the worst.

    Raises:
        UsageError: the clip can't be read.
    """
    draw, paint, track = Stopwatch(), Stopwatch(), Track()
    with Clip(path, live=False) as clip:
        conditioner, values = painter.open_conditioner(), painter.values()
        faces = FaceWatch(still=False)
        tally, chosen = Tally("frames", clip.frame_count), _Chosen(clip.frame_count)
        for frame in _frames(clip):
            seen = draw(conditioner.condition, frame, values)
            painted = paint(painter.on_stage.generate, seen.image)
            performer = faces.performer(seen)
            figures = faces.judge(performer, seen, painted)
            track.add(frame.captured_at_s, performer, faces.found)
            chosen.add(_Moment(frame, seen, painted, figures))
            tally.step()
    tally.done()
    conditioner.close()
    faces.close()
    flicker, why = flicker_of(painter, [at.frame.image for at in chosen.stills])
    lives, notes = track.judge()
    metrics = {**chosen.means(), **faces.rates(), **lives,
               **latency_ms("condition", draw.times_s), **latency_ms("generate", paint.times_s),
               **flicker}
    rows = [
        Row(at.name, keep(album, at.name, at.seen, at.painted), at.figures)
        for at in chosen.moments()
    ]
    return Evaluation(
        "clip", f"{len(draw.times_s)} frames of {path.name}", CAPTIONS, rows, metrics,
        ("mouth_error", "low") if "mouth_error" in metrics else None,
        [*faces.notes(), *notes, *why], track.charts(),
    )


class Track:
    """What performer and puppet do, frame by frame."""

    def __init__(self) -> None:
        self._frames: list[tuple[float, Landmarks, Landmarks]] = []
        self._times_s: list[float] = []

    def add(self, time_s: float, performer: Landmarks | None, painted: Landmarks | None) -> None:
        """The next frame: both faces, where they were found."""
        self._times_s.append(time_s)
        if performer is not None and painted is not None:
            self._frames.append((time_s, performer, painted))

    def judge(self) -> tuple[dict[str, float], list[str]]:
        """See `face_metrics.liveness`; and what could not be said."""
        if len(self._frames) < FEWEST_FRAMES:
            return {}, [f"Both faces were found in {len(self._frames)} frames only, "
                        f"wanted {FEWEST_FRAMES}: liveness was not judged."]
        performer, painted = self._moves()
        figures = liveness(performer, painted)
        still = [name for name in MOVES if f"{name}_follows" not in figures]
        return figures, [f"Performer or puppet keeps its {name} still: there is nothing to follow."
                         for name in still]

    def charts(self) -> list[Chart]:
        """What both do over time; a gap where one of the faces was not found."""
        if not self._frames:
            return []
        performer, painted = self._moves()
        charts = []
        for name in MOVES:
            curves = {}
            for who, moves in (("performer", performer), ("puppet", painted)):
                values: dict[float, float] = dict(
                    zip((time_s for time_s, _, _ in self._frames), getattr(moves, name),
                        strict=True)
                )
                curves[who] = [(at_s, values.get(at_s, math.nan)) for at_s in self._times_s]
            charts.append(Chart(name.capitalize(), curves, "seconds", UNITS[name]))
        return charts

    def _moves(self) -> tuple[Moves, Moves]:
        return (moves_of([performer for _, performer, _ in self._frames]),
                moves_of([painted for _, _, painted in self._frames]))


@dataclass(frozen=True, eq=False)
class _Moment:
    """One frame of a clip, and what came of it."""

    frame: Frame
    seen: Conditioned
    painted: Image
    figures: Mapping[str, Figure]

    @property
    def name(self) -> str:
        return f"frame-{self.frame.index:05d}"


class _Chosen:
    """The moments that are shown, and the figures of all.

    Args:
        count: of the frames; None if the file doesn't say.
    """

    def __init__(self, count: int | None) -> None:
        self._count = count or 1
        self._evenly: dict[int, _Moment] = {}
        self._worst: list[tuple[float, int, _Moment]] = []
        self._figures: list[Mapping[str, Figure]] = []
        self._stills: dict[int, _Moment] = {}

    def add(self, at: _Moment) -> None:
        """The next one."""
        index = len(self._figures)
        self._figures.append(at.figures)
        if index * EVENLY // self._count >= len(self._evenly) and len(self._evenly) < EVENLY:
            self._evenly[index] = at
        third = min(index * STILLS // self._count, STILLS - 1)
        kept = self._stills.setdefault(third, at)
        if kept.seen.found is False and at.seen.found:
            self._stills[third] = at
        if "mouth_error" in at.figures:
            error = at.figures["mouth_error"]
            badness = float(error) if isinstance(error, (int, float)) else math.inf
            heapq.heappush(self._worst, (badness, index, at))
            if len(self._worst) > WORST:
                heapq.heappop(self._worst)

    @property
    def stills(self) -> list[_Moment]:
        """From each third of the clip the first in which the conditioner found the face that it
        looks for, or else just the first: a drawing without a face is calm whatever plays."""
        return list(self._stills.values())

    def means(self) -> dict[str, float]:
        """Of the figures of all frames."""
        return means([Row("", [], figures) for figures in self._figures])

    def moments(self) -> list[_Moment]:
        """Those that are shown, in order."""
        chosen = {**self._evenly, **{index: at for _, index, at in self._worst}}
        return [chosen[index] for index in sorted(chosen)]


def _frames(clip: Clip) -> Iterator[Frame]:
    """Every frame, by the film's own clock."""
    index = 0
    while True:
        try:
            frame = clip.read()
        except SourceEnded:
            return
        yield replace(frame, captured_at_s=index / clip.fps)
        index += 1
