"""Opens the conditioner that a generator's card asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livegan.conditioners.canny import Canny
from livegan.conditioners.conditioner import Conditioner
from livegan.conditioners.face_mesh import FaceMesh
from livegan.conditioners.grayscale import Grayscale
from livegan.conditioners.latent import Latent
from livegan.conditioners.plain import Plain
from livegan.errors import ModelError
from livegan.puppetry import Puppeteer

if TYPE_CHECKING:
    from livegan.model_card import ConditionerCard, Puppet

KINDS = {row.kind: row for row in (FaceMesh, Canny, Grayscale, Plain, Latent)}


def open_conditioner(card: ConditionerCard, size: int, puppet: Puppet | None = None) -> Conditioner:
    """The conditioner that draws what the card says.

    Args:
        card: kind and drawing version; its settings are the caller's to play.
        size: side of the drawing in pixels.
        puppet: the face to carry a performer's onto, for a face mesh.

    Raises:
        ModelError: livegan has no such conditioner, or draws otherwise by now.
    """
    kind = KINDS.get(card.kind)
    if kind is None:
        raise ModelError(
            f"the generator wants the conditioner {card.kind!r}, livegan has {', '.join(KINDS)};"
            " update livegan"
        )
    if kind.version != card.version:
        raise ModelError(
            f"the generator was trained on version {card.version} of the {card.kind} drawing,"
            f" livegan draws version {kind.version}; train and export it again"
            " with this livegan, or install the one that it was made with"
        )
    if kind is FaceMesh:
        player = puppet and Puppeteer(puppet.landmarks, puppet.limits, size)
        return FaceMesh(size, player or None)
    return kind(size)
