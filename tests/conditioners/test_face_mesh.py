"""The face-mesh conditioner, on the performer clip that ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from faces import as_seen, neutral_face

from livegan.conditioners.face_drawing import draw_face
from livegan.conditioners.face_mesh import FaceMesh
from livegan.conditioners.opening import open_conditioner
from livegan.errors import ModelError
from livegan.face_topology import mouth_opening
from livegan.frames import Frame, Image
from livegan.model_card import ConditionerCard, Puppet, PuppetLimits
from livegan.parameters import Values
from livegan.puppetry import Puppeteer
from livegan.sources import bundled_clip, open_source

LIMITS = PuppetLimits(24, 16, 18, 0.07, 0.12)
PUPPET = Puppet(as_seen(neutral_face(1)), (0, 0, 256), LIMITS)


@pytest.fixture(scope="module")
def performer() -> Iterator[list[Frame]]:
    """Every fifth frame of the first six seconds, at the times of the film."""
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        seen = [source.read() for _ in range(180)]
    yield [Frame(frame.image, frame.index, frame.index / 30) for frame in seen[::5]]


def lines(drawing: Image) -> int:
    return int((drawing.max(axis=2) > 0).sum())


def test_a_face_is_found_in_the_crop_and_drawn_where_it_is(performer: list[Frame]) -> None:
    conditioner = FaceMesh((256, 256))
    seen = conditioner.condition(performer[0], Values())
    assert seen.found and seen.landmarks is not None
    low, high = seen.landmarks.min(axis=0), seen.landmarks.max(axis=0)
    drawn = np.argwhere(seen.image.max(axis=2) > 0)
    assert np.abs(drawn.min(axis=0) - low[[1, 0]]).max() < 3
    assert np.abs(drawn.max(axis=0) - high[[1, 0]]).max() < 3
    assert seen.camera.shape == seen.image.shape == (256, 256, 3)


@pytest.mark.parametrize("size", [(192, 320), (320, 192)])
def test_in_a_rectangle_it_is_drawn_where_it_is_too(
    performer: list[Frame], size: tuple[int, int]
) -> None:
    seen = FaceMesh(size).condition(performer[0], Values())
    square = FaceMesh((256, 256)).condition(performer[0], Values())
    assert seen.image.shape == seen.camera.shape == (*size, 3)
    assert seen.landmarks is not None and square.landmarks is not None
    # The same face in the same camera; both crops lie in its middle, as large as can be.
    height, width = performer[0].image.shape[:2]
    scale = max(size[0] / height, size[1] / width)
    middle = np.array([size[1], size[0]]) / 2
    places = (seen.landmarks[:, :2] - middle) / scale
    wanted = (square.landmarks[:, :2] - 128) / 256 * min(height, width)
    eyes = np.linalg.norm(wanted[33] - wanted[263])
    assert np.abs(places - wanted).mean() < 0.05 * eyes


@pytest.mark.parametrize(
    ("kind", "puppet", "told"),
    [("face_mesh", PUPPET, "puppet's face"), ("latent", None, "latents")],
)
def test_what_is_square_by_nature_is_refused_in_another_shape(
    kind: str, puppet: Puppet | None, told: str
) -> None:
    with pytest.raises(ModelError, match=f"320 x 192 pixels.*{told}.*square --size"):
        open_conditioner(ConditionerCard(kind, 1), (192, 320), puppet)


def test_a_puppet_speaks_when_the_performer_does(performer: list[Frame]) -> None:
    card = ConditionerCard("face_mesh", FaceMesh.version)
    conditioner = open_conditioner(card, (256, 256), PUPPET)
    seen = [conditioner.condition(frame, Values()) for frame in performer]
    pairs = [(s.performer, s.landmarks) for s in seen]
    mouths = np.array([
        (mouth_opening(p), mouth_opening(q)) for p, q in pairs if p is not None and q is not None
    ])
    assert len(mouths) == len(performer)
    assert np.ptp(mouths[:, 0]) > 0.2, "the performer's mouth moves"
    assert np.corrcoef(mouths.T)[0, 1] > 0.9


def test_without_a_face_the_puppet_is_still_drawn_and_never_the_camera() -> None:
    puppet = FaceMesh((256, 256), Puppeteer(PUPPET.landmarks, LIMITS, 256))
    grey = Frame(np.full((480, 640, 3), 128, np.uint8), 0, 0.0)
    seen = puppet.condition(grey, Values())
    assert not seen.found and seen.performer is None
    assert lines(seen.image) > 2000
    rest = puppet.rest(0.1, Values())
    assert lines(rest.image) > 2000 and not rest.found


def test_a_small_face_in_a_wide_picture_is_found_with_zoom(performer: list[Frame]) -> None:
    wide = np.full((720, 1280, 3), 40, np.uint8)
    small = performer[0].image[::4, ::4]
    wide[300 : 300 + small.shape[0], 580 : 580 + small.shape[1]] = small
    frame = Frame(wide, 0, 0.0)
    zoomed = Values({"source.zoom": 4.0, "source.pan_x": 0.0, "source.pan_y": 0.0})
    assert not FaceMesh((256, 256)).condition(frame, Values()).found
    assert FaceMesh((256, 256)).condition(frame, zoomed).found


@pytest.mark.parametrize("part", ["tessellation", "contours", "irises", "lips"])
def test_each_part_can_be_left_out(part: str) -> None:
    face = as_seen(neutral_face())
    whole = draw_face(face, (256, 256), Values()).sum()
    without = draw_face(face, (256, 256), Values({f"face_mesh.{part}": False})).sum()
    assert without < 0.995 * whole


def test_wider_lines_cover_more() -> None:
    face = as_seen(neutral_face())
    thin = Values({"face_mesh.tessellation": False})
    wide = Values({"face_mesh.tessellation": False, "face_mesh.line_width": 3.0})
    assert lines(draw_face(face, (256, 256), wide)) > 1.3 * lines(draw_face(face, (256, 256), thin))


def test_lines_move_by_less_than_a_pixel() -> None:
    face = as_seen(neutral_face())
    moved = face + np.array([0.25, 0, 0], np.float32)
    values = Values({"face_mesh.tessellation": False})
    before, after = (draw_face(f, (256, 256), values).astype(int) for f in (face, moved))
    assert 0 < np.abs(before - after).mean() < before.mean()


def test_landmarks_far_outside_do_no_harm() -> None:
    face = as_seen(neutral_face()) * 1e7
    assert draw_face(face, (256, 256), Values()).shape == (256, 256, 3)


def test_nothing_is_drawn_of_nobody() -> None:
    assert not draw_face(None, (64, 64), Values()).any()


@pytest.mark.parametrize("kind, version, told", [("face_mesh", 99, "99"), ("ouija", 1, "ouija")])
def test_another_drawing_than_the_generators_is_refused(
    kind: str, version: int, told: str
) -> None:
    with pytest.raises(ModelError, match=told):
        open_conditioner(ConditionerCard(kind, version), (256, 256), None)
