"""Make a generator of a training run: one .onnx with its card.

    python tools/export.py RUN --name mona-lisa
    python tools/export.py RUN/checkpoint-00012000.safetensors --name mona-lisa-sharp

The file is written only if it paints what the run's network paints, on drawings that it was not
trained on. A run that trains both ways at once gives two: NAME-a2b and NAME-b2a. Beside it comes a
preset, so that `livegan run NAME` plays it.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before the imports that would fail
    from workshop.extra import end_without_training_extra

    end_without_training_extra()

import numpy as np
import onnx
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.generators import load_generator
from livegan.model_card import ModelCard, write_card
from livegan.presets import Preset, write_preset
from workshop.checkpoint import load_checkpoint, newest_checkpoint, read_run
from workshop.parser import Parser
from workshop.quality import picture_metrics, psnr_db
from workshop.recipes import Product, find_recipe
from workshop.run_folder import RunFolder

LEAST_PARITY_DB = 45.0
ENGINES = Path(__file__).resolve().parent.parent / "engines"
PRESETS = ENGINES.parent / "presets"
SCRATCH = ".export-"
STALE_S = 3600.0
"""An export is a matter of seconds: what is older was killed. Younger may be another's, at work."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _arguments(argv)
    try:
        return _export(arguments)
    except UsageError as error:
        print(f"export: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nexport: stopped; the same command begins again", file=sys.stderr)
        return 130


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(prog="export.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of a training run, or a checkpoint in it")
    add_result_arguments(parser)
    return parser.parse_args(argv)


