"""What plays next: hears what is asked for, loads it while the present look plays on, changes."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from livegan.decks import CROSSFADE, Decks, Loaded, wanted
from livegan.giving_way import giving_way
from livegan.look import Look, made_of
from livegan.morphing import Morph
from livegan.parameters import LiveValues, Setting, Values
from livegan.preset_names import meant, neighbour
from livegan.presets import Preset, read_preset
from livegan.returning import Returning
from livegan.saving import save, what_plays
from livegan.supervision import HealthBoard, one_line

logger = logging.getLogger("livegan")

_GLIDES_S = 0.5
"""So long after a fade the crossfade may still glide to its end."""
STEPS = {"preset.next": 1, "preset.previous": -1}

When = Callable[[float, Values], float]


@dataclass(frozen=True)
class _Change:
    """Something to change to.

    Args:
        preset: which preset.
        shows: whether to play it, or to let it wait on the deck behind.
        made_of: tells which look it plays on.
        look: that look; None where it is on a deck already.
    """

    preset: Preset
    shows: bool
    made_of: Hashable
    look: Look | None


class Repertoire:
    """Opens looks, and sets the values that go with them.

    Args:
        first: the preset to begin with.
        make_look: loads a look.
        values: what is played.
        overrides: values that hold whatever a preset says.
        health: where it reports.
        when: says at which reading of the clock a change may happen that could happen now.
    """

    def __init__(
        self,
        first: Preset,
        make_look: Callable[[Preset], Look],
        values: LiveValues,
        overrides: Mapping[str, Setting],
        health: HealthBoard,
        when: When = lambda now_s, values: now_s,
    ) -> None:
        self._first = first
        self._make_look = make_look
        self._values = values
        self._overrides = overrides
        self._health = health
        self.returning = Returning(self._open, values, overrides)
        """Brings back what was on the deck behind, if that is asked for."""
        self._when = when
        self._fired = {name: values.snapshot().fired(name) for name in (*STEPS, "deck.cut")}
        self._morph = Morph(values, {}, 0.0, 0.0)
        self._fades_until_s = -math.inf
        self._cut_at_s: float | None = None
        self._front: Loaded | None = None
        # What engine and loader share.
        self._lock = threading.Lock()
        self._asked: list[tuple[bool, str | int]] = []
        self._loading = False
        self._ready: _Change | None = None
        self._due_s = math.inf
        self._saved: tuple[Loaded, Preset] | None = None
        self._there: tuple[Hashable, Hashable] = (None, None)
        self._tried = first.name
        self._closed = False

    def open_first(self) -> Loaded:
        """Load the first look, and set what it wants.

        Raises:
            UsageError: it can't be loaded.
        """
        known = made_of(self._first)
        look = self._open(self._first)
        own, stage = wanted(self._first, look.settings, self._overrides)
        self._values.update({**own, **stage, **self.returning.begins, **self._overrides})
        return Loaded(look, self._first, known)

    def step(self, now_s: float, decks: Decks) -> Mapping[str, Setting]:
        """Do what is due before the next frame. For the engine's thread; it returns at once.

        Args:
            now_s: the clock, in seconds.
            decks: what plays.

        Returns:
            Values that are set and shall be shown at once, without gliding there.
        """
        if decks.front is not self._front:  # the crossfade has brought another one to the front
            self._front = decks.front
            with self._lock:
                if not (self._loading or self._ready):  # else the next one goes on from there
                    self._tried = self._front.preset.name
        self._hear(now_s, decks)
        jumps = dict(self.returning.step(decks))
        if self._cut_at_s is not None:
            self._cut_at_s = self._sooner(self._cut_at_s, now_s)
            if now_s >= self._cut_at_s:
                self._cut_at_s = None
                jumps.update(self._jump(decks))
        if not self._fades(now_s, decks) and (change := self._due(now_s)):
            jumps.update(self._carry_out(change, now_s, decks))
        self._morph.step(now_s)
        return jumps

    def lines(self) -> list[str]:
        """What is being done, for the figures."""
        with self._lock:
            waiting, loading = self._ready, self._loading or self.returning.to_come
        if waiting:
            return [f"{waiting.preset.name} waits"]
        return ["loading a preset"] if loading else []

    @property
    def goes_to(self) -> Mapping[str, Setting]:
        """Where a morph leads. From any thread."""
        return self._morph.ends

    def close(self) -> None:
        """Load nothing more, and close what waits. May be called twice."""
        with self._lock:
            self._closed = True
            waiting, self._ready = self._ready, None
        if waiting and waiting.look:
            waiting.look.close()
        self.returning.close()

    def _hear(self, now_s: float, decks: Decks) -> None:
        """What was asked for since the last frame."""
        values = self._values.snapshot()
        asked: list[tuple[bool, str | int]] = []
        for name, before in self._fired.items():
            times = values.fired(name) - before
            if times and name in STEPS:
                asked.append((True, STEPS[name] * times))
            elif times:
                self._cut_at_s = self._when(now_s, values)
            self._fired[name] += times
        for name, shows in (("preset.load", True), ("deck.load", False)):
            if sent := self._values.take(name):
                asked.append((shows, sent))
        if sent := self._values.take("preset.save"):
            self._save(sent, decks.front)
        if self._saved:
            (loaded, preset), self._saved = self._saved, None
            decks.play(loaded, preset)
        if asked:
            self._ask(asked, decks)

    def _ask(self, asked: list[tuple[bool, str | int]], decks: Decks) -> None:
        behind = decks.behind
        with self._lock:
            self._there = (decks.front.made_of, behind.made_of if behind else None)
            self._asked += asked
            begins = not self._loading
            self._loading = True
        if begins:
            threading.Thread(target=self._load_all, name="next-look", daemon=True).start()

    def _fades(self, now_s: float, decks: Decks) -> bool:
        """Whether a fade runs, which is not cut short; unless somebody took the crossfade over."""
        return self._morph.moves(CROSSFADE) or (decks.mixing and now_s < self._fades_until_s)

    def _due(self, now_s: float) -> _Change | None:
        """What is loaded, and whose time has come."""
        with self._lock:
            if self._ready is None:
                return None
            self._due_s = self._sooner(self._due_s, now_s)
            if now_s < self._due_s:
                return None
            change, self._ready, self._due_s = self._ready, None, math.inf
        return change

    def _sooner(self, due_s: float, now_s: float) -> float:
        """When a change may happen: who plays may not want to wait for the bar any more."""
        return min(due_s, self._when(now_s, self._values.snapshot()))

    def _carry_out(self, change: _Change, now_s: float, decks: Decks) -> Mapping[str, Setting]:
        lasts_s = self._values.snapshot().number("preset.morph")
        if change.look is None and change.shows and decks.front.made_of == change.made_of:
            settings = decks.front.look.settings
            own, stage = wanted(change.preset, settings, self._overrides)
            decks.play(decks.front, change.preset)
            self._morph = Morph(self._values, {**own, **stage}, now_s, lasts_s)
            return {} if lasts_s else {**own, **stage}
        behind = decks.behind
        jumps: Mapping[str, Setting] = {}
        if change.look is not None:
            behind = Loaded(change.look, change.preset, change.made_of)
            jumps = decks.put_behind(behind)
        elif behind is None or behind.made_of != change.made_of:  # it was there as it was asked for
            self._ask([(change.shows, change.preset.name)], decks)
            return {}
        decks.play(behind, change.preset)
        settings = behind.look.settings
        behind.own, behind.stage = wanted(change.preset, settings, self._overrides)
        if not change.shows:
            return jumps
        if not lasts_s:
            return self._jump(decks)
        goes = {**behind.stage, CROSSFADE: decks.other_end}
        behind.stage = {}
        self._morph = Morph(self._values, goes, now_s, lasts_s)
        self._fades_until_s = now_s + lasts_s + _GLIDES_S
        return jumps

    def _jump(self, decks: Decks) -> Mapping[str, Setting]:
        """Show the deck behind, and no more of the one in front."""
        if decks.behind is None:
            return {}
        self._values.update(there := {CROSSFADE: decks.other_end})
        return there

    def _load_all(self) -> None:
        """Load what is asked for, until nothing is. Of what comes meanwhile the last one counts."""
        while True:
            with self._lock:
                asked, self._asked = self._asked, []
                if not asked or self._closed:
                    self._loading = False
                    return
            try:
                change = self._prepared(asked)
                self._health.report("preset", "ok")
            except Exception as error:
                self._health.report("preset", "degraded", one_line(error), error)
                continue
            with self._lock:
                overtaken: _Change | None = change
                if not self._closed and not self._asked:
                    overtaken, self._ready, self._due_s = self._ready, change, math.inf
            if overtaken and overtaken.look:
                overtaken.look.close()

    def _prepared(self, asked: list[tuple[bool, str | int]]) -> _Change:
        name = self._tried
        for shows, which in asked:  # noqa: B007  the last one decides
            name = neighbour(name, which) if isinstance(which, int) else meant(which)
            if shows:  # remembered before it is read: from one that can't be, the next goes on
                self._tried = name
        preset = read_preset(name)
        known = made_of(preset)
        front, behind = self._there
        if known == behind or (shows and known == front):
            return _Change(preset, shows, known, None)
        with giving_way():
            return _Change(preset, shows, known, self._open(preset))

    def _open(self, preset: Preset) -> Look:
        for warning in preset.warnings:
            logger.warning("%s", warning)
        look = self._make_look(preset)
        size = "{1}x{0}".format(*look.generator.size)
        logger.info("preset     %s", f"{look.name}, {size}. {look.note}".removesuffix(". "))
        logger.info("generator  %s", look.generator.description)
        return look

    def _save(self, name: str, loaded: Loaded) -> None:
        """Keep what plays as a preset; the file is written by another thread."""
        preset = what_plays(loaded, self._values.snapshot(), name)

        def write() -> None:
            try:
                saved = save(preset)
                logger.info("preset     saved as %s", saved.name)
                self._saved = loaded, saved
                self._health.report("preset", "ok")
            except Exception as error:
                self._health.report("preset", "degraded", one_line(error), error)

        threading.Thread(target=write, name="save-preset", daemon=True).start()

