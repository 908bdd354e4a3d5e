"""What the looks of one show share of whom the camera sees."""

from __future__ import annotations

import numpy as np

from livegan.conditioners.performer import Finder, Performer
from livegan.face_topology import COUNT, Landmarks
from livegan.frames import Image

SQUARE, WIDE = (256, 256), (256, 512)


class FakeDetector:
    """Finds a face wherever the picture is not black; its landmarks are the picture's grey."""

    def __init__(self) -> None:
        self.looked = 0
        self.closed = 0

    def find(self, image: Image) -> Landmarks | None:
        self.looked += 1
        if image[0, 0, 0] == 255:
            raise RuntimeError("no memory")
        return np.full((COUNT, 3), image[0, 0, 0], np.float32) if image.any() else None

    def close(self) -> None:
        self.closed += 1


class Company:
    """A performer whose detectors are counted."""

    def __init__(self) -> None:
        self.opened: list[FakeDetector] = []
        self.performer = Performer(self._open)

    def _open(self) -> Finder:
        self.opened.append(FakeDetector())
        return self.opened[-1]


def grey(level: int) -> Image:
    """A picture of one grey level."""
    return np.full((300, 300, 3), level, np.uint8)


def test_looks_of_one_shape_share_a_detector_and_others_do_not() -> None:
    company = Company()
    for size in (SQUARE, (512, 512), WIDE, SQUARE):
        company.performer.detector(size)
    assert len(company.opened) == 2


def test_a_picture_that_two_look_at_is_looked_at_once() -> None:
    company = Company()
    one, two = (company.performer.detector(SQUARE) for _ in range(2))
    for level in (10, 0, 30, 30):
        found = [one.find(grey(level)), two.find(grey(level))]
        assert [None if face is None else face[0, 0] for face in found] == [level or None] * 2
    assert company.opened[0].looked == 3


def test_what_one_does_with_its_landmarks_is_not_seen_by_the_other() -> None:
    company = Company()
    one, two = (company.performer.detector(SQUARE) for _ in range(2))
    found = one.find(grey(10))
    assert found is not None
    found *= 2
    again = two.find(grey(10))
    assert again is not None and again[0, 0] == 10


def test_a_picture_that_differs_in_one_pixel_is_looked_at() -> None:
    company = Company()
    one, two = (company.performer.detector(SQUARE) for _ in range(2))
    other = grey(10)
    other[200, 201, 1] = 11
    one.find(grey(10))
    two.find(other)
    assert company.opened[0].looked == 2


def test_a_picture_that_failed_is_looked_at_again() -> None:
    company = Company()
    one, two = (company.performer.detector(SQUARE) for _ in range(2))
    for finder in (one, two):
        try:
            finder.find(grey(255))
        except RuntimeError:
            continue
        raise AssertionError("a failure was hidden")
    assert company.opened[0].looked == 2


def test_the_last_to_go_gives_the_models_back_and_twice_is_fine() -> None:
    company = Company()
    one, two = (company.performer.detector(SQUARE) for _ in range(2))
    one.close()
    one.close()
    assert company.opened[0].closed == 0
    assert two.find(grey(10)) is not None
    two.close()
    assert company.opened[0].closed == 1
    company.performer.detector(SQUARE)
    assert len(company.opened) == 2
