"""What the recipe `live` plays against: three discriminators, and what each of them looks at.

One sees a part of the picture as it is, for brush strokes and pores; one the whole picture at half
its size or less, for what belongs together; and, where landmarks are known, one the mouth or the
eyes, where people look (section 3.2 of pix2pixHD, Wang 2018, has the first two and a third scale).
One look by all three is 0.14 GMAC for 256 x 256 pixels, where the generator takes 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from workshop.augmenting import augmented
from workshop.discriminators import PatchDiscriminator
from workshop.losses import adversarial_loss, discriminator_loss, feature_loss
from workshop.recipes.computing import Computing

FEW = 600
"""With fewer pairs the discriminators would know them by heart (Zhao 2020): they are shown shifted
and with a part cut out."""
MOST = 128
"""Pixels to each side of what one discriminator sees at once: enough for its patches."""
PARTS_SIDE = 3 / 8
"""Of the picture's side: both eyes of a face that fills the picture, or a mouth that shouts."""

Views = list[Tensor]
"""One batch of images for each discriminator, (B, 3, h, w)."""


@dataclass(frozen=True)
class Verdict:
    """What the discriminators say of painted pictures.

    Args:
        likeness: how far their features are from those of the true pictures.
        adversarial: the hinge loss of the generator.
    """

    likeness: Tensor
    adversarial: Tensor


class Critics(nn.Module):
    """The discriminators of one training.

    Args:
        size: height and width of the pictures in pixels.
        centres: (N, 2, 2) float32, the middles of mouth and eyes, x and y in pixels; None where
            nobody knows them.
        few: whether there are so few pairs that they have to be disguised.
        computing: where, and how exactly.
    """

    def __init__(
        self,
        size: tuple[int, int],
        centres: NDArray[np.float32] | None,
        few: bool,
        computing: Computing,
    ) -> None:
        super().__init__()
        self._size, self._centres, self._few = np.array(size), centres, few
        self._computing = computing
        self._shrinking = max(2, round(min(size) / MOST))
        judges = [PatchDiscriminator(64), PatchDiscriminator(32)]
        if centres is not None:
            judges.append(PatchDiscriminator(32))
        self.judges = nn.ModuleList(judges)

    def views(
        self, random: np.random.Generator, chosen: NDArray[np.int64], *images: Tensor
    ) -> list[Views]:
        """What each discriminator sees of each of these (B, 3, H, W): the same part of all.

        Args:
            random: of where they look.
            chosen: (B,) which pairs they are.
            images: drawings in 0..1, pictures in -1..1.
        """
        crop = np.minimum(self._size // 2, MOST) // 8 * 8
        corners = random.integers(0, self._size - crop + 1, size=(len(chosen), 2))
        views = [[_cropped(image, corners, crop) for image in images]]
        views.append([functional.avg_pool2d(image, self._shrinking) for image in images])
        if self._centres is not None:
            crop = np.rint(self._size * PARTS_SIDE / 8).astype(np.int64) * 8
            middles = self._centres[chosen, random.integers(2, size=len(chosen))][:, ::-1]
            around = middles - crop / 2 + random.normal(0, crop / 16, middles.shape)
            corners = np.clip(np.rint(around), 0, self._size - crop).astype(np.int64)
            views.append([_cropped(image, corners, crop) for image in images])
        if self._few:
            views = [augmented(random, *view) for view in views]
        return [list(of_image) for of_image in zip(*views, strict=True)]

    def study(
        self, drawing: Views, painted: Views, target: Views
    ) -> tuple[Tensor, list[list[Tensor]]]:
        """How badly they tell painted pictures from true ones, a scalar, and their features of
        the true ones."""
        losses, features = [], []
        for judge, *views in zip(self.judges, drawing, painted, target, strict=True):
            with self._computing.autocast():
                true_verdict, true_features = judge(views[0], views[2])
                painted_verdict, _ = judge(views[0], views[1].detach())
            losses.append(discriminator_loss(true_verdict.float(), painted_verdict.float()))
            features.append([feature.detach() for feature in true_features])
        return torch.stack(losses).mean(), features

    def verdict(self, drawing: Views, painted: Views, true: list[list[Tensor]]) -> Verdict:
        """What they tell the generator, with the features of the true pictures to hand."""
        likeness, adversarial = [], []
        for judge, seen, picture, wanted in zip(self.judges, drawing, painted, true, strict=True):
            with self._computing.autocast():
                verdict, features = judge(seen, picture)
            likeness.append(feature_loss(features, wanted))
            adversarial.append(adversarial_loss(verdict.float()))
        return Verdict(torch.stack(likeness).mean(), torch.stack(adversarial).mean())


def _cropped(image: Tensor, corners: NDArray[np.int64], crop: NDArray[np.int64]) -> Tensor:
    """(B, 3, H, W) -> (B, 3, h, w), each from its own corner."""
    parts = [
        one[:, y : y + crop[0], x : x + crop[1]] for one, (y, x) in zip(image, corners, strict=True)
    ]
    return torch.stack(parts).contiguous(memory_format=torch.channels_last)
