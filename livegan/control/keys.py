"""What the keys of the window play."""

from __future__ import annotations

import time

from livegan.performance import Performance
from livegan.sinks.window import Binding
from livegan.takes import new_take


def bindings(performance: Performance) -> list[Binding]:
    """The keys that play a performance; those of the window itself are the window's own."""

    def toggle(name: str) -> None:
        performance.values.toggle(name)

    def change_view() -> None:
        beside = performance.values.snapshot().choice("output.view") == "side_by_side"
        performance.values.update({"output.view": "picture" if beside else "side_by_side"})

    def take_neutral() -> None:
        performance.values.update({"puppet.neutral": True})

    def next_preset() -> None:
        performance.values.update({"preset.next": True})

    def save_preset() -> None:
        performance.values.update({"preset.save": performance.values.snapshot()["preset.name"]})

    def tap() -> None:
        performance.values.update({"clock.tap": True})

    recording = RecordingKey(performance)
    return [
        Binding("SPACE", "freeze", lambda: toggle("output.freeze")),
        Binding("B", "blackout", lambda: toggle("output.blackout")),
        Binding("M", "mirror", lambda: toggle("output.mirror")),
        Binding("V", "camera, drawing and picture side by side", change_view),
        Binding("TAB", "next preset", next_preset),
        Binding("S", "save what plays as a preset", save_preset),
        Binding("N", "take the neutral face again", take_neutral),
        Binding("R", "record, or end the recording", recording.toggle),
        Binding("T", "tap the tempo, beat by beat", tap),
    ]


class RecordingKey:
    """Begins a recording in the current folder, and ends that one and no other.

    Args:
        performance: what is recorded.
    """

    def __init__(self, performance: Performance) -> None:
        self._sinks = performance.sinks
        self._begun = ""

    def toggle(self) -> None:
        """Begin a recording, or end the one that was begun here."""
        if self._begun in self._sinks.specs():
            self._sinks.remove(self._begun)
        else:
            self._begun = new_take(time.localtime())
            self._sinks.add(self._begun)
