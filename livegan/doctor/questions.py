"""What is asked in a process of its own: python -m livegan.doctor.questions QUESTION.

Each answer is one line of JSON, written as soon as it is known: of what hangs later, all that was
known before is there.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from livegan import process
from livegan.errors import LiveganError

Row = dict[str, Any]


def cameras() -> Iterator[Row]:
    """Which cameras are listed; then, one after the other, which of the real ones opens."""
    from livegan.sources.camera import DEFAULT_REQUEST
    from livegan.sources.camera_names import list_cameras
    from livegan.sources.capture import cure_for_refusal, open_capture

    listed = list_cameras()
    for camera in listed:
        node = f"/dev/video{camera.index}"
        allowed = not os.path.exists(node) or os.access(node, os.R_OK | os.W_OK)
        yield {
            "camera": str(camera),
            "virtual": camera.is_virtual,
            "allowed": allowed,
            "cure": cure_for_refusal(camera),
        }
    for camera in listed:
        if not camera.is_virtual:
            capture = open_capture(camera, DEFAULT_REQUEST)
            opens = capture.isOpened()
            capture.release()
            yield {"camera": str(camera), "opens": opens}


def displays() -> Iterator[Row]:
    """Which displays there are, and what draws in a window, which is opened unseen."""
    import pyglet

    from livegan.sinks.displays import list_displays, no_window

    for display in list_displays():
        yield {"display": str(display)}
    try:
        window = pyglet.window.Window(64, 64, visible=False)
        with closing(window):
            info = window.context.get_info()
            yield {"opengl": f"OpenGL {info.get_version_string()}, {info.get_renderer()}"}
    except Exception as error:  # pyglet's have no common root
        raise no_window(error) from None


def playing(preset: str) -> Iterator[Row]:
    """What becomes of one frame of the bundled clip that goes through a preset into a sink."""
    from livegan.look import open_look
    from livegan.parameters import LiveValues
    from livegan.presets import read_preset
    from livegan.sinks.null import NullSink
    from livegan.sources import open_source
    from livegan.sources.opening import bundled_clip

    with (
        closing(open_source(str(bundled_clip()), live=False)) as source,
        closing(open_look(read_preset(preset))) as look,
        closing(NullSink()) as sink,
    ):
        frame = source.read()
        drawn = look.conditioner.condition(frame, LiveValues(look.values).snapshot())
        picture = look.generator.generate(drawn.image)
        sink.show(replace(frame, image=picture))
        yield {
            "generator": look.generator.description,
            "found": drawn.found,
            "seconds": round(process.age_s(), 2),
        }


_QUESTIONS: Mapping[str, Callable[..., Iterator[Row]]] = {
    "cameras": cameras,
    "displays": displays,
    "playing": playing,
}


def main(argv: Sequence[str]) -> int:
    """Answer one question; what goes wrong is an answer too, in one line."""
    try:
        for row in _QUESTIONS[argv[0]](*argv[1:]):
            print(json.dumps(row), flush=True)
    except LiveganError as error:
        print(json.dumps({"problem": _one_line(error)}), flush=True)
    except Exception as error:  # whatever a library raises is what was asked for
        told = f"{type(error).__name__}: {_one_line(error)}"
        print(json.dumps({"problem": told}), flush=True)
    return 0


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


if __name__ == "__main__":
    # As in livegan.__main__: native libraries do not all survive the end of the interpreter.
    os._exit(main(sys.argv[1:]))
