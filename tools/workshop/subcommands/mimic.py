"""Films of two people as pairs: who is watched is painted as who is shown."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from livegan.errors import UsageError
from workshop.assembly import Assembly
from workshop.building import add_dataset_arguments, begin_card, build, finished, made_by
from workshop.film_options import LEAST_FRAMES, add_film_arguments, check_film_arguments
from workshop.film_pairs import Film, framed_as_cut, watch_films
from workshop.mimicry import (
    Matches,
    draw_mimicry,
    match_by_pose,
    match_by_time,
    prepare,
    refuse_few,
    thinned,
    with_faces,
)
from workshop.picture_drawing import add_conditioner_arguments, conditioner_card
from workshop.tally import Tally

NAME = "mimic"
HELP = "films of two people, matched by what they do or by time: one plays the other"
# The picture as it is comes first: for a drawing of a face, `video` of whoever is to be seen makes
# pairs that fit exactly, where these only fit nearly.
KINDS = ("plain", "face_mesh", "canny", "grayscale")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("watched", type=Path, help="film of the one who will play")
    parser.add_argument("shown", type=Path, help="film of the one who will be seen")
    parser.add_argument(
        "--by", choices=("pose", "time"), default="pose",
        help="pose: each frame goes with the one in which the other's face does most nearly the"
        " same (default); time: with that of the same moment, for two who move together",
    )
    parser.add_argument(
        "--offset", type=float, default=0.0, metavar="SECONDS",
        help="by time: how much later the second film has the same moment",
    )
    parser.add_argument(
        "--within", type=float, default=0.25, metavar="EYES",
        help="by pose: frames farther from all others are left out; in distances of the eyes, 0.1"
        " is close, 0.4 another face altogether (default: 0.25)",
    )
    parser.add_argument(
        "--cut", choices=("face", "middle"), default="face",
        help="face: squares that follow the face calmly (default); middle: as the stage cuts a"
        " camera's picture, for whole people",
    )
    add_film_arguments(parser)
    add_conditioner_arguments(parser, KINDS)
    add_dataset_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset; returns the exit code."""
    paths = [arguments.watched, arguments.shown]
    check_film_arguments(arguments, paths)
    _check(arguments)
    conditioner = conditioner_card(arguments.conditioner, arguments.set)
    assembly = Assembly(arguments.out, arguments.size, made_by(NAME, arguments, paths))
    if finished(assembly, arguments.out):
        return 0
    tracks = watch_films(paths, assembly.parts.folder, arguments.workers)
    size = arguments.size[0]
    watched, shown = (
        prepare(path, track, size, arguments.zoom, arguments.cut)
        for path, track in zip(paths, tracks, strict=True)
    )
    if conditioner.kind == "face_mesh" or arguments.by == "pose":
        watched = with_faces(watched)
    matches = thinned(_match(arguments, watched, shown), arguments.frames)
    conditioner = framed_as_cut(conditioner, [watched], tracks[:1])
    card = begin_card(arguments, conditioner, f"{paths[0].name}, answered by {paths[1].name}")
    work = draw_mimicry(watched, shown, matches.tasks, assembly.parts, conditioner)
    return build(assembly, card, matches.tasks, work, arguments.out)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.cut == "middle" and arguments.zoom < 1:
        raise UsageError(f"--zoom is {arguments.zoom:g}, wanted at least 1 with --cut middle")
    if not arguments.within > 0:
        raise UsageError(f"--within is {arguments.within:g}, wanted more than 0")
    if not np.isfinite(arguments.offset):
        raise UsageError(f"--offset is {arguments.offset:g}, wanted seconds")
    if arguments.by == "pose" and arguments.offset:
        raise UsageError("--offset is for --by time")


def _match(arguments: argparse.Namespace, watched: Film, shown: Film) -> Matches:
    if arguments.by == "time":
        matches = match_by_time(watched, shown, arguments.held_out, arguments.offset)
        refuse_few(matches, LEAST_FRAMES, "see --offset, and --cut middle for films without faces")
        print(f"{len(matches.tasks)} frames go together; {matches.left_out} have no counterpart")
        return matches
    shown = with_faces(shown)
    if min(len(watched.good), len(shown.good)) < LEAST_FRAMES:
        raise UsageError(f"{len(watched.good)} and {len(shown.good)} frames show a sharp face,"
                         f" wanted at least {LEAST_FRAMES} of each; see --by time")
    tally = Tally("faces compared", len(watched.good) + len(shown.good))
    matches = match_by_pose(watched, shown, arguments.held_out, arguments.within, tally.step)
    tally.done()
    refuse_few(matches, LEAST_FRAMES, "let them do more of the same, or see --within")
    answers = len({task.answer for task in matches.tasks})
    print(f"{len(matches.tasks)} frames have one like them, {np.median(matches.apart):.2f} eye"
          f" distances apart; {matches.left_out} have none. {answers} of {len(shown.good)} frames"
          f" of {shown.path.name} are used")
    return matches
