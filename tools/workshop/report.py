"""A page about pictures: one HTML file with tables, curves, and rows of pictures with figures.

It needs nothing beside it: no script, no network, its pictures inside (or, where there are
hundreds, beside it in a folder). It reads on a phone, on paper, by day and by night.

    page = Page("mona-lisa", ["20 minutes"], [Table(...), Chart(...), Gallery(...)])
    write_page(run / "index.html", page)
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

import cv2

from livegan.errors import UsageError
from livegan.frames import Image
from workshop.chart import Chart, draw_chart, key_of
from workshop.whole_files import write_whole

Figure: TypeAlias = float | int | str | None
_JPEG_QUALITY = 90


@dataclass(frozen=True)
class Table:
    """Figures in columns.

    Args:
        title: above it.
        header: one text a column.
        rows: as many cells a row; None and what is no number are a dash.
        note: below the title, in words.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Figure]]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Row:
    """One case.

    Args:
        name: what people find it by.
        pictures: as many as the gallery has captions; (H, W, 3) uint8 BGR, or the path of a file
            in or below the page's folder; None leaves the place empty.
        figures: by name.
    """

    name: str
    pictures: Sequence[Image | Path | None]
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Gallery:
    """Rows of pictures.

    Args:
        title: above it.
        captions: below the pictures of each row: input, output, target.
        rows: in the order in which they are shown; see `worst_first`.
        note: below the title, in words.
    """

    title: str
    captions: Sequence[str]
    rows: Sequence[Row]
    note: str = ""


Section: TypeAlias = Table | Chart | Gallery


@dataclass(frozen=True, eq=False)
class Page:
    """All that a page shows.

    Args:
        title: its heading, and its name in the browser.
        lead: a paragraph each, below the heading.
        sections: in order; charts that follow each other stand side by side where there is room.
        reload_s: how often the browser fetches it anew; None for one that is finished.
    """

    title: str
    lead: Sequence[str]
    sections: Sequence[Section]
    reload_s: int | None = None


def worst_first(rows: Sequence[Row], figure: str, *, best: str) -> list[Row]:
    """The rows, worst first.

    Args:
        rows: in any order; those that are equally bad keep it.
        figure: by which they are sorted. A row where it is None or no number failed altogether
            and comes first; one without it was not judged and comes last.
        best: "high" or "low".
    """
    if best not in ("high", "low"):
        raise ValueError(f"best is {best!r}, wanted 'high' or 'low'")

    def badness(row: Row) -> float:
        if figure not in row.figures:
            return math.inf
        value = row.figures[figure]
        if not isinstance(value, (int, float)) or math.isnan(value):
            return -math.inf
        return value if best == "high" else -value

    return sorted(rows, key=badness)


def write_page(path: Path, page: Page, *, inline: bool = True) -> None:
    """Write a page at once: who looks sees the old one or the new one.

    Args:
        path: the .html file; its folder is there.
        page: what it shows.
        inline: whether pictures given as files go into the page, or are linked to. Pictures given
            as pixels always go in.

    Raises:
        ValueError: a row has more or fewer pictures than there are captions.
        UsageError: the page can't be written, or a picture's file can't be read.
    """
    try:
        text = _page(page, path.parent, inline)
    except OSError as error:
        raise UsageError(f"can't read {error.filename}: {error.strerror}") from error
    write_whole(path, text.encode())


def told(value: Figure) -> str:
    """A figure as people read it: four digits that count, a dash for none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, (str, int)):
        return str(value)
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{min(max(digits, 0), 6)}f}"


def _page(page: Page, folder: Path, inline: bool) -> str:
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    again = f'<meta http-equiv="refresh" content="{page.reload_s}">\n' if page.reload_s else ""
    parts = [
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"{again}<title>{escape(page.title)}</title>\n<style>\n{style}</style>\n",
        f"<h1>{escape(page.title)}</h1>\n",
        *(f"<p>{escape(line)}</p>\n" for line in page.lead),
    ]
    in_charts = False
    for section in page.sections:
        if isinstance(section, Chart) != in_charts:
            in_charts = not in_charts
            parts.append('<div class="charts">\n' if in_charts else "</div>\n")
        parts.append(_section(section, folder, inline))
    return "".join([*parts, "</div>\n" if in_charts else ""])


def _section(section: Section, folder: Path, inline: bool) -> str:
    note = f"<p>{escape(section.note)}</p>\n" if section.note else ""
    heading = f"<h2>{escape(section.title)}</h2>\n{note}"
    if isinstance(section, Chart):
        return f'<div class="chart">\n{heading}{draw_chart(section)}{key_of(section)}</div>\n'
    if isinstance(section, Table):
        return heading + _table(section)
    return heading + "".join(_row(row, section.captions, folder, inline) for row in section.rows)


def _table(table: Table) -> str:
    columns = list(zip(*table.rows, strict=True))
    numeric = [all(not isinstance(cell, str) for cell in column) for column in columns]
    kinds = [' class="number"' if right else "" for right in numeric] or [""] * len(table.header)
    lines = ["".join(f"<th{kind}>{escape(text)}</th>"
                     for kind, text in zip(kinds, table.header, strict=True))]
    for row in table.rows:
        lines.append("".join(f"<td{kind}>{escape(told(cell))}</td>"
                             for kind, cell in zip(kinds, row, strict=True)))
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table>\n{body}\n</table></div>\n'


def _row(row: Row, captions: Sequence[str], folder: Path, inline: bool) -> str:
    figures = "".join(f"<span>{escape(name)} {escape(told(value))}</span>"
                      for name, value in row.figures.items())
    pictures = []
    for caption, picture in zip(captions, row.pictures, strict=True):
        image = ""
        if picture is not None:
            source = _source(picture, folder, inline)
            image = f'<img src="{source}" alt="{escape(f"{row.name}: {caption}")}" loading="lazy">'
        pictures.append(f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>")
    return (f'<div class="row"><div class="told"><b>{escape(row.name)}</b>{figures}</div>\n'
            f'<div class="pictures">{"".join(pictures)}</div></div>\n')


def _source(picture: Image | Path, folder: Path, inline: bool) -> str:
    """The address of a picture: its content, or where it lies."""
    if not isinstance(picture, Path):
        return _data(*_encode(picture))
    if inline:
        return _data(picture.suffix.lstrip(".").replace("jpg", "jpeg"), picture.read_bytes())
    return quote(picture.relative_to(folder).as_posix())


def _data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _encode(image: Image) -> tuple[str, bytes]:
    """A photograph as JPEG with all its colours, a drawing as PNG: whichever is smaller."""
    jpeg_settings = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY,
                     cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    jpeg = cv2.imencode(".jpg", image, jpeg_settings)[1].tobytes()
    png = cv2.imencode(".png", image)[1].tobytes()
    return ("png", png) if len(png) <= len(jpeg) else ("jpeg", jpeg)
