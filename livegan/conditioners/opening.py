"""Opens the conditioner that a generator's card asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livegan.conditioners.canny import Canny
from livegan.conditioners.conditioner import Conditioner
from livegan.conditioners.face_mesh import FaceMesh
from livegan.conditioners.grayscale import Grayscale
from livegan.conditioners.latent import Latent
from livegan.conditioners.performer import Performer
from livegan.conditioners.plain import Plain
from livegan.errors import ModelError
from livegan.puppetry import Puppeteer

if TYPE_CHECKING:
    from livegan.model_card import ConditionerCard, Puppet

KINDS = {row.kind: row for row in (FaceMesh, Canny, Grayscale, Plain, Latent)}


def open_conditioner(
    card: ConditionerCard,
    size: tuple[int, int],
    puppet: Puppet | None = None,
    performer: Performer | None = None,
) -> Conditioner:
    """The conditioner that draws what the card says.

    Args:
        card: kind and drawing version; its settings are the caller's to play.
        size: height and width of the drawing in pixels.
        puppet: the face to carry a performer's onto, for a face mesh.
        performer: what other looks of the show know of whom the camera sees; None is nothing.

    Raises:
        ModelError: livegan has no such conditioner, draws otherwise by now, or draws only squares
            of this kind.
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
    if kind is Latent:
        _check_square(size, "sliders for latents")
    if kind is FaceMesh and puppet:
        _check_square(size, "a puppet's face")
    performer = performer or Performer()
    if kind is Latent:
        return Latent(size, detector=performer.detector(size))
    if kind is FaceMesh:
        puppeteer = None
        if puppet:
            known = performer.neutral
            puppeteer = Puppeteer(puppet.landmarks, puppet.limits, size[0], known)
        return FaceMesh(size, puppeteer, detector=performer.detector(size))
    return kind(size)


def _check_square(size: tuple[int, int], what: str) -> None:
    height, width = size
    if height != width:
        raise ModelError(
            f"the generator paints {width} x {height} pixels, livegan draws {what} only in a"
            " square; train it again with a square --size"
        )
