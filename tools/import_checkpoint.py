"""Make a generator of what others trained: pytorch-CycleGAN-and-pix2pix or pix2pix-tensorflow.

    python tools/import_checkpoint.py latest_net_G.pth --name night-to-day --conditioner plain
    python tools/import_checkpoint.py edges2cats_AtoB.pict --name cats --conditioner canny

What network it is stands in the names and shapes of its weights: there is nothing to remember.
The file is written only if it paints what the network paints.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":  # before the imports that would fail
    from workshop.extra import end_without_training_extra

    end_without_training_extra()

from torch import nn

from export import add_result_arguments, check_name, write_checked, write_look
from livegan.conditioners.opening import KINDS
from livegan.counting import counted
from livegan.errors import UsageError
from livegan.model_card import ConditionerCard, ModelCard, write_card
from workshop.classic_forms import UNetForm, check_size, form_to_dict
from workshop.classic_keys import load_generator_network
from workshop.classic_networks import (
    NORM_MODES,
    BatchNorm,
    ClassicNetwork,
    NormMode,
    hold_dropout,
    set_norm_mode,
)
from workshop.classic_onnx import build_classic_onnx
from workshop.classic_painting import check_channels, paint
from workshop.fitting import read_size
from workshop.foreign_weights import read_tensors
from workshop.parser import Parser
from workshop.pict import read_pict
from workshop.picture_drawing import add_set_argument, conditioner_card
from workshop.quality import picture_metrics
from workshop.reference_options import ReferenceOptions, read_options
from workshop.trial import Trial, choose_norm, invented_trial, trial_on_pairs

USUAL_SIDE = 256
DRAWINGS = tuple(kind for kind in KINDS if kind != "latent")
"""What such generators paint from; sliders for latents were never shown to one."""
MOST_PARAMETERS = 500_000_000
"""An .onnx is a protobuf message, which may have 2 GB."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    try:
        return _import(_arguments(argv))
    except UsageError as error:
        print(f"import_checkpoint: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D where it asks
        print("\nimport_checkpoint: stopped; nothing was written", file=sys.stderr)
        return 130


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(
        prog="import_checkpoint.py", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("file", type=Path, help=".pth, .pt, .ckpt, .safetensors or .pict")
    add_result_arguments(parser)
    parser.add_argument(
        "--conditioner", choices=DRAWINGS,
        help="what draws for it (default: asked for, or what drew the pairs)",
    )
    add_set_argument(parser)
    parser.add_argument(
        "--norm", choices=("auto", *NORM_MODES),
        help="what batch norms go by: per-image, each picture itself, as pix2pix paints; running, "
        "what was seen in training; auto, what paints the pairs better (default: auto with pairs, "
        "else per-image)",
    )
    parser.add_argument("--pairs", type=Path, help="folder of a dataset to try it on")
    parser.add_argument(
        "--size", type=read_size, metavar="N|WxH",
        help="of its pictures in pixels (default: as the pairs, as it was trained, or 256)",
    )
    parser.add_argument(
        "--dropout", type=int, metavar="SEED",
        help="hold one throw of the training's dropout (default: no dropout)",
    )
    return parser.parse_args(argv)


def _import(arguments: argparse.Namespace) -> int:
    name: str = arguments.name
    file: Path = arguments.file
    check_name(name)
    network = _read(file)
    trial = trial_on_pairs(arguments.pairs) if arguments.pairs else None
    # Asked for before the long work, so that nobody has to wait for the question.
    conditioner = _conditioner(arguments, trial)
    options = read_options(file)
    size = _size(arguments, network, options, trial)
    trial = trial or invented_trial(size)
    norm = _norm(arguments, network, trial)
    if arguments.dropout is not None:
        _hold_dropout(network, size, arguments.dropout, file)
    reference = paint(network, trial.drawings)
    metrics = {} if trial.pictures is None else picture_metrics(reference, trial.pictures)
    model = build_classic_onnx(network, norm, size)
    training = {
        "imported": file.name,
        "network": form_to_dict(network.form),
        "norm": norm,
        "dropout_seed": arguments.dropout,
        "experiment": options.name,
        "direction": options.direction,
        "tried_on": trial.dataset or None,
    }
    known = {key: value for key, value in training.items() if value is not None}
    palette = trial.palette if conditioner == trial.conditioner else None
    card = ModelCard(name, size, conditioner, training=known, metrics=metrics, palette=palette)
    write_card(model, card)
    path = arguments.out / f"{name}.onnx"
    parity_db = write_checked(model, path, trial.drawings, reference)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {parity_db:.1f} dB to the network")
    print(f"play it: livegan run {shlex.quote(write_look(name, arguments.out))}")
    return 0


def _read(file: Path) -> ClassicNetwork:
    pict = file.suffix == ".pict"
    network = read_pict(file) if pict else load_generator_network(read_tensors(file), str(file))
    form = network.form
    check_channels(form)
    count = sum(parameter.numel() for parameter in network.parameters())
    if count > MOST_PARAMETERS:
        raise UsageError(
            f"{file} has {count / 1e6:.0f} million weights; an .onnx holds at most "
            f"{MOST_PARAMETERS / 1e6:.0f} million"
        )
    family = (
        f"U-Net of {form.downs} halvings"
        if isinstance(form, UNetForm)
        else f"ResNet of {form.blocks} blocks, {form.upsampling} up-sampling"
    )
    print(
        f"{file.name}: {family}, width {form.width}, {form.in_channels} to {form.out_channels} "
        f"channels, norm {form.norm}, {count / 1e6:.1f} million weights"
    )
    return network


def _conditioner(arguments: argparse.Namespace, trial: Trial | None) -> ConditionerCard:
    kind: str | None = arguments.conditioner
    if kind is None and trial and trial.conditioner and not arguments.set:
        return trial.conditioner
    choices = ", ".join(DRAWINGS)
    if kind is None and sys.stdin.isatty():
        kind = input(f"what was it trained to paint from? ({choices}) ").strip()
    if kind not in DRAWINGS:
        found = f"{kind!r} is no conditioner" if kind else "nobody said what draws for it"
        raise UsageError(f"{found}; give --conditioner with one of {choices}")
    return conditioner_card(kind, arguments.set)


def _size(
    arguments: argparse.Namespace,
    network: ClassicNetwork,
    options: ReferenceOptions,
    trial: Trial | None,
) -> tuple[int, int]:
    step = network.form.step
    given: tuple[int, int] | None = arguments.size
    if trial and given not in (None, trial.size):
        raise UsageError(
            f"--size is {given[1]}x{given[0]}, but the pairs are {trial.size[1]}x{trial.size[0]}; "
            "leave one of them out"
        )
    # Trained on crops, it was often meant to paint them: but a crop need not fit the network.
    side = options.size or max(USUAL_SIDE, step)
    size = given or (trial.size if trial else (side, side))
    check_size(network.form, size)
    return size


def _norm(arguments: argparse.Namespace, network: ClassicNetwork, trial: Trial) -> NormMode:
    """Choose how batch norms normalise, and set it."""
    chosen: str = arguments.norm or ("per-image" if trial.pictures is None else "auto")
    if chosen == "auto" and trial.pictures is None:
        raise UsageError("--norm auto needs --pairs with a dataset to judge by")
    batch_norms = any(isinstance(module, BatchNorm) for module in network.modules())
    if not batch_norms or arguments.file.suffix == ".pict":
        if chosen == "running":
            raise UsageError(
                f"--norm running: {arguments.file} has no running statistics; leave --norm out"
            )
        chosen = "per-image"  # there is nothing to choose
    mode: NormMode = "running" if chosen == "running" else "per-image"
    if chosen == "auto":
        mode, scores = choose_norm(network, trial)
        told = ", ".join(f"{way} {score:.3f}" for way, score in scores.items())
        pairs = counted(len(trial.drawings), "pair")
        print(f"norm: {mode} (score on {pairs}: {told})")
    set_norm_mode(network, mode)
    return mode


def _hold_dropout(network: ClassicNetwork, size: tuple[int, int], seed: int, file: Path) -> None:
    if not any(isinstance(module, nn.Dropout) for module in network.modules()):
        raise UsageError(f"--dropout {seed}: {file} has no dropout; leave it out")
    hold_dropout(network, size, seed)


if __name__ == "__main__":
    sys.exit(main())
