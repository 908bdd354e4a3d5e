"""`python -m livegan` is `livegan`."""

from __future__ import annotations

import sys

from livegan.cli import main

if __name__ == "__main__":
    sys.exit(main())
