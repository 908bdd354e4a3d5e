"""What training needs beyond livegan itself."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

_NEEDED = ("torch", "safetensors", "lightning_fabric")


def end_without_training_extra() -> None:
    """End a script in one line where packages for training are missing.

    To be called before they are imported, and only where the script is what was started.

    Raises:
        SystemExit: one is missing; the code is 2.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        script = Path(sys.argv[0]).stem
        listed = ", ".join(missing)
        print(f'{script}: needs {listed}; run: pip install -e ".[train]"', file=sys.stderr)
        raise SystemExit(2)
