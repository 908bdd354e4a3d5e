"""What a conditioner owes the instrument and the workshop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from livegan.face_topology import Landmarks
from livegan.frames import Frame, Image
from livegan.parameters import Values


@dataclass(frozen=True, eq=False)
class Conditioned:
    """The drawing that a generator paints from, and what was seen on the way.

    Args:
        image: (H, W, 3) uint8 BGR, the drawing.
        camera: (H, W, 3) uint8 BGR, the crop of the frame that it was made from.
        found: whether a face was there; None where none is looked for.
        landmarks: (478, 3) float32, as drawn, if it draws a face.
        performer: (478, 3) float32, as seen in the crop, if a face was found.
    """

    image: Image
    camera: Image
    found: bool | None = None
    landmarks: Landmarks | None = None
    performer: Landmarks | None = None


class Conditioner(Protocol):
    """Makes of each frame the drawing that a generator was trained on.

    The workshop draws its datasets with the same object, so what a generator was trained on is
    what it gets on stage. `kind` and `version` go into the model card: whoever changes what a
    conditioner draws for the same settings raises its version.
    """

    kind: str
    version: int

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        """Draw one frame, with the parameters as they stand."""

    def close(self) -> None:
        """Give back what it holds. May be called twice."""
