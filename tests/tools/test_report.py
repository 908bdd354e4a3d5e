"""A page shows what it was given, needs nothing else, and is never half there."""

from __future__ import annotations

import base64
import math
import os
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from livegan.errors import UsageError
from livegan.frames import Image
from workshop.chart import Chart
from workshop.report import Gallery, Page, Row, Table, told, worst_first, write_page

RED: Image = np.full((24, 32, 3), (0, 0, 255), np.uint8)
NOISE: Image = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)


class Reader(HTMLParser):
    """What a browser would make of a page: its tags in order, and its words."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.extend([data.strip()] if data.strip() else [])

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def decoded(source: str | None) -> Image:
    assert source is not None and source.startswith("data:image/")
    content = np.frombuffer(base64.b64decode(source.split(",")[1]), np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def written(tmp_path: Path, *sections: Table | Chart | Gallery, inline: bool = True) -> Reader:
    write_page(tmp_path / "index.html", Page("a page", ["first"], sections), inline=inline)
    return Reader(tmp_path / "index.html")


def test_pictures_are_inside_and_look_as_they_did(tmp_path: Path) -> None:
    rows = [Row("one", [RED, NOISE], {"PSNR": 24.12345, "mouth": None})]
    page = written(tmp_path, Gallery("Pictures", ("input", "output"), rows))
    first, second = (decoded(image["src"]) for image in page.all("img"))
    np.testing.assert_array_equal(first, RED)
    assert np.abs(second.astype(float) - NOISE).mean() < 12
    assert [image["alt"] for image in page.all("img")] == ["one: input", "one: output"]
    for words in ("Pictures", "one", "PSNR 24.12", "mouth –", "input", "output"):
        assert words in page.words


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    text = written(
        tmp_path,
        Gallery("g", ("input",), [Row("r", [RED])]),
        Chart("c", {"a": [(0, 1), (1, 2)]}, "minutes"),
        Table("t", ("x",), [(1,)]),
    )
    assert not text.all("script") and not text.all("link")
    style = (tmp_path / "index.html").read_text(encoding="utf-8").split("<style>")[1]
    assert "url(" not in style and "http" not in style and "@import" not in style
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]


def test_pictures_beside_are_linked_or_taken_in(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    path = tmp_path / "pictures" / "50% #1.png"
    cv2.imencode(".png", NOISE)[1].tofile(path)
    gallery = Gallery("g", ("input", "target"), [Row("r", [path, None])])
    (linked,) = written(tmp_path, gallery, inline=False).all("img")
    assert linked["src"] == "pictures/50%25%20%231.png"
    (inside,) = written(tmp_path, gallery).all("img")
    np.testing.assert_array_equal(decoded(inside["src"]), NOISE)


def test_what_people_wrote_stays_text(tmp_path: Path) -> None:
    name = '<script>"&'
    page = written(tmp_path, Gallery(name, (name,), [Row(name, [RED], {name: 1})]),
                   Table(name, (name,), [(name,)]), Chart(name, {name: [(0, 1)]}, name))
    assert not page.all("script")
    assert page.words.count(name) >= 6


def test_the_worst_comes_first_and_failures_before_it() -> None:
    rows = [Row(name, [], {"HaarPSI": value})
            for name, value in (("good", 0.9), ("bad", 0.1), ("none", None), ("nan", math.nan))]
    rows.insert(0, Row("not judged", [], {}))
    assert [row.name for row in worst_first(rows, "HaarPSI", best="high")] == [
        "none", "nan", "bad", "good", "not judged"]
    assert [row.name for row in worst_first(rows, "HaarPSI", best="low")] == [
        "none", "nan", "good", "bad", "not judged"]
    with pytest.raises(ValueError, match="wanted 'high' or 'low'"):
        worst_first(rows, "HaarPSI", best="up")


def curve(page: Reader, index: int = 0) -> list[tuple[float, float]]:
    points = page.all("polyline")[index]["points"]
    assert points is not None
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points.split())]


def test_a_curve_rises_where_its_values_do(tmp_path: Path) -> None:
    page = written(tmp_path, Chart("c", {"a": [(0, 0), (1, 5), (2, 10)]}, "minutes"))
    (x0, y0), (x1, y1), (x2, y2) = curve(page)
    assert x0 < x1 < x2 and y0 > y1 > y2
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)
    assert "a 10" in page.words and "minutes" in page.words


def test_a_logarithm_spaces_powers_evenly(tmp_path: Path) -> None:
    points = [(0, 0.01), (1, 0.1), (2, 1), (3, 0)]
    (_, y0), (_, y1), (_, y2) = curve(written(tmp_path, Chart("c", {"a": points}, "x", log=True)))
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)


def test_a_gap_breaks_a_curve(tmp_path: Path) -> None:
    points = [(0, 1), (1, 2), (2, math.nan), (3, 1), (4, math.inf), (5, 2)]
    page = written(tmp_path, Chart("c", {"a": points}, "x"))
    assert [len(curve(page, index)) for index in range(3)] == [2, 2, 2]
    assert len(page.all("polyline")) == 3


def test_a_long_curve_is_thinned_but_keeps_its_peak(tmp_path: Path) -> None:
    points = [(float(x), 9.0 if x == 7777 else math.sin(x)) for x in range(20_000)]
    thin = curve(written(tmp_path, Chart("c", {"a": points}, "x")))
    assert len(thin) < 1500
    highest = min(y for _, y in thin)
    assert sum(y < highest + 50 for _, y in thin) == 1


def test_a_chart_without_points_says_so(tmp_path: Path) -> None:
    assert "nothing to show yet" in written(tmp_path, Chart("c", {"a": []}, "x")).words
    written(tmp_path, Chart("c", {"a": [(1, 1)]}, "x"))
    with pytest.raises(ValueError, match="9 curves"):
        Chart("c", {str(i): [] for i in range(9)}, "x")


def test_a_page_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, Table("the old one", ("x",), []))

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UsageError, match="can't write .*index.html: No space left"):
        written(tmp_path, Table("the new one", ("x",), []))
    assert "the old one" in Reader(tmp_path / "index.html").words


def test_a_row_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        written(tmp_path, Gallery("g", ("input", "output"), [Row("r", [RED])]))


def test_figures_are_told_with_four_digits() -> None:
    values = (24.12345, 0.81234, 0.00123456, 1234.5, 3, 0.0, math.inf, math.nan, None, "x", -2.5)
    assert [told(value) for value in values] == [
        "24.12", "0.8123", "0.001235", "1234", "3", "0", "∞", "–", "–", "x", "-2.500"]


def test_a_running_page_is_fetched_anew(tmp_path: Path) -> None:
    write_page(tmp_path / "index.html", Page("p", [], [], reload_s=30))
    assert {"http-equiv": "refresh", "content": "30"} in Reader(tmp_path / "index.html").all("meta")
