"""The looks of a performance: loads the next one while the present one plays on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from livegan.engine import Engine
from livegan.look import Look
from livegan.parameters import TABLE, LiveValues, Setting
from livegan.presets import Preset, list_presets, read_preset
from livegan.supervision import HealthBoard, one_line

logger = logging.getLogger("livegan")

_OF_THE_STAGE = ("source", "output")
"""Camera and screen stay as they are set when the look changes, unless the preset sets them."""


class Repertoire:
    """Opens looks, and sets the values that go with them.

    Args:
        first: the preset to begin with.
        make_look: loads a look.
        values: what is played.
        overrides: values that hold whatever a preset says.
        health: where it reports.
    """

    def __init__(
        self,
        first: Preset,
        make_look: Callable[[Preset], Look],
        values: LiveValues,
        overrides: Mapping[str, Setting],
        health: HealthBoard,
    ) -> None:
        self._first = first
        self._make_look = make_look
        self._values = values
        self._overrides = overrides
        self._health = health
        self._tried = first.name
        self._loading = threading.Lock()

    def open_first(self) -> Look:
        """Load the first look.

        Raises:
            UsageError: it can't be loaded.
        """
        return self._open(self._first)

    def next(self, engine: Engine) -> None:
        """Load the preset after the present one and let the engine change to it. Returns at once.

        Does nothing while another one is being loaded. One that can't be loaded is told, the
        present look plays on, and the next call goes past it.
        """
        if self._loading.acquire(blocking=False):
            threading.Thread(
                target=self._load_next, args=(engine,), name="next-look", daemon=True
            ).start()

    def adopt(self, look: Look) -> None:
        """Set the values that a look wants, as it takes over."""
        defaults = {
            name: row.default
            for name, row in TABLE.items()
            if row.kept and row.group not in _OF_THE_STAGE
        }
        self._values.update({**defaults, **look.values, **self._overrides})

    def _open(self, preset: Preset) -> Look:
        for warning in preset.warnings:
            logger.warning("%s", warning)
        look = self._make_look(preset)
        height, width = look.generator.size
        logger.info("preset     %s", f"{look.name}, {height} x {width}. {look.note}".strip())
        logger.info("generator  %s", look.generator.description)
        return look

    def _load_next(self, engine: Engine) -> None:
        try:
            names = list_presets()
            at = names.index(self._tried) + 1 if self._tried in names else 0
            self._tried = names[at % len(names)]
            look = self._open(read_preset(self._tried))
            engine.exchange(look, lambda: self.adopt(look))
            self._health.report("preset", "ok")
        except Exception as error:
            self._health.report("preset", "degraded", one_line(error), error)
        finally:
            self._loading.release()