def add_result_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what the generator is called, and where it goes."""
    parser.add_argument("--name", required=True, help="what people will call the generator")
    parser.add_argument(
        "--out", type=Path, default=ENGINES,
        help="folder for NAME.onnx (default: engines, with a preset, where livegan finds it)",
    )


def _export(arguments: argparse.Namespace) -> int:
    name: str = arguments.name
    check_name(name)
    folder, checkpoint, run = _open(arguments.run)
    for product in find_recipe(run["settings"]["recipe"]).products(run):
        title = f"{name}-{product.painter}" if product.painter else name
        state = load_checkpoint(checkpoint, {product.part: product.network})
        held_out = folder.held_out(product.painter)
        reference = product.paint(held_out.drawings)
        targets = held_out.pictures
        metrics = {} if targets is None else picture_metrics(reference, targets)
        model = product.to_onnx()
        write_card(model, run_card(run, state, product, title, metrics))
        path = arguments.out / f"{title}.onnx"
        parity_db = write_checked(
            model, path, held_out.drawings, reference, product.most_bytes
        )
        size_mb = path.stat().st_size / 1e6
        print(f"{path}: {size_mb:.1f} MB, {parity_db:.1f} dB to the trained network")
        print(f"play it: livegan run {shlex.quote(write_look(title, arguments.out))}")
        typed = title if arguments.out.resolve() == ENGINES else str(path)
        print(f"faster on a CPU: {_compile_command(typed, run, product)}")
    return 0


def _compile_command(generator: str, run: Mapping[str, Any], product: Product) -> str:
    """What compiles a generator in eight bits, on its own drawings where they can be found."""
    command = f"python tools/compile.py {shlex.quote(generator)} --target openvino"
    dataset, kind = Path(run["settings"]["dataset"]), product.conditioner.kind
    paired = (dataset / "dataset.json").exists()
    if paired and run["dataset"]["conditioner"]["kind"] == kind:
        return f"{command} --source {shlex.quote(str(dataset))}"
    # What such a generator is shown, nobody can know.
    return f"{command} --source PICTURES" if kind == "plain" else command


def check_name(name: str) -> None:
    """Refuse a generator's name that `livegan run NAME` would not find.

    Raises:
        UsageError: it is no plain word, or it ends like a file's.
    """
    if not re.fullmatch("[A-Za-z0-9_][A-Za-z0-9 _.-]{0,59}", name):
        raise UsageError(
            f"name {name!r} can't be played by; wanted a plain word of letters, digits and "
            "dashes: mona-lisa"
        )
    stem, dot, ending = name.rpartition(".")
    if dot and ending in ("onnx", "toml"):
        raise UsageError(f"name {name!r} ends like a file's; the ending comes by itself: {stem}")


def _open(path: Path) -> tuple[RunFolder, Path, dict[str, Any]]:
    """The run, the checkpoint to export, and what the run is; `path` is either."""
    if path.is_file():
        return RunFolder(path.parent), path, read_run(path)
    folder = RunFolder(path)
    run = folder.read()
    newest = newest_checkpoint(path)
    if newest is None:
        raise UsageError(f"{path} has no checkpoint yet; let it train for a minute")
    return folder, newest, run


def run_card(
    run: Mapping[str, Any],
    state: Mapping[str, Any],
    product: Product,
    name: str,
    metrics: Mapping[str, float],
) -> ModelCard:
    """The card of what a run has trained.

    Args:
        run: its `settings` and `dataset`.
        state: of the checkpoint.
        product: what is exported.
        name: of the generator.
        metrics: of the trained network on held-out pairs.
    """
    dataset: dict[str, Any] = run["dataset"]
    settings = {key: value for key, value in run["settings"].items() if key != "dataset"}
    training = {
        **settings,
        "dataset": dataset["name"],
        "source": dataset["source"],
        "pairs": dataset["counts"]["train"],
        "steps": state["steps"],
        "minutes": round(state["elapsed_s"] / 60, 2),
    }
    return ModelCard(
        name=name,
        size=product.size,
        conditioner=product.conditioner,
        puppet=product.puppet,
        training=training,
        metrics=metrics,
        licence=dataset["licence"],
        credit=dataset["credit"],
        palette=product.palette,
    )


def write_checked(
    model: onnx.ModelProto,
    path: Path,
    drawings: NDArray[np.uint8],
    wanted: NDArray[np.uint8],
    most_bytes: int | None = None,
) -> float:
    """Write a generator if it paints as wanted; else nothing is written.

    Args:
        model: with its card.
        path: the .onnx to write; replaced at once if it is there.
        drawings: (N, H, W, 3) uint8 BGR.
        wanted: what should come of them.
        most_bytes: how large the file may be; None for any size.

    Returns:
        The PSNR between what it paints and what is wanted, in decibels.

    Raises:
        UsageError: it paints something else, it is too large, or it can't be written.
    """
    content = model.SerializeToString()
    if most_bytes is not None and len(content) > most_bytes:
        raise UsageError(
            f"{path.name} would be {len(content) / 1e6:.1f} MB, at most {most_bytes / 1e6:.1f} MB "
            f"may be; train with a smaller --width or --depth"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        # Beside its place, so that it can be put there in one move.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=SCRATCH) as scratch:
            candidate = Path(scratch) / path.name
            candidate.write_bytes(content)
            parity_db = psnr_db(_painted(candidate, drawings), wanted)
            if not parity_db >= LEAST_PARITY_DB:
                raise UsageError(
                    f"{path.name} paints something else than the trained network: "
                    f"{parity_db:.1f} dB, wanted {LEAST_PARITY_DB:g} dB; nothing was written"
                )
            os.replace(candidate, path)
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from error
    return parity_db


def _sweep(folder: Path) -> None:
    """Take away what killed exports left."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > STALE_S:
            shutil.rmtree(left)


def write_look(name: str, out: Path) -> str:
    """Make a generator playable by its name. A preset that is there already stays.

    Args:
        name: of the generator.
        out: the folder that it lies in.

    Returns:
        What to type after `livegan run`: its name, or the preset's path where it lies elsewhere.

    Raises:
        PresetError: the preset can't be written.
    """
    if out.resolve() == ENGINES:
        path, generator, typed = PRESETS / f"{name}.toml", name, name
    else:
        path, generator = out / f"{name}.toml", f"{name}.onnx"
        typed = str(path)
    if not path.exists():
        write_preset(Preset(name, generator), path)
    return typed


def _painted(path: Path, drawings: NDArray[np.uint8]) -> NDArray[np.uint8]:
    generator = load_generator(path, precision="f32")
    pictures = np.stack([generator.generate(drawing) for drawing in drawings])
    generator.close()
    return pictures


if __name__ == "__main__":
    sys.exit(main())
