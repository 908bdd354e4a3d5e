"""The default preset: whether a frame comes through as a picture."""

from __future__ import annotations

from collections.abc import Iterator

from livegan.doctor.facts import Facts
from livegan.doctor.finding import Finding

_CURES = {
    "no answer within": "close other programs and try again: the first time takes longest",
    "libGL.so": "sudo apt install libgl1 libglib2.0-0",
    "libgthread": "sudo apt install libgl1 libglib2.0-0",
    "No module named": "pip install -e .",
    "numpy": 'pip install "numpy>=1.26,<2"',
    "DLL load failed": "install the Visual C++ Redistributable of Microsoft (aka.ms/vs/17/release/"
    "vc_redist.x64.exe), then try again",
}
_OTHER_CURE = "mend what is told above, from the top; then: pip install --force-reinstall -e ."


def check_playing(facts: Facts) -> Iterator[Finding]:
    """Whether the default preset painted a frame of the bundled clip."""
    playing = facts.playing
    if playing.problem:
        told, _, cure = playing.problem.partition("; ")
        fitting = (text for part, text in _CURES.items() if part in playing.problem)
        yield Finding("FAIL", playing.preset, told, cure or next(fitting, _OTHER_CURE))
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
