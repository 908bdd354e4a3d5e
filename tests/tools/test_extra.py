"""Scripts without the packages that training needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"

# Stands in for an environment without PyTorch: whoever looks for it finds nothing.
_WITHOUT_TORCH = """
import runpy, sys
from importlib.machinery import PathFinder

class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name == "torch" else PathFinder.find_spec(name, path, target)

sys.meta_path[:] = [one for one in sys.meta_path if one is not PathFinder] + [Without]
sys.argv = sys.argv[1:]
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("script", ["train", "export", "import_checkpoint"])
def test_without_pytorch_a_script_says_in_one_line_what_to_install(script: str) -> None:
    started = [sys.executable, "-c", _WITHOUT_TORCH, (TOOLS / f"{script}.py").as_posix(), "x"]
    done = subprocess.run(started, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == f'{script}: needs torch; run: pip install -e ".[train]"\n'
    assert done.returncode == 2
