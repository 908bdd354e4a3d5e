"""An evaluation as people and programs read it: index.html and metrics.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workshop.evaluation import Evaluation
from workshop.painters import Painter
from workshop.report import Figure, Gallery, Page, Row, Section, Table, worst_first, write_page

SCHEMA = 1

MEANINGS = {
    "haarpsi": ("HaarPSI", "likeness as people see it; 1 is equal"),
    "ms_ssim": ("MS-SSIM", "likeness of structure at five scales; 1 is equal"),
    "psnr_db": ("PSNR", "decibels; higher is nearer, pixel by pixel"),
    "l1": ("L1", "mean difference in grey levels; 0 is equal"),
    "hole_psnr_db": ("PSNR in holes", "decibels, of what the drawing hides"),
    "hole_l1": ("L1 in holes", "mean difference in grey levels, of what the drawing hides"),
    "detection_rate": ("faces found", "share of faces that can be found again in the output"),
    "mouth_error": ("mouth error", "of the lips' landmarks, over the distance of the eyes"),
    "eyes_error": ("eyes error", "of the lids' landmarks, over the distance of the eyes"),
    "target_mouth_error": ("mouth error, targets", "the same in the targets: the detector's own"),
    "target_eyes_error": ("eyes error, targets", "the same in the targets: the detector's own"),
    "mouth_follows": ("mouth follows", "correlation with the performer's opening; 1 follows"),
    "eyes_follows": ("eyes follow", "correlation with the performer's opening; 1 follows"),
    "yaw_follows": ("yaw follows", "correlation with the performer's head; 1 follows"),
    "mouth_reach": ("mouth reach", "how far it opens, over how far the performer's does"),
    "eyes_reach": ("eyes reach", "how far they go, over how far the performer's go"),
    "yaw_reach": ("yaw reach", "how far it turns, over how far the performer does"),
    "motion_ratio": ("motion ratio", "change from picture to picture over the target's; 1 is even"),
    "flicker": ("static flicker", "grey levels, a still picture under camera noise; 0 is calm"),
    "drawing_flicker": ("drawing flicker", "grey levels, of the drawing under that noise"),
    "held_flicker": ("held flicker", "grey levels, while the drawing is held; 0 without chance"),
    "condition_ms_p50": ("drawing, median", "milliseconds on this machine, as busy as it was"),
    "condition_ms_p95": ("drawing, 95 %", "milliseconds"),
    "generate_ms_p50": ("painting, median", "milliseconds on this machine, as busy as it was"),
    "generate_ms_p95": ("painting, 95 %", "milliseconds"),
}
"""What each figure is called, and what it says, in the order in which they are shown."""


def write_evaluation(folder: Path, painter: Painter, evaluation: Evaluation, inline: bool) -> None:
    """Write metrics.json and index.html.

    Args:
        folder: with the album's pictures in it.
        painter: what was judged.
        evaluation: what came out.
        inline: whether the page takes the pictures in.

    Raises:
        UsageError: they can't be written.
    """
    _write_json(folder / "metrics.json", _to_dict(painter, evaluation))
    write_page(folder / "index.html", _page(painter, evaluation), inline=inline)


def _to_dict(painter: Painter, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "generator": {
            "name": painter.card.name,
            "description": painter.generator.description,
            "size": list(painter.card.size),
            "conditioner": painter.card.conditioner.kind,
        },
        "kind": evaluation.kind,
        "data": evaluation.data,
        "metrics": ordered(evaluation.metrics),
        "notes": list(evaluation.notes),
        "cases": [{"name": row.name, **ordered(row.figures)} for row in evaluation.rows],
    }


def _write_json(path: Path, data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def ordered(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """In the order of their meanings, rounded to 1/100,000; what is not finite is None."""
    names = [*(name for name in MEANINGS if name in figures),
             *(name for name in figures if name not in MEANINGS)]
    return {name: _rounded(figures[name]) for name in names}


def _rounded(value: Figure) -> Figure:
    if not isinstance(value, float):
        return value
    return round(value, 5) if math.isfinite(value) else None


def _page(painter: Painter, evaluation: Evaluation) -> Page:
    size = painter.card.size
    lead = [
        evaluation.data,
        f"{painter.generator.description}, {size[1]} x {size[0]}, "
        f"conditioner {painter.card.conditioner.kind}",
        *evaluation.notes,
    ]
    table = Table("Figures", ("figure", "value", "what it says"), [
        (MEANINGS[name][0], value, MEANINGS[name][1])
        for name, value in ordered(evaluation.metrics).items()
    ])
    rows = [Row(row.name, row.pictures,
                {MEANINGS.get(name, (name, ""))[0]: value
                 for name, value in ordered(row.figures).items()
                 if not name.startswith("target_")})
            for row in evaluation.rows]
    title = "Pictures"
    if evaluation.sort_by is not None:
        figure, best = evaluation.sort_by
        rows = worst_first(rows, MEANINGS[figure][0], best=best)
        title = f"Pictures, worst {MEANINGS[figure][0]} first"
    sections: list[Section] = [table, *evaluation.charts]
    return Page(f"{painter.card.name}: evaluation", lead,
                [*sections, Gallery(title, evaluation.captions, rows)])
