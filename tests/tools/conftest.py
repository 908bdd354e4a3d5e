"""What the tests of the workshop share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from discs import write_dataset

# More threads only wait for each other on pictures this small.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 pairs to train on and 6 held out, 64 x 64, with landmarks."""
    return write_dataset(tmp_path_factory.mktemp("data") / "discs")
