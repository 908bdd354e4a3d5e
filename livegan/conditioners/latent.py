"""Plays a latent generator: by hand, by drift, and by the face that the camera sees."""

from __future__ import annotations

import math

import numpy as np

from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.crop import cut_part, quickly_resized, size_to_look_at
from livegan.conditioners.drift import drift
from livegan.conditioners.face_detector import FaceDetector
from livegan.conditioners.face_framing import cut_square, eyes_of, frame_face
from livegan.conditioners.latent_drawing import COUNT, Layout, draw_latents
from livegan.conditioners.performer import Finder
from livegan.face_topology import Landmarks
from livegan.frames import Frame, Image
from livegan.parameters import Values
from livegan.puppetry.one_euro import OneEuro
from livegan.puppetry.puppeteer import HOLD_S

_FADE_S = 0.4
"""Between camera and drift 63 % of the way is gone after this."""


class Latent:
    """Draws a face, and sliders for the latents; see `latent_drawing`.

    A latent is what its slider says (`latent.1` ...), and between drift and camera what
    `latent.encode` says. Where no face is seen all drifts.

    Args:
        size: height and width of the drawing in pixels, the same, a multiple of 32.
        detector: finds the face; closed with this. None opens one.
    """

    kind = "latent"
    version = 1

    def __init__(self, size: tuple[int, int], *, detector: Finder | None = None) -> None:
        self._size = size
        self._side = Layout(size[0]).face
        self._detector = detector or FaceDetector()
        # Calm, as a face that shakes in its square changes into others.
        self._filter = OneEuro(1.0, beta=20.0, noise=0.2)
        self._face: Image = np.zeros((self._side, self._side, 3), np.uint8)
        self._seen_s = -math.inf
        self._place = 0.0
        self._presence = 0.0
        self._time_s: float | None = None

    def condition(self, frame: Frame, values: Values) -> Conditioned:
        """Draw one frame; its time is when it was captured."""
        looked_at = size_to_look_at(frame.image, values, self._size, self._size[0])
        crop = cut_part(frame.image, values, looked_at)
        camera = quickly_resized(crop, self._size)
        if values.number("latent.face_size") == 0:
            self._face = quickly_resized(crop, (self._side, self._side))
            self._seen_s = frame.captured_at_s
            return self._draw(camera, frame.captured_at_s, values, found=None)
        landmarks = self._detector.find(crop)
        if landmarks is not None:
            self._follow(crop, landmarks, frame.captured_at_s, values)
            landmarks *= self._size[0] / looked_at[0]
        found = landmarks is not None
        return self._draw(camera, frame.captured_at_s, values, found, landmarks)

    def rest(self, time_s: float, values: Values) -> Conditioned:
        """Draw without a frame: all drifts.

        Args:
            time_s: the moment, on the clock of `Frame.captured_at_s`.
        """
        camera = np.zeros((*self._size, 3), np.uint8)
        return self._draw(camera, time_s, values, found=False)

    def close(self) -> None:
        """Give the models back. May be called twice."""
        self._detector.close()

    def _follow(self, crop: Image, landmarks: Landmarks, time_s: float, values: Values) -> None:
        if time_s - self._seen_s > HOLD_S:
            self._filter.reset()
        eyes = eyes_of(landmarks)
        eyes = self._filter(eyes, time_s, float(eyes[2]))
        face_size, eye_height = (
            values.number(f"latent.{name}") for name in ("face_size", "eye_height")
        )
        self._face = cut_square(crop, frame_face(eyes, face_size, eye_height), self._side)
        self._seen_s = time_s

    def _draw(
        self, camera: Image, time_s: float, values: Values, found: bool | None,
        performer: Landmarks | None = None,
    ) -> Conditioned:
        self._pass_time(time_s, values)
        encode = self._presence * values.number("latent.encode")
        latents = (1 - encode) * drift(self._place, COUNT) + [
            values.number(f"latent.{number}") for number in range(1, COUNT + 1)
        ]
        drawing = draw_latents(self._face, encode, latents, self._size[0])
        return Conditioned(drawing, camera, found, performer=performer)

    def _pass_time(self, time_s: float, values: Values) -> None:
        present = float(time_s - self._seen_s < HOLD_S)
        if self._time_s is None:
            self._presence = present
        else:
            step_s = min(max(time_s - self._time_s, 0.0), 0.5)
            self._place += step_s * values.number("latent.drift")
            self._presence += (present - self._presence) * (1 - math.exp(-step_s / _FADE_S))
        self._time_s = time_s
