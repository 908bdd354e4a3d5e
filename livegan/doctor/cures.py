"""Cures of what libraries complain of, by what stands in the complaint."""

from __future__ import annotations

_SYSTEM_LIBRARIES = "sudo apt install libgl1 libglib2.0-0"
_CURES = {
    "no answer within": "close other programs and try again: the first time takes longest",
    "libGL.so": _SYSTEM_LIBRARIES,
    "libgthread": _SYSTEM_LIBRARIES,
    "No module named": "pip install -e .",
    "numpy": 'pip install "numpy>=1.26,<2"',
    "DLL load failed": "install the Visual C++ Redistributable (learn.microsoft.com), then try"
    " again",
}
_OTHER_CURE = "mend what is told above, from the top; then: pip install --force-reinstall -e ."


def told_and_cure(problem: str, otherwise: str = _OTHER_CURE) -> tuple[str, str]:
    """What went wrong, and what helps.

    Args:
        problem: livegan's own messages name the cure behind a semicolon; what libraries say is
            looked up.
        otherwise: the cure of what is unknown.
    """
    told, _, cure = problem.partition("; ")
    known = (text for part, text in _CURES.items() if part in problem)
    return told, cure.removeprefix("run: ") or next(known, otherwise)
