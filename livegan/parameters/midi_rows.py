"""What can be played of MIDI itself: which control plays what."""

from __future__ import annotations

from livegan.parameters.parameter import Parameter

LEARN_NOTHING = "off"

ROWS = (
    Parameter(
        "midi.learn",
        "",
        "The MIDI control that is moved next plays the parameter of this name; off ends it.",
        request=True,
    ),
    Parameter(
        "midi.forget",
        "",
        "No MIDI control plays the parameter of this name any more.",
        request=True,
    ),
    Parameter(
        "midi.learning",
        "",
        "What is being learned, or was learned last.",
        read_only=True,
        instead="midi.learn",
    ),
)
