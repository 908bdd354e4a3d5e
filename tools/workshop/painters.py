"""Opens what is to be judged, whatever it is kept as: a run, one of its checkpoints, an .onnx."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from livegan.conditioners import open_conditioner
from livegan.conditioners.conditioner import Conditioner
from livegan.errors import ModelError, ParameterError, UsageError
from livegan.frames import Image
from livegan.generators import Generator, load_generator
from livegan.generators.drawing_check import check_drawing
from livegan.generators.stretched import as_shown
from livegan.model_card import ModelCard, read_card
from livegan.parameters import LiveValues, Values

if TYPE_CHECKING:  # who judges an .onnx needs no PyTorch
    from workshop.recipes import Product


@dataclass(frozen=True, eq=False)
class Painter:
    """A generator with what its card says.

    Args:
        generator: has painted once.
        card: of its name, size, conditioner, puppet and training; a run's has no more than these.
    """

    generator: Generator
    card: ModelCard

    @property
    def direction(self) -> str:
        """"AtoB" if it paints pictures from drawings, "BtoA" if it was trained the other way."""
        return str(self.card.training.get("direction", "AtoB"))

    @property
    def on_stage(self) -> Generator:
        """The generator in the shape in which the stage plays it; what draws for it draws in that.

        Raises:
            ModelError: the card tells a shape that can't be.
        """
        return as_shown(self.generator, self.card)

    def open_conditioner(self) -> Conditioner:
        """What draws for it, knowing nothing of earlier frames.

        Raises:
            ModelError: this livegan has no such conditioner, or draws otherwise by now.
        """
        return open_conditioner(self.card.conditioner, self.on_stage.size, self.card.puppet)

    def values(self) -> Values:
        """The parameters as it was trained with.

        Raises:
            ModelError: it was trained with settings that this livegan doesn't have.
        """
        try:
            return LiveValues(self.card.conditioner.settings).snapshot()
        except ParameterError as error:
            raise ModelError(f"{self.card.name} is not for this livegan: {error}") from None


def open_painter(path: Path, which: str = "") -> Painter:
    """Open it.

    Args:
        path: an .onnx with a card, a run's folder (its newest checkpoint), or a checkpoint in one.
        which: the network of a run that trains several, such as "a2b".

    Raises:
        UsageError: there is nothing of that kind, or the run has several networks, or none of
            that name.
    """
    if path.is_dir() or path.suffix == ".safetensors":
        return _open_run(path, which)
    if which:
        raise UsageError(f"{path} is one network; --painter is for runs that train several")
    painter = Painter(load_generator(path, precision="f32"), read_card(path))
    _warm_up(painter.generator)
    return painter


class Trained:
    """A run's network, as a generator that paints what its export would.

    Args:
        product: filled with its weights.
    """

    def __init__(self, product: Product) -> None:
        self._product = product

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._product.size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        weight = next(self._product.network.parameters())
        return f"torch {weight.device.type} {str(weight.dtype).removeprefix('torch.')}"

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
        """
        check_drawing(image, self.size)
        return np.ascontiguousarray(self._product.paint(image[np.newaxis])[0])

    def close(self) -> None:
        """The network is freed with the object."""


def _open_run(path: Path, which: str) -> Painter:
    from workshop.checkpoint import load_checkpoint, newest_checkpoint, read_run
    from workshop.recipes import find_recipe
    from workshop.run_folder import RunFolder

    if path.is_dir():
        run = RunFolder(path).read()
        checkpoint = newest_checkpoint(path)
        if checkpoint is None:
            raise UsageError(f"{path} has no checkpoint yet; let it train for a minute")
    else:
        if not path.is_file():
            raise UsageError(f"no checkpoint at {path}")
        checkpoint, run = path, read_run(path)
    products = find_recipe(run["settings"]["recipe"]).products(run)
    product = _choose(products, which, path)
    load_checkpoint(checkpoint, {product.part: product.network})
    name = checkpoint.parent.resolve().name + (f"-{which}" if which else "")
    card = ModelCard(
        name, product.size, product.conditioner, product.puppet, run["settings"]
    )
    painter = Painter(Trained(product), card)
    _warm_up(painter.generator)
    return painter


def _choose(products: list[Product], which: str, path: Path) -> Product:
    if len(products) == 1 and not which:
        return products[0]
    for product in products:
        if product.painter == which:
            return product
    names = ", ".join(product.painter for product in products if product.painter)
    if not names:
        raise UsageError(f"{path} has one network without a name; leave out --painter {which}")
    raise UsageError(f"{path} has the networks {names}; choose one with --painter")


def _warm_up(generator: Generator) -> None:
    # The first picture takes several times as long as the others.
    generator.generate(np.zeros((*generator.size, 3), np.uint8))
