"""Make a generator of a training run: one .onnx with its card.

    python tools/export.py RUN --name mona-lisa

The file is written only if it paints what the run's network paints, on pairs that it was not
trained on.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from livegan.errors import UsageError
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, Puppet, write_card
from workshop.checkpoint import load_checkpoint
from workshop.networks import UNet
from workshop.onnx_graph import build_onnx
from workshop.quality import picture_metrics, psnr_db
from workshop.recipe_live import paint
from workshop.run_folder import RunFolder

LEAST_PARITY_DB = 45.0
MOST_BYTES = 16 * 1024 * 1024
ENGINES = Path(__file__).resolve().parent.parent / "engines"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _arguments(argv)
    try:
        return _export(arguments)
    except UsageError as error:
        print(f"export: {error}", file=sys.stderr)
        return 2


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="export.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of a training run")
    parser.add_argument("--name", required=True, help="what people will call the generator")
    parser.add_argument("--out", type=Path, default=ENGINES, help="folder for NAME.onnx")
    return parser.parse_args(argv)


def _export(arguments: argparse.Namespace) -> int:
    name: str = arguments.name
    if name != Path(name).name or name.startswith("."):
        raise UsageError(f"name {name!r} can't be a file's name; wanted a plain word: mona-lisa")
    folder = RunFolder(arguments.run)
    network = UNet(folder.shape()).eval()
    if load_checkpoint(folder.path, {"averaged": network}) is None:
        raise UsageError(f"{folder.path} has no checkpoint yet; let it train for a minute")
    drawings, pictures = folder.held_out()
    reference = paint(network, drawings)
    model = build_onnx(network)
    write_card(model, run_card(folder, name, picture_metrics(reference, pictures)))
    path = arguments.out / f"{name}.onnx"
    parity_db = write_checked(model, path, drawings, reference)
    size_mb = path.stat().st_size / 1e6
    print(f"{path}: {size_mb:.1f} MB, {parity_db:.1f} dB to the trained network")
    return 0


def run_card(folder: RunFolder, name: str, metrics: dict[str, float]) -> ModelCard:
    """The card of what a run has trained.

    Args:
        folder: the run.
        name: of the generator.
        metrics: of the trained network on held-out pairs.

    Raises:
        UsageError: the run's file is not as it should be.
    """
    run = folder.read()
    where = str(folder.path / "run.json")
    dataset: dict[str, Any] = run["dataset"]
    puppet = dataset["puppet"]
    training = {
        "recipe": run["settings"]["recipe"],
        "dataset": dataset["name"],
        "source": dataset["source"],
        "pairs": dataset["counts"]["train"],
        "network": run["settings"]["shape"],
        "batch": run["settings"]["batch"],
        "seed": run["settings"]["seed"],
        "steps": run["progress"]["steps"],
        "minutes": round(run["progress"]["minutes"], 2),
    }
    return ModelCard(
        name=name,
        size=folder.shape().size,
        conditioner=ConditionerCard.from_dict(dataset["conditioner"], f"{where}: conditioner"),
        puppet=puppet and Puppet.from_dict(puppet, f"{where}: puppet"),
        training=training,
        metrics=metrics,
        licence=dataset["licence"],
        credit=dataset["credit"],
    )


def write_checked(
    model: onnx.ModelProto, path: Path, drawings: NDArray[np.uint8], wanted: NDArray[np.uint8]
) -> float:
    """Write a generator if it paints as wanted; else nothing is written.

    Args:
        model: with its card.
        path: the .onnx to write; replaced at once if it is there.
        drawings: (N, H, W, 3) uint8 BGR.
        wanted: what should come of them.

    Returns:
        The PSNR between what it paints and what is wanted, in decibels.

    Raises:
        UsageError: it paints something else, it is too large, or it can't be written.
    """
    content = model.SerializeToString()
    if len(content) > MOST_BYTES:
        raise UsageError(
            f"{path.name} would be {len(content) / 1e6:.1f} MB, at most {MOST_BYTES / 1e6:.1f} MB "
            f"may be; train with a smaller --width or --depth"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that it can be put there in one move.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as scratch:
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


def _painted(path: Path, drawings: NDArray[np.uint8]) -> NDArray[np.uint8]:
    generator = load_generator(path, precision="f32")
    pictures = np.stack([generator.generate(drawing) for drawing in drawings])
    generator.close()
    return pictures


if __name__ == "__main__":
    sys.exit(main())
