"""What the keys of the window play."""

from __future__ import annotations

import time

from livegan.performance import Performance
from livegan.sinks.window import Binding
from livegan.takes import PREFIX, new_take


def bindings(performance: Performance) -> list[Binding]:
    """The keys that play a performance; those of the window itself are the window's own."""

    def toggle(name: str) -> None:
        performance.values.toggle(name)

    def change_view() -> None:
        beside = performance.values.snapshot().choice("output.view") == "side_by_side"
        performance.values.update({"output.view": "picture" if beside else "side_by_side"})

    return [
        Binding("SPACE", "freeze", lambda: toggle("output.freeze")),
        Binding("B", "blackout", lambda: toggle("output.blackout")),
        Binding("M", "mirror", lambda: toggle("output.mirror")),
        Binding("V", "camera, drawing and picture side by side", change_view),
        Binding("TAB", "next preset", performance.next_preset),
        Binding("N", "take the neutral face again", performance.recalibrate),
        Binding("R", "record, or end the recording", lambda: toggle_recording(performance)),
    ]


def toggle_recording(performance: Performance) -> None:
    """Begin a recording in the current folder, or end the one that was begun by key."""
    begun = [spec for spec in performance.sinks.specs() if spec.startswith(PREFIX)]
    if begun:
        performance.sinks.remove(begun[0])
    else:
        performance.sinks.add(new_take(time.localtime()))
