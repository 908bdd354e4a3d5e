"""What a generator owes the instrument."""

from __future__ import annotations

from typing import Protocol

from livegan.frames import Image


class Generator(Protocol):
    """Paints a picture from a drawing.

    Duties:
        * `generate` takes and returns (H, W, 3) uint8 BGR, C-contiguous, of the size in `size`;
          scaling, channel order and layout are inside the network's graph.
        * It keeps nothing between frames and does not write into its argument.
        * What it returns is the caller's: the next call does not change it.
        * `description` is "backend device precision", for instance "openvino CPU f32"; where
          livegan chose, the reason may follow after a semicolon.
    """

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""

    @property
    def description(self) -> str:
        """"backend device precision", and after a semicolon the reason, if there is one."""

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
        """

    def close(self) -> None:
        """Give back what it holds. May be called twice."""
