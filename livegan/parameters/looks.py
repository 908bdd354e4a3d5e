"""What can be played of the looks: which preset plays, and the two decks it is played from."""

from __future__ import annotations

from livegan.parameters.parameter import Parameter

LONGEST_MORPH_S = 60.0

ROWS = (
    Parameter("preset.name", "", "The preset that plays.", read_only=True, instead="preset.load"),
    Parameter(
        "preset.load",
        "",
        "Changes to a preset: its name, or its place among `livegan presets`, from 0.",
        request=True,
    ),
    Parameter("preset.next", False, "Changes to the next preset.", trigger=True),
    Parameter("preset.previous", False, "Changes to the preset before.", trigger=True),
    Parameter(
        "preset.save",
        "",
        "Keeps what plays as a preset of this name.",
        request=True,
    ),
    Parameter(
        "preset.morph",
        0.0,
        "Time that a change to another preset takes; 0 cuts.",
        0.0,
        LONGEST_MORPH_S,
        "s",
    ),
    Parameter(
        "deck.crossfade",
        0.0,
        "Which deck is shown: 0 is A, 1 is B, between them both are mixed.",
        smoothing_ms=50,
    ),
    Parameter("deck.a", "", "The preset on deck A.", read_only=True, instead="deck.load"),
    Parameter("deck.b", "", "The preset on deck B.", read_only=True, instead="deck.load"),
    Parameter(
        "deck.load",
        "",
        "Loads a preset, named as for preset.load, onto the deck behind, and shows it not yet.",
        request=True,
    ),
    Parameter("deck.cut", False, "Jumps to the other deck.", trigger=True),
)
