"""The health of each stage, and the rule that brings a lost one back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from livegan.errors import LiveganError

logger = logging.getLogger("livegan")

State = Literal["starting", "ok", "degraded", "lost"]

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 2.0

_QUIET_S = 5.0
"""The same trouble of a stage is told no more often than that, however often it comes and goes."""
_TROUBLES = 3
"""Nor more troubles of one stage than these in that time, where each reads differently."""


@dataclass(frozen=True)
class Health:
    """How one stage is.

    Args:
        name: the stage, as people call it: `source`, `generator`, `show.mp4`.
        state: `starting` until it first works; `degraded` when it plays on with something
            older; `lost` when it gives nothing and is being opened again.
        reason: one line, empty where all is well.
    """

    name: str
    state: State
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.state}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True)
class Retry:
    """When a lost stage may be opened again: after 0.25, 0.5, 1 and then every 2 seconds.

    Args:
        failures: how often in a row it could not be opened or was lost.
        not_before_s: the clock reading from which the next attempt is due.
    """

    failures: int = 0
    not_before_s: float = 0.0

    def failed(self, now_s: float) -> Retry:
        """The rule after one more failure at `now_s`."""
        wait_s = min(_FIRST_WAIT_S * 2.0**self.failures, _LONGEST_WAIT_S)
        # Three doublings reach the longest wait: counting on would only overflow, in the end.
        return Retry(min(self.failures + 1, 8), now_s + wait_s)

    def wait_s(self, now_s: float) -> float:
        """How long to wait from `now_s` until the next attempt; 0 when it is due."""
        return max(0.0, self.not_before_s - now_s)


def one_line(error: BaseException) -> str:
    """What went wrong, on one line; with the error's type where the text was not made for users."""
    text = " ".join(str(error).split())
    return text if isinstance(error, LiveganError) else f"{type(error).__name__}: {text}"


class HealthBoard:
    """The health of all stages, written by their threads; each change is logged once.

    One that comes and goes with every other frame does not flood the log: what was passed over
    is told when it is still so after some seconds.

    Args:
        now_s: the monotonic clock.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._stages: dict[str, Health] = {}
        self._told: dict[str, Health] = {}
        self._troubles: dict[str, list[tuple[float, str]]] = {}
        self._traced: set[tuple[str, type[BaseException]]] = set()

    def report(
        self, name: str, state: State, reason: str = "", error: BaseException | None = None
    ) -> None:
        """Say how a stage is; saying the same again does nothing.

        Args:
            name, state, reason: as in `Health`.
            error: what went wrong, if it was not foreseen. Its traceback is logged the first
                time; after that, and for every `LiveganError`, one line is enough.
        """
        health = Health(name, state, reason)
        with self._lock:
            self._stages[name] = health
            if not self._is_due(health):
                return
            first = self._is_first(name, error)
        level = logging.INFO if state == "ok" else logging.WARNING
        logger.log(level, "%s", health, exc_info=error if first else None)

    def _is_due(self, health: Health) -> bool:
        """Whether to log this; what is not stays untold, and may be due later."""
        before = self._told.get(health.name)
        if before == health:
            return False
        in_trouble = health.state in ("degraded", "lost")
        if in_trouble and not self._is_time_for(health):
            return False
        self._told[health.name] = health
        # That a stage begins, and then works, is what everybody expects.
        was_in_trouble = before is not None and before.state in ("degraded", "lost")
        return in_trouble or (health.state == "ok" and was_in_trouble)

    def _is_time_for(self, trouble: Health) -> bool:
        now_s = self._now_s()
        lately = [
            (at_s, reason)
            for at_s, reason in self._troubles.get(trouble.name, [])
            if now_s - at_s < _QUIET_S
        ]
        told = any(reason == trouble.reason for _, reason in lately) or len(lately) >= _TROUBLES
        self._troubles[trouble.name] = lately if told else [*lately, (now_s, trouble.reason)]
        return not told

    def _is_first(self, name: str, error: BaseException | None) -> bool:
        if error is None or isinstance(error, LiveganError) or (name, type(error)) in self._traced:
            return False
        self._traced.add((name, type(error)))
        return True

    def forget(self, name: str) -> None:
        """Take a stage off the board, because it was closed on purpose."""
        with self._lock:
            for kept in (self._stages, self._told, self._troubles):
                kept.pop(name, None)

    def all(self) -> tuple[Health, ...]:
        """Every stage, in the order in which they first reported."""
        with self._lock:
            return tuple(self._stages.values())
