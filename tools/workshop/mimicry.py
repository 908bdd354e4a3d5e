"""Pairs of two films of two people: which frame of one goes with which of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.canny import draw_edges
from livegan.conditioners.face_drawing import draw_face
from livegan.conditioners.grayscale import without_colour
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.model_card import ConditionerCard
from livegan.parameters import Values
from livegan.puppetry.retarget import Drive, read_drive
from workshop.assembly import Pair, Parts
from workshop.building import Task
from workshop.face_track import Track, cut_square, whole_pixels
from workshop.film_pairs import Film, cut_film, read_frames
from workshop.frame_choice import features
from workshop.painting import Array
from workshop.seen_puppet import neutral_face, player
from workshop.splitting import by_time

Frames = NDArray[np.int64]


@dataclass(frozen=True)
class MimicTask(Task):
    """One pair.

    Args:
        frame: of the film of who is watched.
        answer: of the film of who is shown.
    """

    frame: int
    answer: int


@dataclass(frozen=True, eq=False)
class Matches:
    """Frames that go together.

    Args:
        tasks: in the order of time of the film that is watched.
        apart: (len(tasks),) how different the faces are; see `match_by_pose`. Zeros by time.
        left_out: frames for which the other film has nothing like them.
    """

    tasks: list[MimicTask]
    apart: Array
    left_out: int


def _cut_middle(path: Path, track: Track, size: int, zoom: float) -> Film:
    """Its middle, whoever is in it: all frames are good, and faces are NaN where there is none."""
    height, width = track.size
    side = min(height, width) / zoom
    square = [(width - side) / 2, (height - side) / 2, side]
    squares = whole_pixels(np.tile(np.array(square), (len(track.landmarks), 1)), size)
    corners = np.pad(squares[:, :2], ((0, 0), (0, 1)))[:, None]  # (F, 1, 3)
    faces = (track.landmarks - corners) * (size / squares[:, 2])[:, None, None]
    everything = np.arange(len(squares))
    return Film(path, squares, everything, faces, track.fps, 0, int((~track.seen).sum()))


def with_faces(film: Film) -> Film:
    """The same film without the frames in which no face was found."""
    seen = np.isfinite(film.faces[:, 0, 0])
    return replace(film, good=film.good[seen], faces=film.faces[seen])


def match_by_time(watched: Film, shown: Film, part: float, offset_s: float) -> Matches:
    """Frames that were taken at the same time.

    Args:
        watched, shown: the two films.
        part: what part, the last in time, is held out.
        offset_s: how much later the same happens in the film that is shown.
    """
    answers = np.rint((watched.good / watched.fps + offset_s) * shown.fps).astype(np.int64)
    there = np.isin(answers, shown.good)
    frames, answers = watched.good[there], answers[there]
    splits = by_time([""] * len(frames), part)
    tasks = _tasks(watched, shown, splits, frames, answers)
    return Matches(tasks, np.zeros(len(tasks)), int((~there).sum()))


def match_by_pose(
    watched: Film, shown: Film, part: float, within: float, progress: Callable[[], None]
) -> Matches:
    """For each frame the one in which the other's face does most nearly the same.

    What each face does is taken against its own neutral and played on the face that is shown, by
    the stage's own retargeting. Two frames are then as far apart as the landmarks lie and as what
    mouth and eyes do (see `frame_choice.features`), in eye distances. Where the heads are in their
    pictures, and how large, counts for nothing.

    Args:
        watched, shown: the two films; all their good frames have faces.
        part: what part of each, the last in time, is held out. What is held out of one is only
            matched with what is held out of the other.
        within: frames that are farther from all others are left out.
        progress: called for each frame of either film that is looked at.
    """
    films = (watched, shown)
    neutrals = [neutral_face(list(film.faces), (film.good / film.fps).tolist()) for film in films]
    drives, posed = [], []
    for film, neutral in zip(films, neutrals, strict=True):
        plays = player(neutrals[1], neutral)
        for face in film.faces:
            drive = read_drive(face.astype(np.float64), neutral)
            still = Drive(drive.expression, drive.angles_deg, 0.0, np.zeros(2))
            posed.append(plays.pose(still))
            drives.append(Drive(plays.fit * drive.expression, drive.angles_deg, 0.0, np.zeros(2)))
            progress()
    rows = features(drives, np.stack(posed))
    ours, theirs = rows[: len(watched.good)], rows[len(watched.good) :]
    our_splits = np.array(by_time([""] * len(ours), part))
    their_splits = np.array(by_time([""] * len(theirs), part))
    nearest = np.zeros(len(ours), np.int64)
    apart = np.full(len(ours), np.inf)
    for index, (row, split) in enumerate(zip(ours, our_splits, strict=True)):
        candidates = np.flatnonzero(their_splits == split)
        if len(candidates):
            distances = np.linalg.norm(theirs[candidates] - row, axis=1)
            nearest[index] = candidates[distances.argmin()]
            apart[index] = distances.min()
    near = apart <= within
    tasks = _tasks(watched, shown, our_splits[near].tolist(), watched.good[near],
                   shown.good[nearest[near]])
    return Matches(tasks, apart[near], int((~near).sum()))


def _tasks(
    watched: Film, shown: Film, splits: Sequence[str], frames: Frames, answers: Frames
) -> list[MimicTask]:
    return [
        MimicTask(str(split), f"{watched.path.name} frame {frame}, {shown.path.name} frame {other}",
                  int(frame), int(other))
        for split, frame, other in zip(splits, frames, answers, strict=True)
    ]


def thinned(matches: Matches, count: int) -> Matches:
    """So many of them, evenly in time; all, if there are no more."""
    total = len(matches.tasks)
    if count >= total:
        return matches
    kept = np.linspace(0, total - 1, count).round().astype(int)
    return Matches([matches.tasks[k] for k in kept], matches.apart[kept], matches.left_out)


def draw_mimicry(
    watched: Film, shown: Film, tasks: Sequence[MimicTask], parts: Parts,
    conditioner: ConditionerCard,
) -> Callable[[list[int]], Iterator[str]]:
    """The `work` of `workshop.building.build`: each film is played once.

    The pictures wait in memory, as PNG: some 90 kB each at 256 pixels.
    """
    size = parts.size[0]
    values = Values(conditioner.settings)

    def draw(frame: int, image: Image) -> Image:
        if conditioner.kind == "face_mesh":
            face = watched.faces[np.searchsorted(watched.good, frame)]
            return draw_face(face.astype(np.float32), parts.size, values)
        picture = cut_square(image, watched.squares[frame], size)
        if conditioner.kind == "canny":
            return draw_edges(picture, values)
        return without_colour(picture) if conditioner.kind == "grayscale" else picture

    def work(left: list[int]) -> Iterator[str]:
        answers = sorted({tasks[number].answer for number in left})
        pictures: dict[int, NDArray[np.uint8]] = {}
        images = read_frames(shown.path, answers)
        for answer, image in zip(answers, images, strict=True):
            if image is not None:
                picture = cut_square(image, shown.squares[answer], size)
                pictures[answer] = np.asarray(cv2.imencode(".png", picture)[1])
        images = read_frames(watched.path, [tasks[number].frame for number in left])
        for number, image in zip(left, images, strict=True):
            kept = pictures.get(tasks[number].answer)
            if image is None or kept is None:
                yield "a frame that could not be read again"
                continue
            drawing = draw(tasks[number].frame, image)
            picture = np.asarray(cv2.imdecode(kept, cv2.IMREAD_COLOR), np.uint8)
            parts.put(number, Pair(np.ascontiguousarray(drawing), picture))
            yield ""

    return work


def prepare(path: Path, track: Track, size: int, zoom: float, way: str) -> Film:
    """A film cut into squares.

    Args:
        path: the file.
        track: what was seen in it.
        size: side of the drawing in pixels.
        zoom: larger cuts nearer.
        way: `face` follows the face, `middle` cuts as the stage cuts a camera's picture.

    Raises:
        UsageError: the face is to be followed, and no frame shows one.
    """
    return (cut_film if way == "face" else _cut_middle)(path, track, size, zoom)


def refuse_few(matches: Matches, least: int, advice: str) -> None:
    """Raise a UsageError if there are too few pairs to train on."""
    if len(matches.tasks) < least:
        raise UsageError(f"only {len(matches.tasks)} frames go together, wanted at least {least};"
                         f" {advice}")
