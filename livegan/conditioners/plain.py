"""No drawing at all: the generator is shown the crop itself."""

from __future__ import annotations

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.crop import cut_part
from livegan.frames import Frame
from livegan.parameters import Values


class Plain:
    """Shows the crop as it is.

    Args:
        size: height and width of the crop in pixels.
    """

    kind = "plain"
    version = 1

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        """Crop one frame."""
        crop = cut_part(frame.image, values, self._size)
        return Conditioned(crop, crop)

    def close(self) -> None:
        """Nothing is held."""
