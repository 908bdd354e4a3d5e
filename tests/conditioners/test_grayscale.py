"""The crop without colours."""

from __future__ import annotations

import numpy as np

from livegan.conditioners.grayscale import Grayscale
from livegan.frames import Frame
from livegan.parameters import Values


def test_colours_become_their_brightness_in_three_equal_channels() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :16] = (255, 0, 0)
    picture[:, 16:32] = (0, 255, 0)
    picture[:, 32:48] = (0, 0, 255)
    picture[:, 48:] = (255, 255, 255)
    grayscale = Grayscale((64, 64))
    seen = grayscale.condition(Frame(picture, 0, 0.0), Values())
    assert seen.image.shape == (64, 64, 3) and seen.image.flags.c_contiguous
    assert seen.image[5, [8, 24, 40, 56]].tolist() == [[29] * 3, [150] * 3, [76] * 3, [255] * 3]
    np.testing.assert_array_equal(seen.camera, picture)
    grayscale.close()
    grayscale.close()
