"""What can be played in time: the clock, and what it swings."""

from __future__ import annotations

from collections.abc import Sequence

from livegan.parameters.parameter import Parameter

SLOTS = 4
"""So many things can swing at once."""
SLOWEST_BPM, FASTEST_BPM = 20.0, 300.0
NONE = "none"
SHAPES = ("sine", "triangle", "saw", "square", "random")
_STANDING = ("clock", "lfo", "preset")
"""Groups that nothing swings: the clock itself, what swings, and how long a change takes."""

CLOCK = (
    Parameter("clock.tempo", 120.0, "The tempo; taps set it.", SLOWEST_BPM, FASTEST_BPM, "bpm"),
    Parameter(
        "clock.tap",
        False,
        "Once for each beat: it sets the tempo. The first after a pause begins a bar.",
        trigger=True,
    ),
    Parameter(
        "clock.source",
        "own",
        "Whose beat is followed: clock.tempo and taps, or a MIDI clock.",
        choices=("own", "midi"),
    ),
    Parameter(
        "clock.quantise",
        "off",
        "What a change to another preset or deck waits for.",
        choices=("off", "beat", "bar"),
    ),
    Parameter("clock.beats_per_bar", 4.0, "Beats in a bar, whole ones.", 1.0, 16.0, "beats"),
    Parameter(
        "clock.beat",
        1.0,
        "Where in the bar it is; its first beat is 1.",
        1.0,
        17.0,
        read_only=True,
        instead="clock.tap",
    ),
    Parameter(
        "clock.tempo_now",
        120.0,
        "The tempo that is followed, the own one or MIDI's.",
        0.0,
        1000.0,
        "bpm",
        read_only=True,
        instead="clock.tempo",
    ),
)


def swings(rows: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """The rows of the slots, each of which lets one number of `rows` swing."""
    numbers = [
        row.name
        for row in rows
        if row.kind == "number" and row.kept and row.group not in _STANDING
    ]
    return tuple(
        row for number in range(1, SLOTS + 1) for row in _slot(f"lfo.{number}", (NONE, *numbers))
    )


def _slot(slot: str, targets: tuple[str, ...]) -> tuple[Parameter, ...]:
    return (
        Parameter(
            f"{slot}_target",
            NONE,
            "What swings around the value that is set; slots with one target add up.",
            choices=targets,
            choices_text="none, or the name of a number, such as output.hue",
        ),
        Parameter(f"{slot}_shape", "sine", "How it swings.", choices=SHAPES),
        Parameter(
            f"{slot}_rate",
            4.0,
            "Beats that a swing takes, or, where the unit is hz, swings a second.",
            0.01,
            64.0,
        ),
        Parameter(
            f"{slot}_unit", "beats", "What the rate counts.", choices=("beats", "hz")
        ),
        Parameter(
            f"{slot}_depth",
            0.5,
            "How far it swings, from end to end, in parts of the target's range.",
            smoothing_ms=50,
        ),
        Parameter(f"{slot}_phase", 0.0, "Where in its swing it is on the beat."),
    )
