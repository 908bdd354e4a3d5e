"""Recorded face motion: what performers did, as numbers, free of how they look.

A motion file holds each performer's neutral landmarks, a basis of expressions and, for each
frame, how much of each expression. It has no picture in it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.face_detector import FaceDetector
from livegan.counting import counted
from livegan.errors import SourceEnded, UsageError
from livegan.puppetry.neutral import Neutral
from livegan.puppetry.pose import canonical
from livegan.puppetry.retarget import Drive, read_drive
from livegan.sources import open_source
from workshop.whole_files import write_whole

Array = NDArray[np.float64]
SHIPPED = Path(__file__).with_name("motion.npz")
_COMPONENTS = 64


@dataclass(frozen=True, eq=False)
class Performance:
    """One performer's motion.

    Args:
        neutral: (478, 3) the performer's neutral face, in eye distances along the face's own axes.
        drives: what was done in each frame.
        fps: frames a second.
    """

    neutral: Array
    drives: list[Drive]
    fps: float


def record(path: Path, progress: Callable[[int, int | None], None] | None = None) -> Performance:
    """Watch a clip.

    Args:
        path: a film with one face.
        progress: told how many frames of how many were seen.

    Raises:
        UsageError: the file can't be read, or shows a face in less than a second of frames.
    """
    detector, neutral = FaceDetector(), Neutral()
    source = open_source(str(path), live=False)
    fps = float(getattr(source, "fps", None) or 30.0)
    seen: list[Array] = []
    try:
        while True:
            frame = source.read()
            landmarks = detector.find(frame.image)
            if landmarks is not None:
                seen.append(landmarks.astype(np.float64))
                neutral.watch(seen[-1], frame.index / fps)
            if progress:
                progress(frame.index + 1, getattr(source, "frame_count", None))
    except SourceEnded:
        pass
    finally:
        source.close()
        detector.close()
    if len(seen) < fps or neutral.face is None:
        raise UsageError(f"{path} shows a face in {counted(len(seen), 'frame')}, wanted at least"
                         f" {fps:.0f}; use a clip in which one face is seen from the front")
    # Judged over the whole clip: the neutral as it stood at the end, for every frame.
    drives = [read_drive(landmarks, neutral.face) for landmarks in seen]
    return Performance(canonical(neutral.face), drives, fps)


def save(path: Path, performances: list[Performance]) -> None:
    """Write a motion file: float16, about 300 bytes a frame and 180 kB for the basis.

    Raises:
        UsageError: it can't be written.
    """
    moves = np.stack([d.expression.ravel() for p in performances for d in p.drives])
    _, _, basis = np.linalg.svd(moves, full_matrices=False)
    basis = basis[:_COMPONENTS]
    heads = [[*d.angles_deg, d.scale, *d.shift] for p in performances for d in p.drives]
    file = io.BytesIO()
    np.savez_compressed(
        file,
        basis=basis.astype(np.float16),
        amounts=(moves @ basis.T).astype(np.float16),
        heads=np.array(heads, np.float16),
        neutrals=np.stack([p.neutral for p in performances]).astype(np.float16),
        frames=np.array([len(p.drives) for p in performances]),
        fps=np.array([p.fps for p in performances]),
    )
    write_whole(path, file.getvalue())


def load(path: Path = SHIPPED) -> list[Performance]:
    """Read a motion file.

    Raises:
        UsageError: it is missing, or no motion file.
    """
    try:
        # Opened here: numpy would leave a broken one open.
        with path.open("rb") as file, np.load(file) as arrays:
            data = {name: arrays[name].astype(np.float64) for name in arrays.files}
        moves = (data["amounts"] @ data["basis"]).reshape(-1, 478, 3)
        ends = np.cumsum(data["frames"]).astype(int)
        drives = [
            Drive(move, head[:3], float(head[3]), head[4:])
            for move, head in zip(moves, data["heads"], strict=True)
        ]
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise UsageError(f"{path} is no motion file ({error}); wanted one that"
                         " tools/motion.py wrote, or a clip") from error
    starts = [0, *ends[:-1]]
    return [
        Performance(neutral, drives[start:end], float(fps))
        for neutral, start, end, fps in zip(
            data["neutrals"], starts, ends, data["fps"], strict=True
        )
    ]
