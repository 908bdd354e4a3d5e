"""Latents are drawn, played by hand, by drift and by the face in the camera."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from livegan.conditioners.drift import drift
from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_framing import Square, cut_square, eyes_of
from livegan.conditioners.latent import Latent
from livegan.conditioners.latent_drawing import COUNT, REACH, READ, Layout, draw_latents
from livegan.frames import Frame, Image
from livegan.look import Resting
from livegan.parameters import Setting, Values
from livegan.sources import bundled_clip, open_source

SIZE = 256
LAYOUT = Layout(SIZE)
NOBODY = np.zeros((LAYOUT.face, LAYOUT.face, 3), np.uint8)
STILL: dict[str, Setting] = {"latent.drift": 0.0}


@pytest.fixture(scope="module")
def frames() -> Iterator[list[Frame]]:
    """Two seconds of the performer, at the times of the film."""
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        seen = [source.read() for _ in range(60)]
    yield [Frame(frame.image, frame.index, frame.index / 30) for frame in seen]


def sliders_of(drawing: Image) -> NDArray[np.float64]:
    """(32,) as a graph reads them: means of areas."""
    level = drawing[LAYOUT.face :, :, READ].reshape(-1, COUNT, LAYOUT.slider).mean((0, 2))
    return np.asarray(level / 255 * 2 * REACH - REACH)


def encoded(drawing: Image) -> float:
    return float(drawing[: LAYOUT.face, LAYOUT.face :, READ].mean() / 255)


def empty(time_s: float) -> Frame:
    return Frame(np.full((300, 400, 3), 90, np.uint8), 0, time_s)


@pytest.mark.parametrize("size", [256, 512])
def test_what_is_drawn_is_read_back_finer_than_a_byte(size: int) -> None:
    layout = Layout(size)
    latents = np.random.default_rng(1).uniform(-REACH, REACH, COUNT)
    face = np.random.default_rng(2).integers(0, 256, (layout.face, layout.face, 3), np.uint8)
    drawing = draw_latents(face, 0.37, latents, size)
    assert drawing.shape == (size, size, 3) and drawing.dtype == np.uint8
    np.testing.assert_array_equal(drawing[: layout.face, : layout.face], face)
    columns = drawing[layout.face :, :, READ].reshape(layout.sliders, COUNT, layout.slider)
    read = columns.mean((0, 2)) / 255 * 2 * REACH - REACH
    np.testing.assert_allclose(read, latents, atol=2e-4)
    assert drawing[: layout.face, layout.face :, READ].mean() / 255 == pytest.approx(0.37, abs=1e-4)


def test_the_mean_face_is_read_as_exactly_that() -> None:
    assert not sliders_of(draw_latents(NOBODY, 0.0, np.zeros(COUNT), SIZE)).any()


def test_sliders_stop_at_their_ends() -> None:
    far = np.where(np.arange(COUNT) % 2, 99.0, -99.0)
    read = sliders_of(draw_latents(NOBODY, 0.0, far, SIZE))
    np.testing.assert_allclose(np.abs(read), REACH)


def test_drift_eases_from_draw_to_draw_and_is_as_wide_as_they_are() -> None:
    places = np.linspace(1, 101, 10001)
    walk = np.array([drift(place, 4) for place in places])
    assert np.abs(np.diff(walk, axis=0)).max() < 0.15
    np.testing.assert_allclose(walk.mean(), 0, atol=0.15)
    np.testing.assert_allclose(walk.std(), 1, atol=0.15)
    assert not drift(0.0, 4).any()
    np.testing.assert_array_equal(drift(7.3, 4), drift(7.3, 4))


def test_a_face_is_framed_as_the_card_wants_it(frames: list[Frame]) -> None:
    detector = FaceDetector(still=True)
    with closing(Latent((SIZE, SIZE))) as latent, closing(detector):
        shown = {}
        for face_size in (0.2, 0.3):
            values = Values({**STILL, "latent.face_size": face_size, "latent.eye_height": 0.5})
            seen = latent.condition(frames[0], values)
            assert seen.found and seen.performer is not None
            face = np.ascontiguousarray(seen.image[: LAYOUT.face, : LAYOUT.face])
            landmarks = detector.find(face)
            assert landmarks is not None
            shown[face_size] = eyes_of(landmarks) / LAYOUT.face
    for face_size, eyes in shown.items():
        np.testing.assert_allclose(eyes, [0.5, 0.5, face_size], atol=0.03)


def test_the_whole_crop_is_encoded_where_there_are_no_faces() -> None:
    frame = Frame(np.random.default_rng(3).integers(0, 256, (256, 256, 3), np.uint8), 0, 0.0)
    with closing(Latent((SIZE, SIZE))) as latent:
        seen = latent.condition(frame, Values({**STILL, "latent.face_size": 0.0}))
    assert seen.found is None and encoded(seen.image) == 1
    shown = seen.image[: LAYOUT.face, : LAYOUT.face]
    assert np.corrcoef(shown[::3, ::3].ravel(), frame.image[::4, ::4].ravel())[0, 1] > 0.3


def test_the_face_decides_while_it_is_there_and_fades_when_it_goes(frames: list[Frame]) -> None:
    with closing(Latent((SIZE, SIZE))) as latent:
        values = Values({"latent.drift": 2.0})
        drawings = [latent.condition(frame, values).image for frame in frames]
        assert encoded(drawings[0]) == pytest.approx(1, abs=1e-3)
        assert not sliders_of(drawings[-1]).any()
        gone = [latent.condition(empty(2 + step / 30), values) for step in range(90)]
    assert not gone[-1].found
    shares = [encoded(seen.image) for seen in gone]
    assert shares[0] > 0.9 and shares[-1] < 0.01
    assert shares == sorted(shares, reverse=True)
    assert sliders_of(gone[-1].image).std() > 0.5


def test_hands_move_a_latent_at_once_whatever_the_camera_sees(frames: list[Frame]) -> None:
    with closing(Latent((SIZE, SIZE))) as latent:
        played = Values({**STILL, "latent.2": 1.5, "latent.32": -3.0})
        read = sliders_of(latent.condition(frames[0], played).image)
        half = Values({**STILL, "latent.encode": 0.5})
        assert encoded(latent.condition(frames[1], half).image) == pytest.approx(0.5, abs=1e-3)
    wanted = np.zeros(COUNT)
    wanted[1], wanted[31] = 1.5, -3
    np.testing.assert_allclose(read, wanted, atol=1e-3)


def test_it_drifts_on_where_no_frames_come_and_holds_where_drift_is_stopped() -> None:
    with closing(Latent((SIZE, SIZE))) as latent:
        assert isinstance(latent, Resting)
        going = Values({"latent.drift": 1.0})
        walked = [sliders_of(latent.rest(step / 30, going).image) for step in range(60)]
        held = [sliders_of(latent.rest(2 + s / 30, Values(STILL)).image) for s in range(10)]
    assert not walked[0].any()
    assert np.abs(walked[-1]).max() > 0.3
    np.testing.assert_array_equal(held[0], held[-1])
    assert np.abs(held[0] - walked[-1]).max() < 0.1


def test_drift_depends_on_the_clock_alone_not_on_the_rate_of_frames() -> None:
    values = Values({"latent.drift": 1.0})
    ends = []
    for rate in (10, 30):
        with closing(Latent((SIZE, SIZE))) as latent:
            for step in range(3 * rate + 1):
                drawing = latent.rest(100 + step / rate, values).image
            ends.append(sliders_of(drawing))
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-3)


def test_what_lies_outside_of_the_picture_is_its_edge() -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:, 20:] = 200
    cut = cut_square(picture, Square(-40.0, -40.0, 120.0), 60)
    assert cut.shape == (60, 60, 3)
    assert (cut[:, :29] == 0).all() and (cut[:, 31:] == 200).all()
