"""Boxes of all faces in a picture made of the performer clip that ships."""

from __future__ import annotations

import os
from contextlib import closing

import cv2
import numpy as np
import pytest

from livegan.conditioners.face_detector import (
    FaceBox,
    FaceBoxes,
    FaceDetector,
    once_each,
    quiet,
)
from livegan.frames import Image
from livegan.sources import bundled_clip, open_source


@pytest.fixture(scope="module")
def performer() -> Image:
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        return source.read().image


def test_each_of_two_faces_has_one_box_and_a_wall_has_none(performer: Image) -> None:
    small = cv2.resize(performer, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    both = np.full((performer.shape[0], 2 * performer.shape[1], 3), 90, np.uint8)
    both[:, : performer.shape[1]] = performer
    both[: small.shape[0], -small.shape[1] :] = small
    detector, finder = FaceDetector(still=True), FaceBoxes()
    mesh = detector.find(performer)
    assert mesh is not None
    left, right = sorted(finder.find(both))
    middle = mesh[:468, :2].mean(axis=0)
    at = np.array([left.left + left.width / 2, left.top + left.height / 2])
    assert np.abs(at - middle).max() < 0.2 * left.width
    # The same face again, 0.4 times as large, at the right edge.
    assert right.width == pytest.approx(0.4 * left.width, rel=0.25)
    there = 0.4 * middle[0] + both.shape[1] - small.shape[1]
    assert abs(right.left + right.width / 2 - there) < 0.2 * right.width
    assert finder.find(np.full((300, 400, 3), 128, np.uint8)) == []
    finder.close()
    finder.close()
    detector.close()


def test_two_boxes_on_one_face_are_one() -> None:
    face, again = FaceBox(10, 10, 100, 100, 0.7), FaceBox(30, 20, 60, 60, 0.9)
    neighbour = FaceBox(90, 10, 100, 100, 0.6)
    assert once_each([face, again, neighbour]) == [again, neighbour]


def test_two_that_keep_quiet_at_once_leave_the_terminal_as_it_was(
    capfd: pytest.CaptureFixture[str],
) -> None:
    one, other = quiet(), quiet()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    os.write(2, b"a library speaks")
    other.__exit__(None, None, None)
    os.write(2, b"this is to be read")
    assert capfd.readouterr().err == "this is to be read"
