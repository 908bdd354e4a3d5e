"""The command line, and nothing else."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from livegan import process  # noqa: F401  first of all: it may have to count from here
from livegan.errors import LiveganError, UsageError
from livegan.mistyped import (
    refuse_empty,
    refuse_left,
    refuse_misspelt,
    refuse_other_than_preset,
)
from livegan.terminal import telling

_COMMANDS = ("run", "render", "bench", "devices", "presets", "parameters", "doctor")
_PRESET_HELP = "a name that `livegan presets` lists, or a .toml file"
_OUTPUT_HELP = (
    "a .mp4 file (without sound), or null; what stands there is replaced as the film is whole,"
    " and until then it grows beside, in OUTPUT.part.mp4"
)
_SOURCE_HELP = "auto, camera:INDEX, camera:PART OF ITS NAME, a clip, a folder of pictures, pattern"

_OSC_HELP = (
    "where OSC comes in: a port, HOST:PORT or off (default: 127.0.0.1:7770, so that only this"
    " machine plays; 0.0.0.0 lets others); changes are sent back to the port above it"
)
_PANEL_HELP = (
    "where the browser panel and OSCQuery are: a port, HOST:PORT or off (default: 127.0.0.1 and"
    " OSC's port, so that only this machine sees and plays; 0.0.0.0 lets others); off where OSC is"
)
_ISOLATE_HELP = (
    "paint in a process of its own: a crash or hang of the driver then costs seconds of a still"
    " picture, not the show; off by default, for it takes 0.2 ms a frame, 50 MiB and a later start"
)

_SAFE_HELP = (
    "play with as little as there can be: begin anew, keep nothing, paint exactly and on the CPU,"
    " no OSC, no panel, no MIDI; for when something is wrong on stage"
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{message}; {self.prog} --help says what it takes")

    def options(self) -> list[str]:
        """The long options that it takes, such as `--source`."""
        return re.findall(r"--[a-z-]+", self.format_help())


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the arguments; None takes those of the process.

    Returns:
        The exit code: 0; 2 for what the user can mend; 1 for a device that was lost on the way;
        130 for work that was interrupted before its end.
    """
    try:
        options = parse(list(sys.argv[1:] if argv is None else argv))
        # Loads numpy; a wrong option and --help need not wait for it.
        from livegan import commands

        with telling():
            return commands.ALL[options.command](options)
    except LiveganError as error:
        print(f"livegan: {' '.join(str(error).split())}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has seen enough, as `head` does. Python would complain once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; without a command they are those of `run`.

    Raises:
        UsageError: an option is unknown or has a wrong value.
    """
    named = bool(arguments) and arguments[0] in (*_COMMANDS, "-h", "--help")
    if arguments and not named:
        refuse_misspelt(arguments[0], _COMMANDS)
    top, commands = _parsers()
    options, left = top.parse_known_args([*([] if named else ["run"]), *arguments])
    command: Parser = commands.choices[options.command]
    if left:
        refuse_left(options.command, left, command.options())
    refuse_empty(options, command.options())
    if options.command == "run" and options.preset:
        refuse_other_than_preset(options.preset)
    return options


def _parsers() -> tuple[Parser, argparse._SubParsersAction[Parser]]:
    top = Parser(
        prog="livegan",
        description="A camera in, a painting out, live.",
        epilog="Without a command it plays; `livegan run --help` says how.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="play (what livegan does without a command)"))
    _add_render(commands.add_parser("render", help="paint every frame of a clip into a file"))
    _add_bench(commands.add_parser("bench", help="measure latency, frames/s and memory"))
    commands.add_parser("devices", help="list cameras, displays, virtual cameras, MIDI ports")
    commands.add_parser("presets", help="list the looks")
    parameters = commands.add_parser("parameters", help="list what can be played")
    parameters.add_argument("--markdown", action="store_true", help="as the page PARAMETERS.md")
    commands.add_parser("doctor", help="say what is wrong with this machine, and the cure")
    return top, commands


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("preset", nargs="?", metavar="PRESET", help=_PRESET_HELP)
    run.add_argument("--source", default="auto", help=_SOURCE_HELP)
    run.add_argument(
        "--sink",
        action="append",
        help="window, virtual-camera, virtual-camera:DEVICE, a .mp4 file (without sound; a new one"
        " gets a number where it exists), null; may be repeated",
    )
    run.add_argument("--seconds", type=_seconds, help="end by itself after so long")
    run.add_argument("--stats", metavar="PATH.json", help="write what was measured")
    run.add_argument("--fullscreen", action="store_true", help="begin in full screen")
    run.add_argument("--display", help="index or part of the name of the display for full screen")
    run.add_argument("--safe", action="store_true", help=_SAFE_HELP)
    run.add_argument("--isolate", action="store_true", help=_ISOLATE_HELP)
    run.add_argument("--osc", metavar="HOST:PORT", help=_OSC_HELP)
    run.add_argument("--panel", metavar="HOST:PORT", help=_PANEL_HELP)
    run.add_argument(
        "--osc-allow",
        action="append",
        default=[],
        metavar="NETWORK",
        help="let only these machines play, such as 192.168.1.0/24; may be repeated",
    )
    run.add_argument(
        "--face-out",
        metavar="HOST:PORT",
        help="send the performer's face there by OSC: /livegan/face/1/mouth and more, each 0 to 1,"
        " or -1 to 1 where it has two sides",
    )
    run.add_argument(
        "--midi",
        action="append",
        default=[],
        metavar="PART",
        help="let only MIDI ports play whose names have this in them, or off for none (default:"
        " all play); may be repeated",
    )
    _add_look(run)


def _add_render(render: argparse.ArgumentParser) -> None:
    render.add_argument("input", metavar="INPUT", help="a clip, a folder of pictures, or pattern")
    render.add_argument("output", metavar="OUTPUT", help=_OUTPUT_HELP)
    render.add_argument("--preset", help=_PRESET_HELP)
    _add_look(render)


def _add_bench(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("--preset", help=_PRESET_HELP)
    bench.add_argument("--source", help=_SOURCE_HELP + " (default: the bundled performer)")
    bench.add_argument(
        "--seconds", type=_seconds, help="how long (default: 10; 60 with --against)"
    )
    what = bench.add_mutually_exclusive_group()
    what.add_argument(
        "--against",
        choices=("eager",),
        help="frames/s against the classic way: pix2pix's U-Net in eager PyTorch, one step after"
        " the other; needs PyTorch",
    )
    what.add_argument(
        "--generators",
        action="store_true",
        help="the generator alone on every backend of this machine, and how their pictures differ",
    )
    what.add_argument(
        "--soak",
        type=_minutes,
        metavar="MINUTES",
        help="play so long, and hold the last minute against the first",
    )
    what.add_argument(
        "--changes",
        action="store_true",
        help="change preset ten times while it plays, and say whether a frame came late by it",
    )
    bench.add_argument("--json", metavar="PATH", help="write what was measured")
    _add_look(bench)


def _add_look(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--generator", metavar="FILE.onnx", help="paint with this generator instead"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter, over the preset; may be repeated",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _minutes(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of minutes from 2 on")
    return int(text)
