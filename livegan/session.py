"""Keeps what is played, so that a show that is cut off goes on as it was left.

    schema = 1

    [session]
    preset = "mona-lisa"           # a name, or a path; "" where only a generator was named
    generator = "/home/ada/ada.onnx"   # only where one was named

    [puppet]                       # what was set besides what the preset gives
    mouth_gain = 1.2
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from livegan.decks import Loaded
from livegan.errors import PresetError
from livegan.keepsakes import hold, keep, state_folder
from livegan.parameters import TABLE, LiveValues, Setting, Values
from livegan.presets import Preset, read_toml, read_values, toml_text, written_values
from livegan.shipped import shipped
from livegan.supervision import one_line

logger = logging.getLogger("livegan")

_SCHEMA = 1
_PERIOD_S = 0.8
_SETTLE_S = 0.05
"""What changes together is kept together: a look, and the values that come with it."""
_GLANCE_S = 0.2
_CLOSE_WITHIN_S = 1.0
_ALIVE_EVERY_S = 10.0
_SAME_SHOW_S = 3600.0
"""So long after a show was cut off, the next one is another: it begins in the light."""
_DIMMEST = 0.1
_KEPT = tuple(name for name, row in TABLE.items() if row.kept and row.group != "deck")
_DARKENING = ("output.blackout", "output.freeze", "output.fade", "source.freeze", "source.bypass")


@dataclass(frozen=True)
class Left:
    """What a show was left with.

    Args:
        preset: a name, or a path; "" is none.
        generator: the path of a generator that was named in place of the preset's; "" is none.
        values: what was set besides.
    """

    preset: str
    generator: str
    values: Mapping[str, Setting]

    @classmethod
    def of(cls, preset: Preset, given: Mapping[str, Setting], values: Values) -> Left:
        """What plays now.

        Args:
            preset: which one.
            given: the values that come with it.
            values: as they are set.
        """
        own_generator = Path(preset.generator).is_absolute()
        kept = {
            name: values[name]
            for name in _KEPT
            if values[name] != given.get(name, TABLE[name].default)
        }
        return cls(_named(preset), preset.generator if own_generator else "", kept)

    def in_the_light(self) -> Left:
        """The same without what darkens or freezes: nobody wants to begin with that."""
        dim = {"output.brightness"} if self._brightness < _DIMMEST else set()
        lit = {name: to for name, to in self.values.items() if name not in {*_DARKENING, *dim}}
        return replace(self, values=lit)

    def written(self) -> str:
        """As the file holds it."""
        lines = [f"schema = {_SCHEMA}", "", "[session]", f"preset = {toml_text(self.preset)}"]
        if self.generator:
            lines.append(f"generator = {toml_text(self.generator)}")
        for group, values in written_values(self.values):
            lines += ["", f"[{group}]", *values]
        return "\n".join(lines) + "\n"

    @classmethod
    def read(cls, path: Path) -> Left:
        """What a file holds; parameters that are not known are passed over.

        Raises:
            PresetError: it is none of livegan's, or damaged.
        """
        if not path.is_file():  # a pipe would be waited for
            raise PresetError(f"{path} is no file")
        table = read_toml(path)
        schema, session = table.pop("schema", None), table.pop("session", None)
        if type(schema) is not int or schema != _SCHEMA:
            raise PresetError(f"{path}: schema is {schema!r}, wanted {_SCHEMA}")
        session = session if isinstance(session, dict) else {}
        preset, generator = session.get("preset"), session.get("generator", "")
        if not isinstance(preset, str) or not isinstance(generator, str):
            raise PresetError(f"{path}: it does not say what played")
        values, _ = read_values(path, table)
        return cls(preset, generator, {name: to for name, to in values.items() if name in _KEPT})

    @property
    def _brightness(self) -> float:
        return float(self.values.get("output.brightness", 1.0))


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
        self._written = ""
        self._troubled = False
        self._follower: threading.Thread | None = None
        self._ending = threading.Event()
        self._orderly = False
        if asked:
            self._open()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(orderly=kind is None)

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
        if not left.values and not left.generator and preset == look_of(None, None):
            return None
        merged = replace(preset, values={**preset.values, **left.values})
        self._given = merged, preset
        count = len(left.values)
        logger.info(
            "session    as you left it: %s, %d value%s; name a preset to begin anew",
            preset.name, count, "" if count == 1 else "s",
        )  # fmt: skip
        return merged

    def follow(self, values: LiveValues, playing: Callable[[], Loaded | None]) -> None:
        """Keep what is played from now on.

        Args:
            values: what is played.
            playing: what is in front; None until it is loaded.
        """
        if self._path is not None:
            self._follower = threading.Thread(
                target=self._follow, args=(self._path, values, playing), name="session", daemon=True
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

    def _follow(
        self, path: Path, values: LiveValues, playing: Callable[[], Loaded | None]
    ) -> None:
        seen, due_s = None, 0.0
        while not self._ending.is_set():
            seen = values.wait(seen, _GLANCE_S) if seen else values.snapshot()
            over = self._ending.wait(max(_SETTLE_S, due_s - time.monotonic()))
            if not over and self._keep(path, values, playing()):
                due_s = time.monotonic() + _PERIOD_S
            self._live_on()
        self._keep(path, values, playing())

    def _live_on(self) -> None:
        """Leave on the file that is held when this show was last alive."""
        now_s = time.monotonic()
        if self._held and now_s >= self._alive_due_s:
            self._alive_due_s = now_s + _ALIVE_EVERY_S
            with suppress(OSError):
                os.utime(self._held.name)

    def _keep(self, path: Path, values: LiveValues, loaded: Loaded | None) -> bool:
        """Write what is played, if that is news; whether it was."""
        if loaded is None:
            return False
        preset = loaded.preset
        if self._given and preset is self._given[0]:
            preset = self._given[1]
        given = {**loaded.look.settings, **preset.values}
        left = Left.of(preset, given, values.snapshot())
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


def _named(preset: Preset) -> str:
    """How to name it again."""
    if preset.path is None:
        return ""
    path = preset.path.resolve()
    return preset.name if path.parent == shipped("presets").resolve() else str(path)


def _reason(error: Exception) -> str:
    if not isinstance(error, OSError):
        return one_line(error)
    told = error.strerror or str(error)
    return f"{error.filename}: {told}" if error.filename else told
