"""Plays a run's newest weights in a livegan window while it trains.

The window has a process of its own, so that training neither waits for a frame nor ends with the
window. A line on its standard input tells it that there are new weights; the end of it, that the
training is over.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from livegan.errors import UsageError
from livegan.frames import Image
from livegan.look import Look, open_look
from livegan.performance import WINDOW, Performance
from livegan.presets import Preset

if TYPE_CHECKING:
    from livegan.generators.generator import Generator

TOOLS = Path(__file__).resolve().parent.parent


class Preview:
    """The training's side of it.

    Args:
        run: the run's folder; preview.onnx is written there.
        command: what shows it; it is given the path of preview.onnx.
    """

    def __init__(
        self, run: Path, command: Sequence[str] = (sys.executable, "-m", "workshop.preview")
    ) -> None:
        self._path, self._command = run / "preview.onnx", command
        self._window: subprocess.Popen[str] | None = None

    def show(self, checkpoint: Path) -> None:
        """Show the weights of a checkpoint; does nothing once the window was closed.

        Raises:
            UsageError: they can't be written.
        """
        if self._window and self._window.poll() is not None:
            return
        _write_generator(checkpoint, self._path)
        if self._window is None:
            folders = [str(TOOLS), str(TOOLS.parent), os.environ.get("PYTHONPATH", "")]
            self._window = subprocess.Popen(
                [*self._command, str(self._path)],
                stdin=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
            )
        else:
            assert self._window.stdin
            with suppress(BrokenPipeError):  # closed just now
                print("new", file=self._window.stdin, flush=True)

    def close(self) -> None:
        """Close the window and wait for it. May be called twice."""
        if self._window:
            with suppress(BrokenPipeError):
                self._window.communicate()


class Newest:
    """A generator that can be replaced by a newer one of its own size between two pictures.

    Args:
        path: the .onnx, which is replaced now and then.
        first: what paints until `reload`.
    """

    def __init__(self, path: Path, first: Generator) -> None:
        self._path, self._generator = path, first
        self.size = first.size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        return self._generator.description

    def generate(self, image: Image) -> Image:
        """Paint one picture with what is newest."""
        return self._generator.generate(image)

    def reload(self) -> None:
        """Load what lies at the path now; from any thread."""
        from livegan.generators import load_generator

        newer = load_generator(self._path)
        if newer.size == self.size:
            self._generator, newer = newer, self._generator
        newer.close()

    def close(self) -> None:
        """Close what paints. May be called twice."""
        self._generator.close()


def _write_generator(checkpoint: Path, path: Path) -> None:
    """The first network of a checkpoint as a generator that livegan plays."""
    from livegan.model_card import ModelCard, write_card
    from workshop.checkpoint import load_checkpoint, read_run
    from workshop.recipes import find_recipe
    from workshop.whole_files import write_whole

    run = read_run(checkpoint)
    product = find_recipe(run["settings"]["recipe"]).products(run)[0]
    load_checkpoint(checkpoint, {product.part: product.network})
    model = product.to_onnx()
    card = ModelCard(path.parent.name, product.size, product.conditioner, product.puppet)
    write_card(model, card)
    write_whole(path, model.SerializeToString())


def main(argv: Sequence[str]) -> int:
    """The window's side: play a generator, and its successors as they are told of."""
    from livegan.control.keys import bindings
    from livegan.sinks import open_sink
    from livegan.sinks.window import Window
    from livegan.sources.opening import source_factory

    path = Path(argv[0])
    newest: list[Newest] = []

    def make_look(preset: Preset) -> Look:
        look = open_look(preset)
        newest.append(Newest(path, look.generator))
        return replace(look, generator=newest[-1])

    def listen(performance: Performance) -> None:
        for _ in sys.stdin:
            if newest:
                newest[-1].reload()
        performance.request_stop()

    try:
        with Performance(
            Preset(path.parent.name, str(path)),
            open_source=source_factory("auto"),
            open_sink=open_sink,
            sinks=[WINDOW],
            make_look=make_look,
        ) as performance:
            window = Window(
                title=f"livegan: {path.parent.name}",
                values=performance.values.snapshot,
                hud=performance.hud,
                bindings=bindings(performance),
            )
            threading.Thread(target=listen, args=(performance,), daemon=True).start()
            with closing(window):
                performance.play_in(window)
    except UsageError as error:
        print(f"preview: {error}; training goes on without it", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # Ctrl-C reaches the training too, which tells of it
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
