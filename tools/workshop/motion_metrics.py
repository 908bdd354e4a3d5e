"""How calm and how lively a generator is in time: flicker, motion, and what a picture takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from livegan.conditioners.conditioner import Conditioner
from livegan.frames import Frame, Image
from livegan.generators import Generator
from livegan.parameters import Values

Result = TypeVar("Result")

NOISE_SIGMA = 4.0
"""Of a webcam indoors, in grey levels."""
SETTLING_FRAMES, JUDGED_FRAMES = 45, 30
FPS = 30.0


def mean_deviation(pictures: Iterable[Image]) -> float:
    """Standard deviation over time, mean over pixels and channels, in grey levels.

    Args:
        pictures: (H, W, 3) uint8, at least one.
    """
    count, total, squares = 0, np.zeros(()), np.zeros(())
    for picture in pictures:
        values = picture.astype(np.float64)
        count, total, squares = count + 1, total + values, squares + values**2
    variance = squares / count - (total / count) ** 2
    return float(np.sqrt(np.maximum(variance, 0)).mean())


def static_flicker(
    still: Image, conditioner: Conditioner, generator: Generator, values: Values, seed: int = 0
) -> dict[str, float]:
    """How much a still performer's picture flickers, because a camera's noise moves the drawing.

    Args:
        still: (H, W, 3) uint8 BGR, what the camera would see; noise of 4 grey levels is added anew
            to each of 75 frames at 30 a second. The first 45 let smoothing and the search for a
            neutral face come to rest.
        conditioner, generator: as on stage.
        values: the parameters.
        seed: of the noise.

    Returns:
        `flicker`: mean standard deviation over time of the painted pictures, in grey levels.
        `drawing_flicker`: that of the drawings. `held_flicker`: that of the pictures when the last
        drawing is held; 0 unless chance plays in the generator.
    """
    random = np.random.default_rng(seed)
    drawings = []
    for index in range(SETTLING_FRAMES + JUDGED_FRAMES):
        # In float32: at 720p the noise would take longer than all the rest.
        noise = NOISE_SIGMA * random.standard_normal(still.shape, np.float32)
        noisy = np.clip(np.rint(still + noise), 0, 255).astype(np.uint8)
        seen = conditioner.condition(Frame(noisy, index, index / FPS), values)
        if index >= SETTLING_FRAMES:
            drawings.append(seen.image)
    held = (generator.generate(drawings[-1]) for _ in range(4))
    return {
        "flicker": mean_deviation(generator.generate(drawing) for drawing in drawings),
        "drawing_flicker": mean_deviation(drawings),
        "held_flicker": mean_deviation(held),
    }


class MotionRatio:
    """Mean |change of the output| over mean |change of the target|, from picture to picture.

    1 is as lively as the target, more is restless, less is stiff.
    """

    def __init__(self) -> None:
        self._last: tuple[Image, Image] | None = None
        self._painted = self._wanted = 0.0

    def add(self, painted: Image, target: Image) -> None:
        """The next pair, (H, W, 3) uint8 both."""
        if self._last is not None:
            self._painted += _change(self._last[0], painted)
            self._wanted += _change(self._last[1], target)
        self._last = painted, target

    @property
    def value(self) -> float | None:
        """The ratio; None until the target has changed."""
        return self._painted / self._wanted if self._wanted else None


class Stopwatch:
    """Times calls of one kind."""

    def __init__(self) -> None:
        self.times_s: list[float] = []

    def __call__(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Do it, and keep what it took."""
        began_s = time.perf_counter()
        result = work(*arguments)
        self.times_s.append(time.perf_counter() - began_s)
        return result


def latency_ms(name: str, times_s: Sequence[float]) -> dict[str, float]:
    """`NAME_ms_p50` and `NAME_ms_p95` of at least one time."""
    return {f"{name}_ms_p{percent}": 1000 * float(np.percentile(times_s, percent))
            for percent in (50, 95)}


def _change(before: Image, after: Image) -> float:
    return float(np.abs(after.astype(np.int16) - before).mean())
