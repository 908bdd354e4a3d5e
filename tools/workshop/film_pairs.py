"""From films of one face to pairs: what was seen, which frames are kept, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livegan.conditioners.canny import draw_edges
from livegan.conditioners.face_drawing import draw_face
from livegan.conditioners.grayscale import without_colour
from livegan.errors import SourceEnded, UsageError
from livegan.face_topology import eye_distance
from livegan.frames import Image
from livegan.model_card import ConditionerCard, Puppet
from livegan.parameters import TABLE, Values
from livegan.puppetry.retarget import Drive, read_drive
from livegan.sources import open_source
from workshop.assembly import Pair, Parts
from workshop.building import Task
from workshop.face_track import Track, cut_square, face_squares, watch, whole_pixels
from workshop.frame_choice import farthest, features, sharp
from workshop.painting import Array
from workshop.seen_puppet import neutral_face, player, seen_limits
from workshop.splitting import by_time
from workshop.tally import Tally
from workshop.workers import spread


@dataclass(frozen=True)
class FilmTask(Task):
    """One frame to draw.

    Args:
        film: which of the films.
        frame: which of its frames.
    """

    film: int
    frame: int


@dataclass(frozen=True, eq=False)
class Film:
    """One film, watched.

    Args:
        path: the file.
        squares: (F, 3) left, top, side of the square that is cut out of each frame.
        good: the numbers of the frames with a sharp face.
        faces: (len(good), 478, 3) its landmarks in pixels of the drawing.
        blurred, faceless: how many frames are left out, and why.
    """

    path: Path
    squares: Array
    good: NDArray[np.int64]
    faces: Array
    fps: float
    blurred: int
    faceless: int


@dataclass(frozen=True)
class Watch:
    """Watches films; what was seen is kept in a folder, so that it is watched once."""

    folder: Path

    def open(self) -> Callable[[tuple[int, Path]], None]:
        """What watches one film, in a worker."""
        return lambda task: self.watch(*task)

    def kept(self, number: int) -> Path:
        """Where it is kept what was seen."""
        return self.folder / f"film-{number}.npz"

    def watch(self, number: int, path: Path, tally: Tally | None = None) -> None:
        """Watch one film, if that was not done yet."""
        if not self.kept(number).exists():
            watch(path, tally.at if tally else None).save(self.kept(number))


def watch_films(paths: Sequence[Path], folder: Path, workers: int) -> list[Track]:
    """What is seen in films.

    Args:
        paths: of the films.
        folder: where it is kept what was seen.
        workers: processes, of which each watches a film.

    Raises:
        UsageError: a film can't be read.
    """
    job = Watch(folder)
    if len(paths) == 1:
        tally = Tally(f"frames of {paths[0].name} watched", None)
        job.watch(0, paths[0], tally)
    else:
        tally = Tally("films watched", len(paths))
        for _ in spread(job, list(enumerate(paths)), workers):
            tally.step()
    tally.done()
    return [Track.load(job.kept(number)) for number in range(len(paths))]


def cut_film(path: Path, track: Track, size: int, zoom: float) -> Film:
    """Where to cut a film, and where the face lies then.

    Raises:
        UsageError: no frame shows a face.
    """
    try:
        squares = whole_pixels(face_squares(track, zoom), size)
    except UsageError as error:
        raise UsageError(f"{path}: {error}; use a film of one face") from error
    good = np.flatnonzero(sharp(track.sharpness, track.seen))
    corners = np.pad(squares[good, :2], ((0, 0), (0, 1)))[:, None]  # (N, 1, 3)
    faces = (track.landmarks[good] - corners) * (size / squares[good, 2])[:, None, None]
    faceless = int((~track.seen).sum())
    blurred = len(track.seen) - faceless - len(good)
    return Film(path, squares, good, faces, track.fps, blurred, faceless)


def framed_as_cut(
    conditioner: ConditionerCard, films: Sequence[Film], tracks: Sequence[Track]
) -> ConditionerCard:
    """A conditioner that cuts a camera's picture on stage as the films were cut on the whole.

    A face mesh is drawn wherever the face is; all else is shown what the stage cuts out, and by
    itself that is the largest square: the face would be smaller, and elsewhere, than in training.

    Args:
        conditioner: as it draws.
        films: of those who play.
        tracks: what was seen in each.
    """
    if conditioner.kind == "face_mesh":
        return conditioner
    rows = []
    for film, track in zip(films, tracks, strict=True):
        height, width = track.size
        left, top, side = film.squares[film.good].mean(axis=0)
        pans = ((2 * at / room - 1) if room >= 1 else 0.0
                for at, room in ((left, width - side), (top, height - side)))
        rows.append([min(height, width) / side, *pans])
    names = ("source.zoom", "source.pan_x", "source.pan_y")
    chosen = np.mean(rows, axis=0).round(2)
    framing = {
        name: TABLE[name].accept(float(value)) for name, value in zip(names, chosen, strict=True)
    }
    return replace(conditioner, settings={**conditioner.settings, **framing})


@dataclass(frozen=True, eq=False)
class Choice:
    """Which frames of some films become pairs, and the puppet that they show.

    Args:
        tasks: film by film, in the order of time.
        landmarks: (478, 3) each, as they are drawn.
        puppet: the face, at rest.
    """

    tasks: list[FilmTask]
    landmarks: list[Array]
    puppet: Puppet


def choose(films: Sequence[Film], size: int, count: int, part: float) -> Choice:
    """The frames that differ most, and some of those that training never sees.

    Args:
        films: of one face.
        size: side of the drawing in pixels.
        count: how many frames to keep, those held out included.
        part: what part, the last in time of each film, is held out.
    """
    faces = np.concatenate([film.faces for film in films])
    # A pause between films, so that no move is seen from one to the other.
    times = np.concatenate(
        [1e3 * number + film.good / film.fps for number, film in enumerate(films)]
    )
    owners = np.concatenate([np.full(len(film.good), number) for number, film in enumerate(films)])
    frames = np.concatenate([film.good for film in films])
    splits = np.array(by_time([str(owner) for owner in owners], part))
    neutral = neutral_face(list(faces), times.tolist())
    drives = [read_drive(face, neutral) for face in faces]
    drawn = player(neutral)
    posed = np.stack([drawn.pose(drive) for drive in drives])
    train = np.flatnonzero(splits == "train")
    held_out = np.flatnonzero(splits == "val")
    rows = features([drives[k] for k in train], posed[train])
    kept = train[farthest(rows, round(count * (1 - part)))]
    evenly = np.linspace(0, len(held_out) - 1, min(len(held_out), round(count * part)))
    kept = np.sort(np.concatenate([kept, held_out[np.unique(evenly.round().astype(int))]]))
    tasks = [
        FilmTask(
            str(splits[k]), f"{films[owners[k]].path.name} frame {frames[k]}",
            int(owners[k]), int(frames[k]),
        )
        for k in kept
    ]
    puppet = _puppet(neutral, [drives[k] for k in train], size)
    return Choice(tasks, [posed[k] for k in kept], puppet)


def _puppet(neutral: Array, drives: Sequence[Drive], size: int) -> Puppet:
    limits = seen_limits(drives, eye_distance(neutral) / size)
    return Puppet(neutral.astype(np.float32), (0.0, 0.0, float(size)), limits)


def draw_frames(
    films: Sequence[Film], choice: Choice, parts: Parts, conditioner: ConditionerCard
) -> Callable[[list[int]], Iterator[str]]:
    """The `work` of `workshop.building.build`: films are played once, their frames cut and drawn.
    """
    values = Values(conditioner.settings)

    def pair(number: int, image: Image) -> Pair:
        square = films[choice.tasks[number].film].squares[choice.tasks[number].frame]
        picture = cut_square(image, square, parts.size[0])
        if conditioner.kind == "face_mesh":
            landmarks = choice.landmarks[number].astype(np.float32)
            return Pair(draw_face(landmarks, parts.size, values), picture, landmarks)
        draw = draw_edges(picture, values) if conditioner.kind == "canny" else None
        return Pair(without_colour(picture) if draw is None else draw, picture)

    def work(left: list[int]) -> Iterator[str]:
        for film in range(len(films)):
            wanted = [number for number in left if choice.tasks[number].film == film]
            frames = read_frames(films[film].path, [choice.tasks[n].frame for n in wanted])
            for number, image in zip(wanted, frames, strict=True):
                if image is not None:
                    parts.put(number, pair(number, image))
                yield "" if image is not None else "a frame that could not be read again"

    return work


def read_frames(path: Path, wanted: Sequence[int]) -> Iterator[Image | None]:
    """Those frames of a film, in rising order; None for each that does not come."""
    left = list(wanted)
    if not left:
        return
    with closing(open_source(str(path), live=False)) as source:
        try:
            while left:
                frame = source.read()
                if frame.index == left[0]:
                    yield frame.image
                    left.pop(0)
        except SourceEnded:
            pass
    yield from [None] * len(left)
