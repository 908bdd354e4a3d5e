"""What pytorch-CycleGAN-and-pix2pix wrote down beside the weights, if it still lies there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FILES = ("train_opt.txt", "test_opt.txt", "opt.txt")


@dataclass(frozen=True)
class ReferenceOptions:
    """The options that tell more than the weights do; None where they are not known.

    Args:
        path: the file that they stand in.
        size: side in pixels of the crops that it was trained on.
        direction: "AtoB" or "BtoA".
        name: of the experiment.
    """

    path: Path | None = None
    size: int | None = None
    direction: str | None = None
    name: str | None = None


def read_options(weights: Path) -> ReferenceOptions:
    """The options beside a file of weights: lines such as `crop_size: 256   [default: 286]`."""
    for name in _FILES:
        path = weights.parent / name
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        rows = dict(re.findall(r"^\s*(\w+):[ \t]*(\S*)", text, re.MULTILINE))
        # The second names are those of 2017 and 2018.
        size = rows.get("crop_size") or rows.get("fineSize") or ""
        direction = rows.get("direction") or rows.get("which_direction")
        return ReferenceOptions(
            path, int(size) if size.isdecimal() else None, direction or None, rows.get("name")
        )
    return ReferenceOptions()
