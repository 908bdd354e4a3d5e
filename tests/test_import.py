"""What `import livegan` brings, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import livegan

HEAVY = ("aiohttp", "av", "cv2", "mediapipe", "onnx", "openvino", "pyglet", "pythonosc",
         "pyvirtualcam", "torch")  # fmt: skip


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a statement loads in a fresh Python."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(livegan.__file__).parents[1],
        timeout=60,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import livegan",
        "import livegan.cli",
        "from livegan import Frame, Mailbox, Values, LiveganError, Performance",
        "from livegan.cli import main; main(['presets']); main(['parameters'])",
        "from livegan import load_generator, open_source, open_sink, read_card",
    ],
)
def test_importing_loads_no_large_library(statement: str) -> None:
    assert loaded_by(statement) & set(HEAVY) == set()


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert sorted(livegan.__all__) == livegan.__all__
    assert dir(livegan) == livegan.__all__
    for name in livegan.__all__:
        assert getattr(livegan, name).__module__.startswith("livegan.")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        getattr(livegan, "nothing_of_that_name")  # noqa: B009
