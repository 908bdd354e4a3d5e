"""Each face of a folder's pictures as a square picture of its own."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from livegan.conditioners.face_detector import FaceBox
from livegan.counting import counted
from livegan.errors import UsageError
from livegan.frames import Image
from livegan.sources.pictures import read_picture
from workshop.annotations import read_annotations
from workshop.building import list_pictures
from workshop.face_finder import FaceFinder, cut_face
from workshop.journal import Journal, refuse_strangers
from workshop.tally import Tally
from workshop.whole_files import write_whole
from workshop.workers import spread, usual_workers

NAME = "crop-faces"
HELP = "cut the faces out of pictures, found or as annotated: squares of one size"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may stand on its command line."""
    parser.add_argument("folder", type=Path, help="folder of pictures")
    parser.add_argument("--out", type=Path, required=True, help="folder for the faces")
    parser.add_argument("--size", type=int, default=256,
                        help="of a face's picture, in pixels (default: %(default)s)")
    parser.add_argument(
        "--margin", type=float, default=0.45,
        help="room on each side, in parts of the face from brow to chin (default: 0.45, which"
        " shows the whole head)",
    )
    parser.add_argument(
        "--smallest", type=float, default=96, metavar="PX",
        help="faces narrower than that are left out (default: 96)",
    )
    parser.add_argument(
        "--annotations", type=Path, metavar="FILE.jsonl",
        help='faces as marked, a line a picture: {"picture": "a.jpg", "boxes": [[x, y, w, h]]}',
    )
    parser.add_argument("--workers", type=int, default=usual_workers(), help="processes")


@dataclass(frozen=True)
class Task:
    """One picture: where it is, what its faces are called, and their boxes if they are known."""

    path: Path
    stem: str
    boxes: list[FaceBox] | None


@dataclass(frozen=True)
class Outcome:
    """What became of a picture.

    Args:
        files: the names of its faces.
        boxes: where they were, in the order of `files`.
        too_small: faces left out.
        problem: why there was nothing to be done; empty if there was.
    """

    files: list[str]
    boxes: list[list[float]]
    too_small: int = 0
    problem: str = ""


@dataclass(frozen=True)
class CropJob:
    """How faces are cut."""

    out: Path
    size: int
    margin: float
    smallest_px: float
    finds: bool

    def open(self) -> Callable[[Task], Outcome]:
        """Cuts the faces of one picture."""
        finder = FaceFinder(self.smallest_px) if self.finds else None
        return lambda task: self._crop(task, finder)

    def _crop(self, task: Task, finder: FaceFinder | None) -> Outcome:
        image = read_picture(task.path)
        if image is None:
            return Outcome([], [], problem="not a picture that can be read")
        boxes = finder.find(image) if finder else task.boxes or []
        for box in boxes:
            if not _touches(box, image):
                height, width = image.shape[:2]
                return Outcome([], [], problem=f"box {list(box[:4])} lies outside its"
                                               f" {width}x{height} pixels")
        kept = sorted(box for box in boxes if box.width >= self.smallest_px)
        files = []
        for number, box in enumerate(kept, 1):
            face = cut_face(image, box, self.margin, self.size)
            files.append(f"{task.stem}-{number}.png")
            write_whole(self.out / files[-1], cv2.imencode(".png", face)[1].tobytes())
        rounded = [[round(value, 1) for value in box[:4]] for box in kept]
        return Outcome(files, rounded, len(boxes) - len(kept))


def _touches(box: FaceBox, image: Image) -> bool:
    x, y = box.left + box.width / 2, box.top + box.height / 2
    return 0 <= x < image.shape[1] and 0 <= y < image.shape[0]


