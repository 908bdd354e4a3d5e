"""What a performance was like, as figures in a file."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from livegan import process
from livegan.errors import UsageError
from livegan.files import write_atomically
from livegan.performance import Performance
from livegan.presets import Preset
from livegan.statistics import report


def report_on(performance: Performance, preset: Preset) -> dict[str, object]:
    """The figures of a performance that has ended."""
    look = performance.look
    return report(
        performance.statistics.totals(),
        preset=preset.name,
        generator=look.generator.description if look else "",
        size=look.generator.size if look else (0, 0),
        startup_s=startup_s(performance),
        memory_mib=process.peak_memory_mib(),
    )


def startup_s(performance: Performance) -> float:
    """From the start of the process to the first picture, in seconds; 0 where there was none."""
    shown_at_s = performance.statistics.started_at_s
    if shown_at_s is None:
        return 0.0
    return process.age_s() - (time.monotonic() - shown_at_s)


def write_figures(path: str, figures: Mapping[str, object]) -> None:
    """Write what was measured, as JSON.

    Raises:
        UsageError: it can't be written.
    """
    try:
        write_atomically(Path(path), json.dumps(figures, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
