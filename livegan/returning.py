"""Brings back what was on the deck behind as a show was left, while the deck in front plays."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from livegan.decks import CROSSFADE, Decks, Loaded, wanted
from livegan.giving_way import giving_way
from livegan.left import Behind
from livegan.look import Look, made_of
from livegan.parameters import LiveValues, Setting
from livegan.presets import Preset
from livegan.supervision import one_line

logger = logging.getLogger("livegan")

LookOf = Callable[[str | None, str | None], Preset]
"""Makes a preset of its name or path and a generator's path."""


class Returning:
    """Loads it in a thread of its own, and lays it on its deck as soon as it is there.

    If somebody loads something else there meanwhile, that stays. If he moves the crossfade, what
    comes back waits as if he had loaded it, and the crossfade shows the deck in front alone.

    Args:
        open_look: loads a look.
        values: what is played.
        overrides: values that hold whatever was kept.
    """

    def __init__(
        self,
        open_look: Callable[[Preset], Look],
        values: LiveValues,
        overrides: Mapping[str, Setting],
    ) -> None:
        self._open_look = open_look
        self._values = values
        self._overrides = overrides
        self.begins: dict[str, Setting] = {}
        """What to begin with, so that the first look is on the other deck, and seen alone."""
        self._asked: tuple[Behind, LookOf] | None = None
        self._steps = 0
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._closed = False

    def ask(self, left: Behind, look_of: LookOf) -> None:
        """Have something brought back; to be said before the first look is loaded.

        Args:
            left: what was on the deck behind.
            look_of: makes a preset of what named it.
        """
        self._asked = left, look_of
        self.begins = {CROSSFADE: self._overrides.get(CROSSFADE, float(left.deck == "A"))}

    @property
    def to_come(self) -> Behind | None:
        """What is still to come; None once it has, or never will. From any thread."""
        asked = self._asked
        return asked[0] if asked else None

    def step(self, decks: Decks) -> Mapping[str, Setting]:
        """Do what is due before the next frame. For the engine's thread; it returns at once.

        Returns:
            Values that are set and shall be shown at once, without gliding there.
        """
        if self._asked is None:
            return {}
        self._steps += 1
        if self._steps == 2:  # the first picture is painted
            _begin(self._load, *self._asked)
        if decks.behind:
            self._asked = None
            _begin(self.close)  # which may take longer than a frame
            return {}
        with self._lock:
            loaded, self._loaded = self._loaded, None
        return self._lay(self._asked[0].crossfade, loaded, decks) if loaded else {}

    def close(self) -> None:
        """Lay nothing more on a deck. May be called twice."""
        with self._lock:
            self._closed = True
            loaded, self._loaded = self._loaded, None
        if loaded:
            loaded.look.close()

    def _lay(self, crossfade: float, loaded: Loaded, decks: Decks) -> Mapping[str, Setting]:
        untouched = self._values.snapshot()[CROSSFADE] == self.begins[CROSSFADE]
        jumps = decks.put_behind(loaded)
        if untouched:  # it glides there
            self._values.update({CROSSFADE: self._overrides.get(CROSSFADE, crossfade)})
        self._asked = None  # not before it is on its deck: whoever keeps both always sees one
        return jumps

    def _load(self, left: Behind, look_of: LookOf) -> None:
        try:
            preset = look_of(left.preset or None, left.generator or None)
            known = made_of(preset)
            with giving_way():
                look = self._open_look(preset)
        except Exception as error:  # whatever it is, the deck in front plays on
            if self._asked and not self._closed:
                self._asked = None
                logger.warning("session    nothing is on deck %s: %s", left.deck, one_line(error))
            return
        as_left = replace(preset, values={**preset.values, **left.values})
        own, stage = wanted(as_left, look.settings, self._overrides)
        # What its preset wanted of the stage may have been set already, and played since.
        stage = {name: to for name, to in stage.items() if name in left.values}
        loaded: Loaded | None = Loaded(look, preset, known, own, stage)
        with self._lock:
            if not self._closed:
                self._loaded, loaded = loaded, None
        if loaded:
            loaded.look.close()


def _begin(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name="deck-behind", daemon=True).start()
