"""Takes one picture with a camera: photograph.py SOURCE OUT, which makes OUT.npy and OUT.txt."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import numpy as np

from livegan.sources import open_source


def main(source: str, out: str) -> None:
    """Write the first frame as livegan got it, and what livegan says of the camera."""
    with closing(open_source(source)) as camera:
        np.save(f"{out}.npy", camera.read().image)
        Path(f"{out}.txt").write_text(camera.description)


if __name__ == "__main__":
    main(*sys.argv[1:])
