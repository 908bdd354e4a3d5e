"""The table of what can be played, as the tree of nodes that OSCQuery describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from livegan.control.osc_player import address
from livegan.parameters import TABLE, Parameter, Values

Node = dict[str, object]
Choices = Mapping[str, Callable[[], Sequence[str]]]
"""By a parameter's name: what it could be sent at this moment."""

ATTRIBUTES = (
    "FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "CLIPMODE", "UNIT", "DESCRIPTION",
    "TAGS", "DEFAULT_VALUE",
)  # fmt: skip
"""What a node can be asked for."""
NOT_KEPT = ("EXTENDED_TYPE", "CRITICAL", "OVERLOADS", "HTML")
"""What the proposal knows besides, and no node of livegan has."""

_TYPES = {"number": "f", "switch": "T", "trigger": "I"}
_READ, _WRITE, _BOTH = 1, 2, 3
# Those units that the proposal has a word for; the others are written as people read them.
_UNITS = {"ms": "time.ms", "s": "time.second", "bpm": "time.bpm", "hz": "time.hz"}
_UNITS |= {"degrees": "angle.degree", "px": "distance.pixel"}


class Tree:
    """Describes nodes.

    Args:
        choices: the parameters whose choices are only known as somebody asks: names of presets.
    """

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._leaves = {address(name): row for name, row in TABLE.items()}

    def node(self, path: str, values: Values) -> Node | None:
        """A node and all below it; None where there is none.

        Args:
            path: an OSC address or the beginning of one, such as `/`, `/livegan/source`.
            values: all as they stand now.
        """
        path = "/" + path.strip("/")
        if path in self._leaves:
            return self._leaf(path, self._leaves[path], values)
        root: Node = {"FULL_PATH": path, "ACCESS": 0, "CONTENTS": {}}
        inside = path.rstrip("/") + "/"
        for where, row in self._leaves.items():
            if where.startswith(inside):
                _hang(root, inside, where, self._leaf(where, row, values))
        return root if root["CONTENTS"] else None

    def row(self, path: str) -> Parameter | None:
        """The parameter of an OSC address."""
        return self._leaves.get(path)

    def _leaf(self, path: str, row: Parameter, values: Values) -> Node:
        node: Node = {
            "FULL_PATH": path,
            "TYPE": _TYPES.get(row.kind, "s"),
            "ACCESS": _access(row),
            "DESCRIPTION": row.description,
            "TAGS": [row.kind, *(["preset"] if row.kept else [])],
        }
        if node["ACCESS"] != _WRITE:
            node["VALUE"] = [values[row.name]]
        if row.kept:
            node["DEFAULT_VALUE"] = [row.default]
        if row.kind == "number":
            node["RANGE"] = [{"MIN": row.low, "MAX": row.high}]
            node["CLIPMODE"] = ["both"]
            if row.unit:
                node["UNIT"] = [_UNITS.get(row.unit, row.unit)]
        choices = self._choices[row.name]() if row.name in self._choices else row.choices
        if choices:
            node["RANGE"] = [{"VALS": list(choices)}]
        return node


def host_info(osc: tuple[str, int] | None) -> Node:
    """What a client is told of this server.

    Args:
        osc: where the client reaches OSC by UDP; None where he does not. Then he plays by
            WebSocket, which answers where HTTP does.
    """
    info: Node = {
        "NAME": "livegan",
        "EXTENSIONS": {
            **{name: True for name in ATTRIBUTES if name not in ("FULL_PATH", "CONTENTS")},
            **{name: False for name in NOT_KEPT},
            "LISTEN": True,
            "IGNORE": True,
            "PATH_CHANGED": True,
            "PATH_RENAMED": False,
            "PATH_ADDED": False,
            "PATH_REMOVED": False,
        },
    }
    if osc:
        info |= {"OSC_IP": osc[0], "OSC_PORT": osc[1], "OSC_TRANSPORT": "UDP"}
    return info


def told(row: Parameter) -> bool:
    """Whether there is a value that whoever listens can be told."""
    return _access(row) != _WRITE


def _access(row: Parameter) -> int:
    if row.read_only:
        return _READ
    return _WRITE if row.kind in ("trigger", "name") else _BOTH


def _hang(root: Node, inside: str, where: str, leaf: Node) -> None:
    """Put a leaf where it belongs below a root; containers between them grow as needed."""
    *above, last = where[len(inside) :].split("/")
    node, path = root, inside.rstrip("/")
    for name in above:
        path = f"{path}/{name}"
        contents = node["CONTENTS"]
        assert isinstance(contents, dict)
        node = contents.setdefault(name, {"FULL_PATH": path, "ACCESS": 0, "CONTENTS": {}})
    contents = node["CONTENTS"]
    assert isinstance(contents, dict)
    contents[last] = leaf
