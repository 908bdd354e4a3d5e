"""Whether there is a desktop to open a window on, as far as that is known without asking it."""

from __future__ import annotations

import os
import sys

from livegan.errors import SinkError

CURE = "start livegan on a desktop, or write a file: --sink show.mp4"
"""What helps where there is none."""


def require_desktop() -> None:
    """Go on where there may be a desktop.

    Raises:
        SinkError: there is none.
    """
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise SinkError(f"no display: DISPLAY is not set; {CURE}")
