"""The reference page of what can be played, made from the table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from livegan.parameters.parameter import Parameter
from livegan.parameters.table import TABLE

_HEAD = """\
# What can be played

Made by `livegan parameters --markdown`. Every row is a name for presets and `--set`
(`source.zoom`), and an OSC address (`/livegan/source/zoom`). One number is enough for each:

| kind | what to send by OSC | in a preset |
|---|---|---|
| a range | one number in it; beyond its ends it is taken for the end | the number |
| on, off | true or false; a number is on from 0.5 | `true`, `false` |
| a list | one of its words, or its index, from 0 | the word |
| trigger | anything but 0 or false; nothing at all will do | |
| name | a text of at most 64 characters; a number is taken for its digits | |
| read only | it is sent to you, and can't be set | |

Numbers that are set glide there: after the time under "glides" 63 % of the way is gone.
"""

_COLUMNS = ("| name | values | default | glides | |", "|---|---|---|---|---|")


def markdown() -> str:
    """The page."""
    lines = [_HEAD]
    for group, rows in groupby(named_rows(), lambda named: named[1].group):
        lines += [f"## {group}", "", *_COLUMNS]
        lines += [_line(name, row) for name, row in rows]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def named_rows() -> Iterator[tuple[str, Parameter]]:
    """The rows of the table by name; those that are numbered are one: `latent.1 to latent.32`."""
    alike: dict[str, list[Parameter]] = {}
    for row in TABLE.values():
        group, _, name = row.name.partition(".")
        alike.setdefault(f"{group}.{name.lstrip('0123456789')}", []).append(row)
    for first, *more in alike.values():
        yield (f"{first.name} to {more[-1].name}" if more else first.name), first


def _line(name: str, row: Parameter) -> str:
    glides = f"{row.smoothing_ms:g} ms" if row.smoothing_ms else ""
    code = " to ".join(f"`{part}`" for part in name.split(" to "))
    return f"| {code} | {row.range_text} | {row.default_text} | {glides} | {row.description} |"
