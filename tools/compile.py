"""Compile a generator for what paints it: faster, and as near to the exact pictures as told.

    python tools/compile.py me --target openvino
    python tools/compile.py facades --target openvino --source datasets/facades
    python tools/compile.py me --target tensorrt-rtx --gpu 8.9

openvino       whole numbers of eight bits for CPUs, kept only if the pictures stay near enough; the
               scales are found on the drawings of a dataset, a clip or a folder of pictures, or
               of the bundled performer.
tensorrt       half precision, for the very GPU that is here; takes minutes.
tensorrt-rtx   half precision, for GeForce and RTX; takes seconds, and with --gpu no GPU.

The engine lies beside its generator as NAME.TARGET.KEY.engine, with a .json that says what it is;
livegan takes it by itself. Engines are programs: take none from people whom you don't trust.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from livegan.compilation import CachedEngine
from livegan.compilation.cache import TARGETS
from livegan.errors import LiveganError, UsageError
from livegan.model_card import read_card
from livegan.shipped import shipped
from workshop.parser import Parser
from workshop.progress import ProgressLine


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _arguments(argv)
    try:
        generator = _generator(arguments.name)
        for_cpu = arguments.target == "openvino"
        engine = _for_cpu(generator, arguments) if for_cpu else _for_gpu(generator, arguments)
    except LiveganError as error:
        print(f"compile: {' '.join(str(error).split())}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        print("\ncompile: stopped; nothing was written", file=sys.stderr)
        return 130
    manifest = engine.manifest
    print(f"{engine.path}: {manifest.engine_bytes / 1e6:.1f} MB in {manifest.seconds:.0f} s")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(
        prog="compile.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help="of a generator in engines, or the path of an .onnx")
    parser.add_argument("--target", choices=TARGETS, required=True, help="what will paint")
    parser.add_argument(
        "--source", type=Path, metavar="DATASET|CLIP|PICTURES",
        help="for openvino: where drawings come from (default: the bundled performer)",
    )
    parser.add_argument(
        "--gpu", type=_compute_capability, metavar="8.9",
        help="for tensorrt-rtx: compute capability of the GPU (default: the one that is here)",
    )
    return parser.parse_args(argv)


def _compute_capability(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}\.[0-9]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no compute capability such as 8.9")
    return text


def _generator(name: str) -> Path:
    path = Path(name).expanduser()
    if path.suffix == ".onnx":
        return path
    known = sorted(engine.stem for engine in shipped("engines").glob("*.onnx"))
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise UsageError(f"no generator is called {name!r}; {hint}")
    return shipped("engines") / f"{name}.onnx"


def _for_cpu(generator: Path, arguments: argparse.Namespace) -> CachedEngine:
    _refuse(arguments.gpu, "--gpu is for tensorrt-rtx; openvino's engine runs on every CPU")
    if arguments.source is not None and not arguments.source.exists():
        raise UsageError(f"no dataset, clip or folder at {arguments.source}")
    read_card(generator)
    # Loads NNCF, which takes seconds.
    from workshop.int8 import compile_int8

    engine, gate = compile_int8(generator, arguments.source, lambda step: print(step, flush=True))
    print(f"accepted: {gate}")
    return engine


def _for_gpu(generator: Path, arguments: argparse.Namespace) -> CachedEngine:
    from livegan.compilation.gpu import NoGpu, find_gpu
    from livegan.compilation.tensorrt_build import compile_engine, engine_request

    _refuse(arguments.source, "--source is for openvino; other targets need no drawings")
    if arguments.target == "tensorrt":
        _refuse(arguments.gpu, "--gpu is for tensorrt-rtx; tensorrt compiles for what is here")
    gpu = arguments.gpu
    if gpu is None:
        try:
            gpu = find_gpu(target=arguments.target)
        except NoGpu as error:
            otherwise = (
                "--target openvino compiles for the CPU"
                if arguments.target == "tensorrt"
                else "--gpu 8.9 compiles for one elsewhere"
            )
            raise NoGpu(f"{error}; {otherwise}") from None
    request = engine_request(arguments.target, read_card(generator).size, gpu)
    line = ProgressLine()
    engine = compile_engine(
        generator, request, lambda phase, done, total: line.show(f"{phase}: {done} of {total}")
    )
    line.end("compiled")
    return engine


def _refuse(option: object, why: str) -> None:
    if option is not None:
        raise UsageError(why)


if __name__ == "__main__":
    sys.exit(main())
