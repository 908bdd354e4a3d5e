"""The bar of long work."""

from __future__ import annotations

import io

from livegan.progress import ProgressBar, progress_line


def test_the_line_tells_part_rate_and_time_left() -> None:
    line = progress_line(300, 1200, 10.0)
    assert line == "[########----------------------] 300 of 1200 frames, 10 frames/s, 1:30 left"


def test_more_than_was_promised_is_no_fault() -> None:
    assert progress_line(1300, 1200, 10.0).endswith("0:00 left")


def test_without_a_total_only_what_is_known_is_told() -> None:
    assert progress_line(5, None, 2.0) == "5 frames, 2 frames/s"
    assert progress_line(1, None, 2.0) == "1 frame, 2 frames/s"


def test_a_file_is_not_filled_with_bars() -> None:
    out = io.StringIO()
    with ProgressBar(1000, out) as bar:
        for done in range(1000):
            bar.show(done, 100.0)
    assert out.getvalue() == ""


def test_a_terminal_is_left_clean() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    with ProgressBar(10, out):
        pass
    assert out.getvalue().endswith("\r\x1b[K")