def run(arguments: argparse.Namespace) -> int:
    """Cut the faces of all pictures that aren't done yet."""
    _check(arguments)
    pictures = list_pictures(arguments.folder)
    marked = read_annotations(arguments.annotations) if arguments.annotations else None
    if marked is not None:
        absent = sorted(set(marked) - {path.name for path in pictures})
        pictures = [path for path in pictures if path.name in marked]
        if not pictures:
            raise UsageError(f"{arguments.annotations} names no picture of {arguments.folder};"
                             f" it names {absent[0]!r}, for one")
        if absent:
            gone = counted(len(absent), "annotated picture that isn't",
                           "annotated pictures that aren't")
            more = " ..." if len(absent) > 1 else ""
            print(f"passed over {gone} there: {absent[0]}{more}")
    settings = {"by": NAME, "size": arguments.size, "margin": arguments.margin,
                "smallest": arguments.smallest, "annotated": marked is not None}
    path = arguments.out / "faces.jsonl"
    refuse_strangers(path)
    with Journal(path, settings) as journal:
        job = CropJob(arguments.out, arguments.size, arguments.margin, arguments.smallest,
                      marked is None)
        return _crop_all(job, journal, _tasks(pictures, marked), arguments.workers)


def _check(arguments: argparse.Namespace) -> None:
    for name, least, most in (("size", 16, 4096), ("margin", 0, 10), ("smallest", 1, 1e5)):
        value = getattr(arguments, name)
        if not least <= value <= most:
            raise UsageError(f"--{name} is {value:g}, wanted from {least} to {most:g}")
    if arguments.out.resolve() == arguments.folder.resolve():
        raise UsageError(f"--out is {arguments.out}, where the pictures are; choose another folder")


def _tasks(pictures: list[Path], marked: dict[str, list[FaceBox]] | None) -> list[Task]:
    stems = Counter(path.stem for path in pictures)
    return [
        # a.jpg and a.png side by side: their faces must not have the same names.
        Task(path, path.stem if stems[path.stem] == 1 else path.name.replace(".", "-"),
             None if marked is None else marked[path.name])
        for path in pictures
    ]


def _crop_all(job: CropJob, journal: Journal, tasks: list[Task], workers: int) -> int:
    done = {entry["picture"]: entry for entry in journal.entries}
    for task in tasks:
        # Journals of before don't tell the bytes.
        known = done.get(task.path.name, {}).get("bytes")
        if known not in (None, task.path.stat().st_size):
            raise UsageError(f"{task.path} is not the {task.path.name} whose faces are in"
                             f" {job.out}; rename it, or choose another --out")
    left = [task for task in tasks if task.path.name not in done]
    tally = Tally("pictures", len(left))
    if len(left) < len(tasks):
        tally.note(f"{len(tasks) - len(left)} of {len(tasks)} pictures are done already")
    broken = 0
    for task, outcome in zip(left, spread(job, left, workers), strict=True):
        if outcome.problem:
            broken += 1
            tally.note(f"passed over {task.path.name}: {outcome.problem}")
        else:
            # Broken ones are not written down: mended, they are cut next time.
            journal.add({"picture": task.path.name, "bytes": task.path.stat().st_size,
                         "files": outcome.files, "boxes": outcome.boxes,
                         "too_small": outcome.too_small})
        tally.step()
    tally.done()
    return _tell(journal, job, broken)


def _tell(journal: Journal, job: CropJob, broken: int) -> int:
    entries = journal.entries
    faces = sum(len(entry["files"]) for entry in entries)
    small = sum(entry["too_small"] for entry in entries)
    none = sum(not entry["files"] and not entry["too_small"] for entry in entries)
    print(f"{counted(faces, 'face')} of {counted(len(entries), 'picture')} in {job.out};"
          f" {counted(none, 'picture has', 'pictures have')} no face,"
          f" {counted(small, 'face is', 'faces are')} narrower than {job.smallest_px:g} pixels,"
          f" {counted(broken, 'is', 'are')} broken")
    if not faces:
        raise UsageError(f"no face of at least {job.smallest_px:g} pixels was found;"
                         " see --smallest, or mark the faces and give --annotations")
    return 0
