"""The default preset: whether a frame comes through as a picture."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.cures import told_and_cure
from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding


def check_playing(facts: Facts) -> Iterator[Finding]:
    """Whether the default preset painted a frame of the bundled clip."""
    playing = facts.playing
    if playing.problem:
        yield Finding("FAIL", playing.preset, *told_and_cure(playing.problem))
        return
    told = f"{playing.generator}, first picture after {playing.seconds:.1f} s"
    if playing.found is False:
        yield Finding(
            "warn",
            playing.preset,
            f"{told}; it did not see the face in the bundled clip",
            'pip install --force-reinstall --no-deps "mediapipe==0.10.21"',
        )
    else:
        yield Finding("ok", playing.preset, told)
