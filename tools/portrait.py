"""One portrait becomes a dataset of pairs, or a film.

    python tools/portrait.py mona-lisa.jpg --out data/mona-lisa
    python tools/portrait.py mona-lisa.jpg --out data/edges --conditioner canny
    python tools/portrait.py pearl.jpg --out data/pearl --motion me.mp4 --pairs 3000
    python tools/portrait.py donna-velata.jpg --film performer.mp4

The portrait's face is moved by what performers did (the motion that ships, or a clip of your own),
and each picture is drawn by livegan's own conditioner. The same command goes on where it was
stopped or killed. Train on the pairs with tools/train.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from livegan.conditioners.opening import KINDS
from livegan.errors import UsageError
from livegan.frames import Frame
from livegan.model_card import ConditionerCard, Puppet, PuppetLimits
from livegan.puppetry.retarget import Drive, Retarget
from workshop import motion
from workshop.animated_portrait import AnimatedPortrait
from workshop.assembly import Assembly, Pair, Parts
from workshop.building import Task, build, by_workers, finished, made_by
from workshop.dataset_card import SPLITS, DatasetCard
from workshop.drawing import PairDrawer
from workshop.motion import Performance
from workshop.parser import Parser
from workshop.portraits import Portrait, read_portrait
from workshop.sampling import PoseSampler, held_out
from workshop.tally import Tally

# Portraits are moved at twice the size and shrunk, which smooths every edge.
_OVERSAMPLING = 2


@dataclass(frozen=True, eq=False)
class DriveTask(Task):
    """One pair to be made.

    Args:
        drive: what the portrait does, in the puppet's own measure.
        seed: of the drawing's noise; None draws without.
    """

    drive: Drive
    seed: int | None


@dataclass(frozen=True, eq=False)
class Job:
    """What each worker process needs to make pairs of its own."""

    portrait: Portrait
    limits: PuppetLimits
    kind: str
    parts: Parts

    def open(self) -> Callable[[tuple[int, DriveTask]], str]:
        """What makes one pair, in a worker."""
        maker = PairMaker(self)

        def make(numbered: tuple[int, DriveTask]) -> str:
            number, task = numbered
            self.parts.put(number, maker.make(task.drive, task.seed))
            return ""

        return make


class PairMaker:
    """Makes pairs from drives: the picture, its drawing, and where the face lies in both."""

    def __init__(self, job: Job) -> None:
        self._size = job.parts.size[0]
        face, large = job.portrait.landmarks, self._size * _OVERSAMPLING
        self._animated = AnimatedPortrait(job.portrait.picture, face)
        self._retarget = Retarget(face, job.limits, large, face)
        self._drawer = PairDrawer(job.kind, self._size)

    def make(self, drive: Drive, seed: int | None) -> Pair:
        """Drawing, picture and landmarks.

        Args:
            drive: in the puppet's own measure.
            seed: of the drawing's noise; None draws without.
        """
        large, landmarks = self._animated.play(drive, self._retarget)
        picture = cv2.resize(large, (self._size, self._size), interpolation=cv2.INTER_AREA)
        landmarks = landmarks / _OVERSAMPLING
        return Pair(*self._drawer.draw(np.asarray(picture, np.uint8), landmarks, seed))


def make_dataset(arguments: argparse.Namespace, limits: PuppetLimits) -> None:
    """Write the dataset that the command line asks for."""
    performances = read_motion(arguments.motion)
    portrait = read_portrait(arguments.image, _OVERSAMPLING * arguments.size, arguments.zoom)
    retargets = [
        Retarget(portrait.landmarks, limits, portrait.picture.shape[0], performance.neutral)
        for performance in performances
    ]
    sampler = PoseSampler(performances, retargets, limits, arguments.seed)
    kept = held_out(performances, retargets)
    kept = kept[:: max(1, len(kept) // arguments.validation)]
    tasks = [DriveTask("val", f"seen pose {k}", drive, None) for k, drive in enumerate(kept)]
    tasks += [
        DriveTask("train", f"drawn pose {k}", sampler.draw(), arguments.seed + k)
        for k in range(arguments.pairs)
    ]
    kind, size = arguments.conditioner, (arguments.size, arguments.size)
    made = made_by("portrait", arguments, [arguments.image, arguments.motion or motion.SHIPPED])
    assembly = Assembly(arguments.out, size, made)
    if finished(assembly, arguments.out):
        return
    neutral = (portrait.landmarks / _OVERSAMPLING).astype(np.float32)
    puppet = Puppet(neutral, portrait.crop, limits)
    card = DatasetCard(
        arguments.name or arguments.out.resolve().name,
        size,
        ConditionerCard(kind, KINDS[kind].version, PairDrawer.settings(kind)),
        puppet if kind == "face_mesh" else None,
        arguments.licence,
        arguments.credit,
        f"{arguments.image.name}, moved by {arguments.motion or 'the motion that ships'}",
        dict.fromkeys(SPLITS, 0),
    )
    job = Job(portrait, limits, kind, assembly.parts)
    build(assembly, card, tasks, by_workers(job, tasks, arguments.workers), arguments.out)


def read_motion(path: Path | None) -> list[Performance]:
    """The motion that ships, a motion file, or that of a clip."""
    if path is None or path.suffix == ".npz":
        return motion.load(path or motion.SHIPPED)
    progress = Tally(f"frames of {path.name} watched", None)
    performance = motion.record(path, progress.at)
    progress.done()
    return [performance]


def make_film(arguments: argparse.Namespace, limits: PuppetLimits) -> None:
    """Write a film of the portrait making all that the first performer did."""
    from livegan.sinks.whole_film import whole_film

    performance = read_motion(arguments.motion)[0]
    height = arguments.film_height
    portrait = read_portrait(arguments.image, _OVERSAMPLING * height, arguments.zoom)
    animated = AnimatedPortrait(portrait.picture, portrait.landmarks)
    retarget = Retarget(
        portrait.landmarks, limits, _OVERSAMPLING * height, performance.neutral
    )
    drives = list(_excerpt(performance, arguments.film_from, arguments.film_seconds))
    progress = Tally("frames", len(drives))
    with whole_film(arguments.film, size=(height, height), fps=performance.fps) as film:
        for index, drive in enumerate(drives):
            large, _ = animated.play(drive, retarget)
            small = cv2.resize(large, (height, height), interpolation=cv2.INTER_AREA)
            film.show(Frame(np.asarray(small, np.uint8), index, index / performance.fps))
            progress.step()
    progress.done()


def _excerpt(performance: Performance, start_s: float, length_s: float) -> Iterator[Drive]:
    first = round(start_s * performance.fps)
    yield from performance.drives[first : first + round(length_s * performance.fps)]


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = Parser(
        prog="portrait.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="a portrait, PNG or JPEG")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, help="folder for the dataset")
    what.add_argument("--film", type=Path, help="write a film instead: FILE.mp4")
    parser.add_argument("--name", help="the puppet's name (default: the folder's)")
    parser.add_argument("--motion", type=Path, help="a clip or a .npz (default: what ships)")
    parser.add_argument("--conditioner", choices=("face_mesh", "canny"), default="face_mesh",
                        help="what is drawn: a mesh, or edges (default: face_mesh)")
    parser.add_argument("--size", type=int, default=256,
                        help="of drawing and picture, px (default: 256)")
    parser.add_argument("--pairs", type=int, default=2600, help="pairs to train on (default: 2600)")
    parser.add_argument("--validation", type=int, default=160, help="pairs held out (default: 160)")
    parser.add_argument("--zoom", type=float, default=1.0, help="larger: the face fills more")
    parser.add_argument("--yaw", type=float, default=24, help="how far the head turns to each"
                        " side, in degrees (default: 24)")
    parser.add_argument("--pitch", type=float, default=16, help="up and down (default: 16)")
    parser.add_argument("--roll", type=float, default=18, help="to the shoulders (default: 18)")
    parser.add_argument("--film-height", type=int, default=480,
                        help="of the film, px (default: 480)")
    parser.add_argument("--film-from", type=float, default=0,
                        help="where in the motion, in seconds")
    parser.add_argument("--film-seconds", type=float, default=12, help="its length (default: 12)")
    parser.add_argument("--credit", default="", help="whose picture it is, for the model card")
    parser.add_argument("--licence", default="", help="of the picture, for the model card")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: 1)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    return parser.parse_args(argv)


def check(arguments: argparse.Namespace) -> None:
    """Refuse numbers that lead nowhere.

    Raises:
        UsageError: there is one.
    """
    for name, least, most in (
        ("size", 64, 2048), ("pairs", 1, 10**6), ("validation", 1, 10**5), ("zoom", 0.2, 4),
        ("yaw", 0, 60), ("pitch", 0, 60), ("roll", 0, 60), ("seed", 0, 2**32),
        ("film_height", 64, 2160), ("film_from", 0, 1e6), ("film_seconds", 0.1, 1e6),
    ):
        value = getattr(arguments, name)
        if not least <= value <= most:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} is {value:g}, wanted from {least:g} to {most:g}")


def main(argv: list[str]) -> int:
    """Run the command; 0 when done, 2 after a mistake that the user can mend."""
    arguments = parse(argv)
    limits = PuppetLimits(arguments.yaw, arguments.pitch, arguments.roll, 0.07, 0.12)
    try:
        check(arguments)
        (make_film if arguments.film else make_dataset)(arguments, limits)
    except UsageError as error:
        print(f"portrait: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
