"""What livegan says gets to the terminal, whatever else is kept off it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import logging, os
from livegan.conditioners.face_detector import quiet
from livegan.terminal import telling
with telling(), quiet():
    os.write(2, b"a library speaks\\n")
    logging.getLogger("livegan").warning("this is to be read")
"""


def test_no_line_is_lost_while_a_library_is_kept_quiet() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, check=True
    )
    assert ended.stderr == "this is to be read\n"
