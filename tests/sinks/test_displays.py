"""Displays by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from livegan.errors import SinkError
from livegan.sinks.displays import Display, choose_display, list_displays

LAPTOP = Display(0, "eDP-1", 0, 0, 1920, 1200)
BEAMER = Display(1, "HDMI-1", 1920, 0, 1280, 800)
MONITOR = Display(2, "HDMI-2", 3200, 0, 2560, 1440)


@pytest.mark.parametrize(
    ("typed", "meant"), [(1, BEAMER), ("1", BEAMER), ("hdmi-2", MONITOR), ("eDP", LAPTOP)]
)
def test_a_display_is_meant_by_number_or_part_of_its_name(typed: str | int, meant: Display) -> None:
    assert choose_display(typed, [LAPTOP, BEAMER, MONITOR]) == meant


def test_a_part_of_two_names_lists_both() -> None:
    with pytest.raises(SinkError, match="more than one; there are: 1 'HDMI-1'.*; 2 'HDMI-2'"):
        choose_display("HDMI", [LAPTOP, BEAMER, MONITOR])


@pytest.mark.parametrize("typed", [3, "VGA"])
def test_an_unknown_display_lists_what_there_is(typed: str | int) -> None:
    with pytest.raises(SinkError, match="does not exist; there are: 0 'eDP-1' 1920x1200 at 0,0"):
        choose_display(typed, [LAPTOP])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux runs without a desktop")
def test_without_a_desktop_there_is_no_display_and_the_cure_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(SinkError, match=r"DISPLAY is not set.*--sink show\.mp4"):
        list_displays()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names its display")
def test_a_display_that_does_not_answer_is_no_display() -> None:
    script = (
        "import os; os.environ['DISPLAY'] = ':4711'\n"
        "from livegan.sinks.displays import list_displays\n"
        "try: list_displays()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("SinkError no window can be opened")
    assert "DISPLAY :4711" in told


@pytest.mark.display
def test_the_display_of_this_machine_is_listed() -> None:
    first = list_displays()[0]
    assert first.index == 0 and first.width > 0 and first.height > 0
