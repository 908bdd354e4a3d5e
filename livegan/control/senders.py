"""Who plays, and what each of them knows, so that nobody is told what he just said himself."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from livegan.parameters import Setting, Values

MOST = 8


class Senders:
    """The last few who sent something that could be played. From any thread.

    Args:
        most: how many they are at most.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, object]] = {}
        self._owed: dict[str, set[str]] = {}

    def heard(
        self, sender: str, accepted: Mapping[str, Setting], sent: Mapping[str, object]
    ) -> None:
        """Note what a sender set.

        Args:
            sender: who.
            accepted: values as they are held now.
            sent: as the sender takes them; where they differ, he is told.
        """
        with self._lock:
            # The one that was heard last stands last.
            known = self._known.pop(sender, {})
            self._known[sender] = known
            known.update(sent)
            wrong = {name for name, value in accepted.items() if sent.get(name) != value}
            self._owed.setdefault(sender, set()).update(wrong)
            for name in list(self._known)[: -self._most]:
                del self._known[name], self._owed[name]

    def forget(self, sender: str) -> None:
        """One has left."""
        with self._lock:
            self._known.pop(sender, None)
            self._owed.pop(sender, None)

    def all(self) -> list[str]:
        """Who they are."""
        with self._lock:
            return list(self._known)

    def news(self, changed: Iterable[str], values: Values) -> list[tuple[str, str]]:
        """Who must be told which parameter; they count as told.

        Args:
            changed: parameters that have changed since the last call.
            values: all as they stand now.
        """
        changed = set(changed)
        with self._lock:
            telling = []
            for sender, known in self._known.items():
                owed = self._owed[sender]
                for name in sorted(changed | owed):
                    if name in owed or known.get(name) != values[name]:
                        telling.append((sender, name))
                        known[name] = values[name]
                owed.clear()
            return telling
