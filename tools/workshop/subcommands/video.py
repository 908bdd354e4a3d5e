"""Films of one face as pairs: the way to a puppet of one's own."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from livegan.counting import counted
from livegan.errors import UsageError
from workshop.assembly import Assembly
from workshop.building import add_dataset_arguments, begin_card, build, finished, made_by
from workshop.film_options import LEAST_FRAMES, add_film_arguments, check_film_arguments
from workshop.film_pairs import (
    Film,
    choose,
    cut_film,
    draw_frames,
    framed_as_cut,
    watch_films,
)
from workshop.picture_drawing import add_conditioner_arguments, conditioner_card

NAME = "video"
HELP = "films of one face, cut out and drawn: the way to a puppet of one's own"
KINDS = ("face_mesh", "canny", "grayscale")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("clips", type=Path, nargs="+", help="films of one and the same face")
    add_film_arguments(parser)
    add_conditioner_arguments(parser, KINDS)
    add_dataset_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    check_film_arguments(arguments, arguments.clips)
    conditioner = conditioner_card(arguments.conditioner, arguments.set)
    made = made_by(NAME, arguments, arguments.clips)
    assembly = Assembly(arguments.out, arguments.size, made)
    if finished(assembly, arguments.out):
        return 0
    tracks = watch_films(arguments.clips, assembly.parts.folder, arguments.workers)
    size = arguments.size[0]
    films = [
        cut_film(path, track, size, arguments.zoom)
        for path, track in zip(arguments.clips, tracks, strict=True)
    ]
    _tell(films)
    choice = choose(films, size, arguments.frames, arguments.held_out)
    source = ", ".join(clip.name for clip in arguments.clips)
    conditioner = framed_as_cut(conditioner, films, tracks)
    card = begin_card(arguments, conditioner, source)
    if conditioner.kind == "face_mesh":
        card = dataclasses.replace(card, puppet=choice.puppet)
    work = draw_frames(films, choice, assembly.parts, conditioner)
    return build(assembly, card, choice.tasks, work, arguments.out)


def _tell(films: list[Film]) -> None:
    good = sum(len(film.good) for film in films)
    told = (f"{counted(good, 'frame')} with a sharp face; left out: "
            f"{sum(film.faceless for film in films)} without a face, "
            f"{sum(film.blurred for film in films)} blurred")
    if good < LEAST_FRAMES:
        raise UsageError(f"{told}; wanted at least {LEAST_FRAMES}: film longer, nearer, in better"
                         " light")
    print(told)
