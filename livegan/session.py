"""Keeps what is played, so that a show that is cut off goes on as it was left."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from livegan.decks import CROSSFADE, OnDecks
from livegan.errors import ModelError, PresetError
from livegan.keepsakes import hold, keep, state_folder
from livegan.left import Behind, Left
from livegan.parameters import LiveValues, Setting
from livegan.presets import Preset
from livegan.supervision import one_line

logger = logging.getLogger("livegan")

_PERIOD_S = 0.8
_SETTLE_S = 0.05
"""What changes together is kept together: a look, and the values that come with it."""
_GLANCE_S = 0.2
_CLOSE_WITHIN_S = 1.0
_ALIVE_EVERY_S = 10.0
_SAME_SHOW_S = 3600.0
"""So long after a show was cut off, the next one is another: it begins in the light."""


class Journal(AbstractContextManager["Journal"]):
    """Keeps a file of what is played, at most a second old, while it is followed.

    Of several livegans at once, the first one keeps it, and the others leave it alone. Whatever
    is wrong with the file is told in one line and never stops a show.

    Args:
        asked: whether to keep one at all.
    """

    def __init__(self, *, asked: bool = True) -> None:
        self._path: Path | None = None
        self._held: IO[bytes] | None = None
        self._gone_s = 0.0
        self._alive_due_s = 0.0
        self._given: tuple[Preset, Preset] | None = None
        self._behind: Behind | None = None
        self._written = ""
        self._troubled = False
        self._follower: threading.Thread | None = None
        self._ending = threading.Event()
        self._orderly = False
        if asked:
            self._open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, *_: object
    ) -> None:
        self.close(orderly=kind is None)
        if self._given and not self._written and isinstance(error, (ModelError, PresetError)):
            self._set_aside("it can't be played; the next start begins anew")

    def restored(self, look_of: Callable[[str | None, str | None], Preset]) -> Preset | None:
        """The look to go on with, with the values that were set besides.

        Args:
            look_of: makes a preset of its name or path and a generator's path.

        Returns:
            None where there is nothing to go on with; if that should not be so, it was told.
        """
        if self._path is None or not (self._path.exists() or self._path.is_symlink()):
            return None
        try:
            left = Left.read(self._path)
            left = left.in_the_light() if self._gone_s > _SAME_SHOW_S else left
            preset = look_of(left.preset or None, left.generator or None)
        except Exception as error:  # whatever it is, the show must begin
            self._set_aside(one_line(error))
            return None
        plain = not (left.values or left.generator or left.behind)
        if plain and preset == look_of(None, None):
            return None
        merged = replace(preset, values={**preset.values, **left.values})
        self._given, self._behind = (merged, preset), left.behind
        count = len(left.values)
        logger.info(
            "session    as you left it: %s, %d value%s%s; name a preset to begin anew",
            preset.name, count, "" if count == 1 else "s",
            f", and {left.behind.name} on deck {left.behind.deck}" if left.behind else "",
        )  # fmt: skip
        return merged

    @property
    def behind(self) -> Behind | None:
        """What goes on with it on the deck behind; None is nothing."""
        return self._behind

    def follow(
        self,
        values: LiveValues,
        playing: Callable[[], OnDecks | None],
        to_come: Callable[[], Behind | None] = lambda: None,
        goes_to: Callable[[], Mapping[str, Setting]] = dict,
    ) -> None:
        """Keep what is played from now on.

        Args:
            values: what is played.
            playing: what is on the decks; None until the first look is loaded.
            to_come: what is still to come back on the deck behind.
            goes_to: where values are on their way to: they are kept as if they were there.
        """
        if self._path is not None:
            self._follower = threading.Thread(
                target=self._follow,
                args=(self._path, values, lambda: self._now(values, playing, to_come, goes_to)),
                name="session",
                daemon=True,
            )
            self._follower.start()

    def close(self, *, orderly: bool = True) -> None:
        """End it. May be called twice.

        Args:
            orderly: whether the show came to its end; then nothing is kept that darkens or
                freezes: tomorrow's first picture must not be black.
        """
        self._orderly = orderly
        self._ending.set()
        if self._follower:
            self._follower.join(_CLOSE_WITHIN_S)  # a disk that hangs is not waited for
        if self._held:
            self._held.close()

    def _open(self) -> None:
        try:
            path = state_folder() / "session.toml"
            lock = path.with_suffix(".lock")
            with suppress(OSError):
                self._gone_s = time.time() - lock.stat().st_mtime
            self._held = hold(lock)
        except OSError as error:
            logger.warning("session    what you set is not kept: %s", _reason(error))
            return
        if self._held is None:
            logger.info("session    what you set is not kept: another livegan keeps its session")
            return
        self._path = path

    def _set_aside(self, reason: str) -> None:
        assert self._path is not None
        aside = self._path.with_name("session-aside.toml")
        with suppress(OSError):
            self._path.replace(aside)
            reason += f"; it is kept as {aside}"
        logger.warning("session    not as you left it: %s", reason)

    def _follow(self, path: Path, values: LiveValues, now: Callable[[], Left | None]) -> None:
        seen, due_s = None, 0.0
        while not self._ending.is_set():
            seen = values.wait(seen, _GLANCE_S) if seen else values.snapshot()
            over = self._ending.wait(max(_SETTLE_S, due_s - time.monotonic()))
            if not over and self._keep(path, now()):
                due_s = time.monotonic() + _PERIOD_S
            self._live_on()
        self._keep(path, now())

    def _live_on(self) -> None:
        """Leave on the file that is held when this show was last alive."""
        now_s = time.monotonic()
        if self._held and now_s >= self._alive_due_s:
            self._alive_due_s = now_s + _ALIVE_EVERY_S
            with suppress(OSError):
                os.utime(self._held.name)

    def _now(
        self,
        values: LiveValues,
        playing: Callable[[], OnDecks | None],
        to_come: Callable[[], Behind | None],
        goes_to: Callable[[], Mapping[str, Setting]],
    ) -> Left | None:
        """What there is to keep; None until the first look is loaded."""
        behind = to_come()  # before the decks, where it may be a moment later
        decks, stands = playing(), values.snapshot().changed_by(goes_to())
        if decks is None:
            return None
        if decks.behind:
            preset = self._as_read(decks.behind.preset)
            crossfade = stands.number(CROSSFADE)
            behind = Behind.of(decks.behind, preset, decks.deck_behind, crossfade)
        preset = self._as_read(decks.front.preset)
        given = {**decks.front.look.settings, **preset.values}
        return Left.of(preset, given, stands, behind)

    def _as_read(self, preset: Preset) -> Preset:
        """It without the values that were set besides."""
        return self._given[1] if self._given and preset is self._given[0] else preset

    def _keep(self, path: Path, left: Left | None) -> bool:
        """Write what is played, if that is news; whether it was."""
        if left is None:
            return False
        if self._ending.is_set() and self._orderly:
            left = left.in_the_light()
        written = left.written()
        if written == self._written:
            return False
        try:
            keep(path, written)
        except (OSError, UnicodeError) as error:  # the path of a preset may be no text
            if not self._troubled:
                logger.warning("session    what you set is not kept: %s", _reason(error))
            self._troubled = True
            return True  # and tried again with what changes next
        self._written, self._troubled = written, False
        return True


def _reason(error: Exception) -> str:
    if not isinstance(error, OSError):
        return one_line(error)
    told = error.strerror or str(error)
    return f"{error.filename}: {told}" if error.filename else told
