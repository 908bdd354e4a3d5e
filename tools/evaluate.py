"""Judge a generator: how near it comes, how well it follows a face, how calm it is.

    python tools/evaluate.py engines/mona-lisa.onnx data/mona-lisa --out judged
    python tools/evaluate.py runs/me holiday-pictures --out judged
    python tools/evaluate.py runs/me performer.mp4 --out judged

Over a dataset's held-out pairs it is compared with what it should paint. Plain pictures have no
target: they are drawn by the generator's conditioner and painted. Over a performer's clip the face
is found again in what is painted, and must do what the performer does. Nothing is downloaded.

    OUT/index.html      every picture with its figures, worst first
    OUT/pictures/       the pictures, lossless
    OUT/metrics.json    {"schema": 1,
                         "generator": {"name", "description", "size": [H, W], "conditioner"},
                         "kind": "pairs" | "pictures" | "clip",
                         "data": in words,
                         "metrics": {NAME: number},
                         "notes": [what could not be measured, and why],
                         "cases": [{"name", NAME: number or null}]}

Each NAME stands with its meaning in workshop/evaluation_page.py; one that could not be measured is
left out, and null is a face that was lost. Of a clip `cases` are the frames on the page, and the
metrics are of all frames.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from livegan.errors import UsageError
from livegan.shipped import shipped
from livegan.sources.pictures import SUFFIXES
from workshop.dataset_card import SPLITS
from workshop.evaluation import PICTURES, Album, Evaluation, evaluate_pairs
from workshop.evaluation_clip import evaluate_clip
from workshop.evaluation_live import evaluate_pictures
from workshop.evaluation_page import MEANINGS, ordered, write_evaluation
from workshop.painters import Painter, open_painter
from workshop.parser import Parser
from workshop.report import told

_SCRATCH = ".evaluate-"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _arguments(argv)
    try:
        return _evaluate(arguments)
    except UsageError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nevaluate: stopped; nothing was written", file=sys.stderr)
        return 130


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(prog="evaluate.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("generator", type=Path, help="a run, one of its checkpoints, or an .onnx")
    parser.add_argument("data", type=Path, help="a dataset, a folder of pictures, or a clip")
    parser.add_argument("--out", type=Path, required=True, help="folder for the result")
    parser.add_argument("--split", choices=SPLITS, default="val", help="which pairs (default: val)")
    parser.add_argument("--direction", choices=("AtoB", "BtoA"),
                        help="A is the drawing; by default as the generator was trained")
    parser.add_argument("--painter", default="", help="which network of a run that trains several:"
                        " a2b or b2a")
    parser.add_argument("--inline", action="store_true",
                        help="put the pictures into index.html, so that it can be sent as one file")
    return parser.parse_args(argv)


def _evaluate(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out
    for name in (PICTURES, "index.html"):
        if (out / name).exists() and not (out / "metrics.json").exists():
            raise UsageError(f"{out / name} is not of an evaluation; choose another --out")
    if not arguments.data.exists():
        raise UsageError(f"no dataset, picture or clip at {arguments.data}")
    ours = shipped("engines") / f"{arguments.generator}.onnx"
    if not arguments.generator.exists() and ours.is_file():
        raise UsageError(f"no generator at {arguments.generator}; did you mean {ours}?")
    painter = open_painter(arguments.generator, arguments.painter)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for killed in out.glob(f"{_SCRATCH}*"):
            shutil.rmtree(killed)
        # Beside its place, so that nothing half-done is ever there.
        with tempfile.TemporaryDirectory(dir=out, prefix=_SCRATCH) as scratch:
            made = Path(scratch)
            evaluation = _judge(painter, arguments, Album(made))
            write_evaluation(made, painter, evaluation, arguments.inline)
            _replace(made, out)
    except OSError as error:
        raise UsageError(f"can't write to {out}: {error.strerror}") from error
    for name, value in ordered(evaluation.metrics).items():
        title, meaning = MEANINGS[name]
        print(f"{title:22} {told(value):>8}  {meaning}")
    for note in evaluation.notes:
        print(note)
    print(f"see {out / 'index.html'}")
    return 0


def _judge(painter: Painter, arguments: argparse.Namespace, album: Album) -> Evaluation:
    data: Path = arguments.data
    if (data / "dataset.json").exists():
        direction = arguments.direction or painter.direction
        return evaluate_pairs(painter, data, arguments.split, direction, album)
    if data.is_dir() or data.suffix.lower() in SUFFIXES:
        return evaluate_pictures(painter, data, album)
    return evaluate_clip(painter, data, album)


def _replace(made: Path, out: Path) -> None:
    """Put a whole evaluation in the place of an older one. The page comes last."""
    (out / "index.html").unlink(missing_ok=True)
    if (out / PICTURES).exists():
        shutil.rmtree(out / PICTURES)
    for name in ("metrics.json", PICTURES, "index.html"):
        os.replace(made / name, out / name)


if __name__ == "__main__":
    sys.exit(main())
