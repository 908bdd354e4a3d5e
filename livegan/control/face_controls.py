"""What a performer's face says, as numbers that can play a synthesiser.

All are 0 at the performer's own neutral face and 1 at full, and go no further; those with two
sides go from -1 to 1. E is a landmark's move against the neutral in the face's own axes (to its
left, down) in parts of the distance of the eyes, after the head's turn and size are taken out as
in `puppetry.retarget.read_drive`; numbers are landmarks of `face_topology`.

    found        1 where there is a face, 0 where there is none
    x, y         middle of the head in the crop: -1 left and top edge, 0 middle, 1 right and bottom
    near         log2 of the head's size over the neutral's: 1 is twice as large, -1 half
    yaw          turn of the head over 40 degrees, positive to the picture's right
    pitch        turn over 25 degrees, positive upwards
    roll         lean over 30 degrees, positive to the picture's right
    mouth        gap of the inner lips (13, 14) over the neutral's, by 0.5
    smile        ((E[291].x - E[61].x) / 2 + (E[13].y + E[14].y - E[61].y - E[291].y) / 2) by 0.16:
                 corners of the mouth outwards, and upwards against the middle of the lips
    brows        -mean(E.y) of all points of both brows by 0.09: positive is raised
    eye_right    how far the performer's own right eye is shut: 1 - gap of the lids (159, 145) over
                 the neutral's, by 0.85, as a detector leaves a shut eye a little open
    eye_left     the same of the left (386, 374)
    gaze_x       E.x of the pupils (468, 473) less that of the corners of their eyes, by 0.1:
                 positive to the face's own left, the right of an unmirrored picture
    gaze_y       the same downwards, by 0.05

What is full was read off two performers' recorded motion, 1,456 frames: 0.5 is what an open mouth
reaches in 5 of 100 frames, and so on; a frown of the brows reaches -0.7.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from livegan import face_topology as face
from livegan.puppetry import pose
from livegan.puppetry.retarget import read_drive

Array = NDArray[np.float64]

NAMES = (
    "found", "x", "y", "near", "yaw", "pitch", "roll", "mouth", "smile", "brows", "eye_right",
    "eye_left", "gaze_x", "gaze_y",
)  # fmt: skip
_BROWS = np.array(
    face.RIGHT_BROW_UPPER + face.LEFT_BROW_UPPER + face.RIGHT_BROW_LOWER + face.LEFT_BROW_LOWER
)
_FULL_ANGLES_DEG = np.array([40.0, 25.0, 30.0])


def read_face(performer: Array, neutral: Array, size: tuple[int, int]) -> dict[str, float]:
    """The numbers of a face that was found.

    Args:
        performer: (478, 3) the face now, in pixels of the crop.
        neutral: (478, 3) the same performer's neutral face, likewise.
        size: height and width of the crop in pixels.
    """
    drive = read_drive(performer, neutral)
    rest = pose.canonical(neutral)
    moved = drive.expression
    now = rest + moved
    middle = pose.centre(performer)
    yaw, pitch, roll = drive.angles_deg / _FULL_ANGLES_DEG
    wider = (moved[291, 0] - moved[61, 0]) / 2
    higher = (moved[[13, 14], 1].sum() - moved[[61, 291], 1].sum()) / 2
    corners = (moved[[33, 133], :2].mean(axis=0) + moved[[263, 362], :2].mean(axis=0)) / 2
    gaze = moved[[face.RIGHT_PUPIL, face.LEFT_PUPIL], :2].mean(axis=0) - corners
    both_sides = {
        "x": 2 * middle[0] / size[1] - 1,
        "y": 2 * middle[1] / size[0] - 1,
        "near": drive.scale / math.log(2),
        "yaw": yaw,
        "pitch": pitch,
        "roll": roll,
        "brows": -moved[_BROWS, 1].mean() / 0.09,
        "gaze_x": gaze[0] / 0.1,
        "gaze_y": gaze[1] / 0.05,
    }
    one_side = {
        "found": 1.0,
        "mouth": (_gap(now, 13, 14) - _gap(rest, 13, 14)) / 0.5,
        "smile": (wider + higher) / 0.16,
        "eye_right": _shut(now, rest, 159, 145) / 0.85,
        "eye_left": _shut(now, rest, 386, 374) / 0.85,
    }
    numbers = {
        **{name: min(max(float(value), -1.0), 1.0) for name, value in both_sides.items()},
        **{name: min(max(float(value), 0.0), 1.0) for name, value in one_side.items()},
    }
    return {name: numbers[name] for name in NAMES}


def _gap(shape: Array, above: int, below: int) -> float:
    return float(shape[below, 1] - shape[above, 1])


def _shut(now: Array, rest: Array, above: int, below: int) -> float:
    return 1 - _gap(now, above, below) / max(_gap(rest, above, below), 1e-3)
