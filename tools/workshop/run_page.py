"""A run's page, RUN/index.html, as it is rewritten on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from workshop.chart import Chart
from workshop.held_out import HeldOut
from workshop.history import History, Point
from workshop.report import Gallery, Page, Row, Section, Table, worst_first, write_page
from workshop.run_folder import RunFolder

Scores = Mapping[str, Sequence[Mapping[str, float]]]
"""By painter and picture: `l1`, `psnr_db`, `ms_ssim`, `haarpsi`."""
ROWS = 12
"""Of each painter: the worst ones come first, and more would only make the page heavy."""
RELOAD_S = 60


def write_run_page(
    folder: RunFolder,
    history: History,
    painted: Mapping[str, NDArray[np.uint8]],
    held_out: Mapping[str, HeldOut],
    scores: Scores,
    left_s: float | None,
) -> None:
    """Write how a run stands.

    Args:
        folder: the run's; its run.json says what is trained.
        history: for the curves.
        painted: (N, H, W, 3) uint8 BGR, what comes of the held-out drawings now, by painter.
        held_out: those drawings.
        scores: how near each painted picture comes, where somebody knows the right one.
        left_s: seconds until it is over; 0 when it is, None when nobody knows.

    Raises:
        UsageError: the page can't be written.
    """
    run = folder.read()
    settings, dataset, progress = run["settings"], run["dataset"], run["progress"]
    sections: list[Section] = []
    if history.losses:
        sections.append(Chart("Losses", _curves(history.losses), "minutes", log=True))
    for name in _names(history.metrics):
        sections.append(Chart(f"Held out: {name}", _curves(history.metrics, [name]), "minutes"))
    sections += [
        _gallery(name, pictures, held_out[name], scores.get(name, ()))
        for name, pictures in painted.items()
    ]
    plain = {key: value for key, value in settings.items() if key != "dataset"}
    sections.append(Table("Settings", ("what", "value"), [(k, str(v)) for k, v in plain.items()]))
    over = left_s is not None and left_s <= 0
    lead = [
        f"{settings['recipe']} on {dataset['name']}: {progress['steps']} steps, "
        f"{progress['epochs']:.1f} epochs, {progress['minutes']:.1f} minutes of "
        f"{progress['budget']}. {_left(left_s)}",
    ]
    if progress["best_steps"] is not None:
        lead.append(
            f"The checkpoint after {progress['best_steps']} steps came nearest to the held-out "
            "pictures; nearest is not always sharpest."
        )
    page = Page(folder.path.resolve().name, lead, sections, None if over else RELOAD_S)
    write_page(folder.path / "index.html", page)


def _gallery(
    name: str,
    pictures: NDArray[np.uint8],
    held_out: HeldOut,
    scores: Sequence[Mapping[str, float]],
) -> Gallery:
    """The worst rows; where nobody knows the right picture, those that a preview shows."""
    title = f"Held out, {name}" if name else "Held out"
    targets = held_out.pictures
    if targets is None:
        rows = [
            Row(f"{index}", [held_out.drawings[index], pictures[index]])
            for index in held_out.shown
        ]
        return Gallery(title, ("input", "output"), rows)
    rows = [
        Row(
            f"{index}",
            [held_out.drawings[index], pictures[index], targets[index]],
            score,
        )
        for index, score in enumerate(scores)
    ]
    worst = worst_first(rows, "haarpsi", best="high")[:ROWS]
    note = f"The {len(worst)} worst of {len(rows)}."
    return Gallery(title, ("input", "output", "target"), worst, note)


def _names(points: Sequence[Point]) -> list[str]:
    names = dict.fromkeys(name for point in points for name in point)
    return [name for name in names if name not in ("steps", "minutes")]


def _curves(
    points: Sequence[Point], names: Sequence[str] | None = None
) -> dict[str, list[tuple[float, float]]]:
    return {
        name: [(point["minutes"], point[name]) for point in points if name in point]
        for name in (names or _names(points))
    }


def _left(left_s: float | None) -> str:
    if left_s is None:
        return ""
    return "It is done." if left_s <= 0 else f"About {max(1, round(left_s / 60))} minutes left."
