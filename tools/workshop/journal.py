"""What a command has done so far, kept so that the same command goes on from there."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

from livegan.errors import UsageError
from livegan.sources.pictures import SUFFIXES

Entry = dict[str, Any]


class Journal:
    """A text file with one JSON object a line, added to as work is done.

    The first line says how the work is done. A line that a kill has cut short counts for nothing
    and is written over.

    Args:
        path: the file; its folder is made if need be.
        settings: what the work depends on. Work that was begun otherwise is not mixed with it.

    Raises:
        UsageError: the file can't be read or written, or tells of work that was done otherwise.
    """

    def __init__(self, path: Path, settings: Entry) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("r+b" if path.exists() else "x+b")
        except OSError as error:
            raise UsageError(f"can't write {path}: {error.strerror}") from error
        try:
            self.entries = self._read(settings)
        except BaseException:
            self._file.close()
            raise

    def add(self, entry: Entry) -> None:
        """Write down a piece of work, at once; what it tells of must be whole by now.

        Raises:
            UsageError: the disk is full.
        """
        self._write(entry)
        self.entries.append(entry)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _read(self, settings: Entry) -> list[Entry]:
        whole, newline, _ = self._file.read().rpartition(b"\n")
        self._file.seek(len(whole) + len(newline))
        self._file.truncate()
        lines = [self._parse(line, k) for k, line in enumerate(whole.split(b"\n"), 1) if line]
        if not lines:
            self._write(settings)
            return []
        for name, value in settings.items():
            if lines[0].get(name) != value:
                raise UsageError(
                    f"{self._path} tells of work with {name} {lines[0].get(name)!r}, this is with"
                    f" {value!r}; choose another folder, or the settings of then"
                )
        return lines[1:]

    def _parse(self, line: bytes, number: int) -> Entry:
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise UsageError(f"{self._path}, line {number} is no JSON object; mend or delete it")
        return entry

    def _write(self, entry: Entry) -> None:
        try:
            self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise UsageError(f"can't write {self._path}: {error.strerror}") from error


def refuse_strangers(journal: Path) -> None:
    """Refuse a folder of pictures that has no journal: what is put there would be written over
    those of the same name.

    Raises:
        UsageError: there are such pictures.
    """
    if journal.exists():
        return
    found = [path.name for path in journal.parent.glob("*") if path.suffix.lower() in SUFFIXES]
    if found:
        raise UsageError(
            f"{journal.parent} holds pictures already that did not come from this command, such as"
            f" {min(found)}; choose another --out"
        )
