"""The values of all parameters: a snapshot that never changes, and the live ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

from livegan.parameters.parameter import Setting
from livegan.parameters.table import TABLE, find

_DEFAULTS: dict[str, Setting] = {name: row.default for name, row in TABLE.items()}


class Values(Mapping[str, Setting]):
    """A snapshot of all values: frozen, and safe to hand to any thread."""

    def __init__(self, values: Mapping[str, Setting] | None = None) -> None:
        self._values = {**_DEFAULTS, **(values or {})}

    def __getitem__(self, name: str) -> Setting:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def number(self, name: str) -> float:
        """The value of a continuous parameter, in its unit."""
        return float(self._values[name])

    def switch(self, name: str) -> bool:
        """The value of a switch."""
        return bool(self._values[name])

    def choice(self, name: str) -> str:
        """The value of a choice."""
        return str(self._values[name])

    def fired(self, name: str) -> int:
        """How often a trigger has happened: whoever acts on it remembers what it saw last."""
        return int(self._values[name])

    def changed_by(self, changes: Mapping[str, Setting]) -> Values:
        """A snapshot with some values changed."""
        changed = Values.__new__(Values)
        changed._values = {**self._values, **changes}
        return changed


class LiveValues:
    """The values as they are played: set from any thread, read as one snapshot per frame."""

    def __init__(self, values: Mapping[str, Setting] | None = None) -> None:
        self._changed = threading.Condition()
        self._snapshot = Values()
        self._heard: dict[str, Callable[[], None]] = {}
        self.update(values or {})

    def update(self, changes: Mapping[str, object]) -> None:
        """Set several values between two frames: all of them, or none if one is refused.

        A trigger happens when it is set to true.

        Raises:
            ParameterError: a name is unknown or a value is not taken; nothing has changed.
        """
        accepted = {}
        for name, value in changes.items():
            row = find(name)
            if row.read_only:
                raise row.refusal_to_be_set()
            accepted[name] = row.accept(value)
        with self._changed:
            for name in accepted:
                if TABLE[name].trigger:
                    accepted[name] = float(self._snapshot.fired(name) + bool(accepted[name]))
            self._take(accepted)
        self._tell(accepted)

    def hear(self, names: Iterable[str], heard: Callable[[], None]) -> None:
        """Have something called as soon as one of these was set, for what can't wait for a frame.

        Args:
            names: the parameters; each has one listener at most.
            heard: called in the thread of whoever set it; it returns at once.
        """
        self._heard = {**self._heard, **dict.fromkeys(names, heard)}

    def measured(self, values: Mapping[str, Setting]) -> None:
        """Set values that nobody else can: those of read-only parameters."""
        with self._changed:
            self._take({name: TABLE[name].accept(value) for name, value in values.items()})

    def move(self, held: Mapping[str, Setting], changes: Mapping[str, Setting]) -> set[str]:
        """Set values that nobody has changed since they were looked at.

        Args:
            held: what each stood at then.
            changes: what they are to be, as their parameters hold it.

        Returns:
            The names that somebody else has set meanwhile; they stay as they are.
        """
        with self._changed:
            played = {name for name in changes if self._snapshot[name] != held[name]}
            self._take({name: value for name, value in changes.items() if name not in played})
        self._tell(changes)
        return played

    def take(self, name: str) -> str:
        """The name that somebody sent, "" if none; it is empty from then on."""
        if not self._snapshot[name]:  # without a lock, as that is so in almost every frame
            return ""
        with self._changed:
            sent = str(self._snapshot[name])
            self._take({name: ""})
        return sent

    def toggle(self, name: str) -> bool:
        """Turn a switch over and say how it stands now."""
        with self._changed:
            turned = not self._snapshot.switch(name)
            self._take({name: turned})
        self._tell({name: turned})
        return turned

    def snapshot(self) -> Values:
        """All values as they stand now."""
        return self._snapshot

    def wait(self, seen: Values, timeout_s: float) -> Values:
        """Wait until something changes.

        Args:
            seen: the snapshot since which.
            timeout_s: the longest wait, in seconds.

        Returns:
            All values as they stand then.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._snapshot is not seen, timeout_s)
            return self._snapshot

    def _take(self, accepted: Mapping[str, Setting]) -> None:
        self._snapshot = self._snapshot.changed_by(accepted)
        self._changed.notify_all()

    def _tell(self, changes: Mapping[str, object]) -> None:
        for heard in {self._heard[name] for name in self._heard.keys() & changes.keys()}:
            heard()
