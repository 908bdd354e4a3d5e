"""The latent generator that ships: faces of paintings, from numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.latent_drawing import COUNT
from livegan.face_topology import mouth_opening
from livegan.frames import Frame, Image
from livegan.look import Look, Resting, open_look
from livegan.parameters import LiveValues, Setting
from livegan.presets import read_preset
from livegan.sources import bundled_clip, open_source

RATE_HZ = 15


@pytest.fixture
def look() -> Iterator[Look]:
    with closing(open_look(read_preset("faces-from-noise"))) as look:
        yield look


def drifted(look: Look, seconds: float, **more: Setting) -> list[Image]:
    """What it paints where nobody is seen, RATE_HZ times a second."""
    assert isinstance(look.conditioner, Resting)
    values = LiveValues({**look.values, **{f"latent.{name}": v for name, v in more.items()}})
    drawings = (
        look.conditioner.rest(step / RATE_HZ, values.snapshot()).image
        for step in range(round(seconds * RATE_HZ))
    )
    return [look.generator.generate(drawing) for drawing in drawings]


def played(look: Look, latents: NDArray[np.float64]) -> Image:
    """What it paints for latents, while nothing drifts."""
    numbered = {str(number): float(value) for number, value in enumerate(latents, 1)}
    return drifted(look, 1 / RATE_HZ, drift=0.0, **numbered)[-1]


def change(one: Image, other: Image) -> float:
    """Mean difference in grey levels."""
    return float(np.abs(one.astype(int) - other).mean())


def test_most_random_draws_are_faces(look: Look) -> None:
    draws = np.random.default_rng(5).standard_normal((20, COUNT))
    with closing(FaceDetector(still=True)) as detector:
        found = [detector.find(played(look, draw)) is not None for draw in draws]
    assert sum(found) >= 18


def test_it_lives_by_itself_and_without_leaps(look: Look) -> None:
    painted = drifted(look, 9)
    steps = np.array([change(*pair) for pair in zip(painted, painted[1:], strict=False)])
    each_second = steps[: 8 * RATE_HZ].reshape(8, RATE_HZ).sum(1)
    assert each_second.min() > 1, "it freezes"
    assert steps.max() < 6, "it leaps"
    assert change(painted[0], painted[-1]) > 8


def test_equal_latents_are_one_picture_and_others_another(look: Look) -> None:
    one, other = np.random.default_rng(6).standard_normal((2, COUNT))
    painted = played(look, one)
    np.testing.assert_array_equal(painted, played(look, one))
    assert change(painted, played(look, other)) > 5


def test_a_performer_chooses_the_face_and_moves_it(look: Look) -> None:
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        frames = [source.read() for _ in range(300)][::5]
    values = LiveValues({**look.values, "latent.drift": 0.0}).snapshot()
    theirs, ours = [], []
    with closing(FaceDetector(still=True)) as detector:
        for frame in frames:
            at_its_time = Frame(frame.image, frame.index, frame.index / 30)
            seen = look.conditioner.condition(at_its_time, values)
            face = detector.find(look.generator.generate(seen.image))
            if seen.performer is not None and face is not None:
                theirs.append(mouth_opening(seen.performer))
                ours.append(mouth_opening(face))
    assert len(ours) > 50
    assert np.corrcoef(theirs, ours)[0, 1] > 0.5
