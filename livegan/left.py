"""What a show was left with, as a file holds it.

    schema = 1

    [session]
    preset = "mona-lisa"           # a name, or a path; "" where only a generator was named
    generator = "/home/ada/ada.onnx"   # only where one was named
    behind = "pearl"               # what was on the deck behind, if there was anything: as above
    behind_generator = "/home/ada/eve.onnx"
    behind_deck = "B"              # which deck that was

    [puppet]                       # what was set besides what the preset gives
    mouth_gain = 1.2

    [deck]                         # only where there was something behind
    crossfade = 0.3

    [behind.puppet]                # what is set behind besides what the preset there gives
    mouth_gain = 0.8
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from livegan.decks import CROSSFADE, Loaded
from livegan.errors import PresetError
from livegan.parameters import TABLE, Setting, Values
from livegan.presets import Preset, read_toml, read_values, toml_text, written_values
from livegan.shipped import shipped

_SCHEMA = 1
_DIMMEST = 0.1
_KEPT = tuple(name for name, row in TABLE.items() if row.kept and row.group != "deck")
_DARKENING = ("output.blackout", "output.freeze", "output.fade", "source.freeze", "source.bypass")


@dataclass(frozen=True)
class Behind:
    """What was on the deck behind.

    Args:
        preset, generator: as in `Left`.
        values: what the look there plays with besides what its preset gives; and of the stage all
            that it was still to set as it comes to the front.
        deck: "A" or "B".
        crossfade: where that stood.
    """

    preset: str
    generator: str
    values: Mapping[str, Setting]
    deck: str
    crossfade: float

    @classmethod
    def of(cls, loaded: Loaded, preset: Preset, deck: str, crossfade: float) -> Behind:
        """What is there now.

        Args:
            loaded: the look.
            preset: which one it plays, as it would be read again.
            deck, crossfade: as above.
        """
        given = {**loaded.look.settings, **preset.values}
        own = _besides(given, loaded.own)
        values = {name: to for name, to in {**own, **loaded.stage}.items() if name in _KEPT}
        return cls(_named(preset), _own_generator(preset), values, deck, crossfade)

    @property
    def name(self) -> str:
        """What people call it."""
        name = PurePath(self.preset or self.generator).name
        name = name.removesuffix(".toml").removesuffix(".onnx")
        return name if name.isprintable() else ascii(name)


@dataclass(frozen=True)
class Left:
    """What a show was left with.

    Args:
        preset: a name, or a path; "" is none.
        generator: the path of a generator that was named in place of the preset's; "" is none.
        values: what was set besides.
        behind: what was on the deck behind; None is nothing.
    """

    preset: str
    generator: str
    values: Mapping[str, Setting]
    behind: Behind | None = None

    @classmethod
    def of(
        cls,
        preset: Preset,
        given: Mapping[str, Setting],
        values: Values,
        behind: Behind | None = None,
    ) -> Left:
        """What plays now.

        Args:
            preset: which one.
            given: the values that come with it.
            values: as they are set.
            behind: as above.
        """
        kept = _besides(given, {name: values[name] for name in _KEPT})
        return cls(_named(preset), _own_generator(preset), kept, behind)

    def in_the_light(self) -> Left:
        """The same without what darkens or freezes: nobody wants to begin with that."""
        dim = {"output.brightness"} if self._brightness < _DIMMEST else set()
        lit = {name: to for name, to in self.values.items() if name not in {*_DARKENING, *dim}}
        return replace(self, values=lit)

    def written(self) -> str:
        """As the file holds it."""
        behind = self.behind
        named = {"preset": self.preset, "generator": self.generator}
        values = dict(self.values)
        if behind:
            named |= {
                "behind": behind.preset,
                "behind_generator": behind.generator,
                "behind_deck": behind.deck,
            }
            values[CROSSFADE] = behind.crossfade
        lines = [f"schema = {_SCHEMA}", "", "[session]"]
        for key, text in named.items():
            if text or not key.endswith("generator"):
                lines.append(f"{key} = {toml_text(text)}")
        for group, held in written_values(values):
            lines += ["", f"[{group}]", *held]
        for group, held in written_values(behind.values if behind else {}):
            lines += ["", f"[behind.{group}]", *held]
        return "\n".join(lines) + "\n"

    @classmethod
    def read(cls, path: Path) -> Left:
        """What a file holds; what is not known is passed over.

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
        behind_table = table.pop("behind", None)
        values, _ = read_values(path, table)
        behind = _read_behind(path, session, behind_table, values)
        return cls(preset, generator, _known(values), behind)

    @property
    def _brightness(self) -> float:
        return float(self.values.get("output.brightness", 1.0))


def _read_behind(
    path: Path, session: Mapping[str, Any], table: object, values: Mapping[str, Setting]
) -> Behind | None:
    if "behind" not in session:
        return None
    preset, generator = session["behind"], session.get("behind_generator", "")
    said = isinstance(preset, str) and isinstance(generator, str) and (preset or generator)
    if not said:
        raise PresetError(f"{path}: it does not say what was on the deck behind")
    own, _ = read_values(path, table if isinstance(table, dict) else {})
    deck = "A" if session.get("behind_deck") == "A" else "B"
    return Behind(preset, generator, _known(own), deck, float(values.get(CROSSFADE, 0.0)))


def _known(values: Mapping[str, Setting]) -> dict[str, Setting]:
    return {name: to for name, to in values.items() if name in _KEPT}


def _besides(given: Mapping[str, Setting], values: Mapping[str, Setting]) -> dict[str, Setting]:
    """Those that differ from what is given, or else from the defaults."""
    return {name: to for name, to in values.items() if to != given.get(name, TABLE[name].default)}


def _named(preset: Preset) -> str:
    """How to name it again."""
    if preset.path is None:
        return ""
    path = preset.path.resolve()
    return preset.name if path.parent == shipped("presets").resolve() else str(path)


def _own_generator(preset: Preset) -> str:
    return preset.generator if Path(preset.generator).is_absolute() else ""
