"""The crop itself."""

from __future__ import annotations

import numpy as np

from livegan.conditioners.crop import cut_part
from livegan.conditioners.plain import Plain
from livegan.frames import Frame
from livegan.parameters import Values


def test_it_shows_the_crop() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    values = Values({"source.mirror": True, "source.zoom": 2.0})
    plain = Plain((48, 64))
    seen = plain.condition(Frame(picture, 0, 0.0), values)
    np.testing.assert_array_equal(seen.image, cut_part(picture, values, (48, 64)))
    assert seen.camera is seen.image
    assert seen.found is None and seen.landmarks is None
    plain.close()
    plain.close()
