"""Films of one face as pairs: the way to a puppet of one's own."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from livegan.errors import UsageError
from workshop.assembly import Assembly
from workshop.building import add_dataset_arguments, begin_card, build, finished, made_by
from workshop.film_pairs import Film, choose, cut_film, draw_frames, watch_films
from workshop.fitting import read_size
from workshop.picture_drawing import add_conditioner_arguments, conditioner_card

NAME = "video"
HELP = "films of one face, cut out and drawn: the way to a puppet of one's own"
KINDS = ("face_mesh", "canny", "grayscale")
LEAST_FRAMES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("clips", type=Path, nargs="+", help="films of one and the same face")
    parser.add_argument(
        "--frames", type=int, default=1500, help="how many to keep (default: 1500)"
    )
    parser.add_argument("--size", type=read_size, default=(256, 256), metavar="N",
                        help="side of drawing and picture in pixels (default: 256)")
    parser.add_argument("--zoom", type=float, default=1.0, help="larger: the face fills more")
    parser.add_argument(
        "--held-out", type=float, default=0.15, metavar="PART",
        help="the last part of each film, which training never sees (default: 0.15)",
    )
    add_conditioner_arguments(parser, KINDS)
    add_dataset_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    height, width = arguments.size
    if height != width:
        raise UsageError(f"--size is {width}x{height}; a face is cut out as a square, such as 256")
    if not 0.2 <= arguments.zoom <= 4:
        raise UsageError(f"--zoom is {arguments.zoom:g}, wanted from 0.2 to 4")
    if arguments.frames < LEAST_FRAMES:
        raise UsageError(f"--frames is {arguments.frames}, wanted at least {LEAST_FRAMES}")
    for clip in arguments.clips:
        if not clip.is_file():
            raise UsageError(f"no such film: {clip}")
    conditioner = conditioner_card(arguments.conditioner, arguments.set)
    made = made_by(NAME, arguments, arguments.clips)
    assembly = Assembly(arguments.out, arguments.size, made)
    if finished(assembly, arguments.out):
        return 0
    tracks = watch_films(arguments.clips, assembly.parts.folder, arguments.workers)
    films = [
        cut_film(path, track, width, arguments.zoom)
        for path, track in zip(arguments.clips, tracks, strict=True)
    ]
    _tell(films)
    choice = choose(films, width, arguments.frames, arguments.held_out)
    source = ", ".join(clip.name for clip in arguments.clips)
    card = begin_card(arguments, conditioner, source)
    if conditioner.kind == "face_mesh":
        card = dataclasses.replace(card, puppet=choice.puppet)
    work = draw_frames(films, choice, assembly.parts, conditioner)
    return build(assembly, card, choice.tasks, work, arguments.out)


def _tell(films: list[Film]) -> None:
    good = sum(len(film.good) for film in films)
    told = (f"{good} frames with a sharp face; left out: "
            f"{sum(film.faceless for film in films)} without a face, "
            f"{sum(film.blurred for film in films)} blurred")
    if good < LEAST_FRAMES:
        raise UsageError(f"{told}; wanted at least {LEAST_FRAMES}: film longer, nearer, in better"
                         " light")
    print(told)
