"""A moving test card: a source that is always there."""

from __future__ import annotations

import cv2
import numpy as np

from livegan.frames import Image
from livegan.sources.playback import Clock, SteadyPlayback

# 75 % bars in the order of falling brightness, as on SMPTE's card. BGR.
_BARS = (
    (191, 191, 191), (0, 191, 191), (191, 191, 0), (0, 191, 0),
    (191, 0, 191), (0, 0, 191), (191, 0, 0),
)  # fmt: skip
_SWEEP_PX = 4


class Pattern(SteadyPlayback):
    """Colour bars over a grey ramp, a white line that sweeps across, and the frame's number.

    The same index always gives the same picture.

    Args:
        size: (height, width) in pixels.
        fps: pictures a second.
        live: endless and paced; otherwise `frames` pictures, at once.
        frames: how many pictures it gives where it is not live.
        clock: what it plays by.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] = (480, 640),
        fps: float = 30.0,
        live: bool = True,
        frames: int = 300,
        clock: Clock | None = None,
    ) -> None:
        count = None if live else frames
        super().__init__("pattern", fps=fps, count=count, live=live, clock=clock)
        self._card = _still_card(size)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._card.shape[0], self._card.shape[1]

    @property
    def description(self) -> str:
        """The test card's size and rate."""
        height, width = self.size
        return f"pattern: moving test card {width}x{height} at {self.fps:g} fps"

    def _picture(self, index: int) -> Image:
        card = self._card.copy()
        height, width = self.size
        left = index * _SWEEP_PX % width
        card[:, left : left + _SWEEP_PX] = 255
        scale = height / 240
        place = (round(0.05 * width), round(0.93 * height))
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(card, f"{index:06d}", place, font, scale, (0, 0, 0), round(4 * scale) + 1)
        cv2.putText(card, f"{index:06d}", place, font, scale, (255, 255, 255), round(scale) + 1)
        return card


def _still_card(size: tuple[int, int]) -> Image:
    height, width = size
    card = np.empty((height, width, 3), np.uint8)
    card[:] = np.array(_BARS, np.uint8)[np.arange(width) * len(_BARS) // width]
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    card[height * 3 // 4 :] = ramp[:, None]
    return card
