"""A portrait that can be played: the skin moves, the eyes look, the mouth opens."""

from __future__ import annotations

import numpy as np

from livegan.puppetry import pose
from livegan.puppetry.retarget import REST, Drive, Retarget
from workshop.eyes import Eye
from workshop.mesh_warp import LEFT_EYE, MOUTH, RIGHT_EYE, MeshWarp
from workshop.mouth import Mouth
from workshop.painting import Array, Picture


class AnimatedPortrait:
    """One portrait, ready to be played.

    Args:
        picture: (S, S, 3) uint8 BGR, the square crop of the portrait.
        landmarks: (478, 3) where its face lies, in pixels of that crop.
    """

    def __init__(self, picture: Picture, landmarks: Array) -> None:
        self._rest = landmarks.astype(np.float64)
        self._warp = MeshWarp(picture, self._rest)
        self._mouth = Mouth(picture, self._rest)
        self._eyes = [Eye(picture, self._rest, side) for side in (0, 1)]

    def render(self, landmarks: Array, skull: Array) -> Picture:
        """(S, S, 3) uint8 BGR, the portrait making that face. About 45 ms at 512.

        Args:
            landmarks: (478, 3) the face.
            skull: (478, 3) the neutral face with only the head's motion.
        """
        motion = pose.align(skull, self._rest)
        matrix = motion.scale * motion.rotation
        offset = pose.centre(skull) - matrix @ pose.centre(self._rest)
        warped = self._warp.warp(landmarks, (matrix, offset))
        self._mouth.paint(warped.picture, landmarks, skull, warped.holes == MOUTH)
        for eye, hole in zip(self._eyes, (RIGHT_EYE, LEFT_EYE), strict=True):
            eye.paint(warped.picture, landmarks, warped.holes == hole)
        return warped.picture

    def play(self, drive: Drive, retarget: Retarget) -> tuple[Picture, Array]:
        """The picture for a drive, and the (478, 3) landmarks that it was painted from."""
        landmarks = retarget.pose(drive)
        still = Drive(REST.expression, drive.angles_deg, drive.scale, drive.shift)
        return self.render(landmarks, retarget.pose(still)), landmarks
