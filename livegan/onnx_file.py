"""What an ONNX file says of itself, read without its weights.

Package onnx would take 0.1 s to be imported and copy every weight; of a generator that is 15 ms in
which nothing else in Python moves, and a look that is loaded in mid-show cost a frame by it. The
numbers are those of the format's own `onnx.proto`: https://onnx.ai/onnx/repo-docs/IR.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

_PARTS = {
    "model": {7: "graph", 14: "metadata", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {
        5: "tensor",
        6: "graph",
        10: "tensor",
        11: "graph",
        22: "sparse tensor",
        23: "sparse tensor",
    },
    "sparse tensor": {1: "tensor", 2: "tensor"},
}
"""Which fields of a message hold messages that lead to nodes, tensors and metadata."""
_MOST_PARTS = 100_000
"""A generator has some hundreds. What is made to keep a show waiting is read no further."""
_KEY, _VALUE = 1, 2
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14

_NUMBER, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_NUMBER = 10


class NotOnnx(ValueError):
    """A file is none, or only a part of one; the message says what is wrong, in a few words."""


@dataclass(frozen=True)
class OnnxFile:
    """What is known of a file.

    Args:
        metadata: texts by key; of a key that stands there twice, the first.
        has_network: whether there is any node.
        is_whole: whether all weights lie in it, and none in other files.
    """

    metadata: Mapping[str, str]
    has_network: bool
    is_whole: bool


class _Field(NamedTuple):
    """One field: a number's value, or of bytes how many, where they begin and where they end."""

    number: int
    value: int
    begin: int
    end: int


def read_onnx_file(path: Path) -> OnnxFile:
    """Read what it says, and pass over the weights.

    Raises:
        OSError: the file can't be read.
        NotOnnx: it is no ONNX file.
    """
    # Not mapped: whoever waits for a page of a slow disk would hold up all Python.
    with path.open("rb") as file:
        return _read(file, path.stat().st_size)


def _read(file: BinaryIO, size: int) -> OnnxFile:
    metadata: dict[str, str] = {}
    has_network, is_whole = False, True
    waiting = [("model", 0, size)]
    while waiting:
        if len(waiting) > _MOST_PARTS:
            raise NotOnnx(f"more than {_MOST_PARTS} parts")
        kind, begin, end = waiting.pop()
        has_network |= kind == "node"
        if kind == "metadata":
            key, text = _entry(file, begin, end)
            metadata.setdefault(key, text)
        elif kind == "tensor":
            is_whole &= not _lies_elsewhere(file, begin, end)
        else:
            inside = _PARTS[kind]
            found = [field for field in _fields(file, begin, end) if field.number in inside]
            waiting += [(inside[one.number], one.begin, one.end) for one in reversed(found)]
    return OnnxFile(metadata, has_network, is_whole)


def _entry(file: BinaryIO, begin: int, end: int) -> tuple[str, str]:
    texts = {_KEY: "", _VALUE: ""}
    for field in _fields(file, begin, end):
        if field.number not in texts:
            continue
        file.seek(field.begin)
        try:
            texts[field.number] = file.read(field.end - field.begin).decode()
        except UnicodeDecodeError:
            raise NotOnnx("its metadata is no text") from None
    return texts[_KEY], texts[_VALUE]


def _lies_elsewhere(file: BinaryIO, begin: int, end: int) -> bool:
    return any(
        field.number == _EXTERNAL_DATA or (field.number == _DATA_LOCATION and field.value)
        for field in _fields(file, begin, end)
    )


def _fields(file: BinaryIO, at: int, end: int) -> Iterator[_Field]:
    """The fields of one message, https://protobuf.dev/programming-guides/encoding/."""
    for _ in range(_MOST_PARTS):
        if at == end:
            return
        file.seek(at)
        head = file.read(min(2 * _LONGEST_NUMBER, end - at))
        tag, length = _number(head, 0, at)
        number, kind = tag >> 3, tag & 7
        value, begin = 0, at + length
        if kind in (_NUMBER, _BYTES):
            value, length = _number(head, length, at)
        if kind == _NUMBER:
            next_at = at + length
        elif kind == _BYTES:
            begin = at + length
            next_at = begin + value
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            next_at = begin + (8 if kind == _EIGHT_BYTES else 4)
        else:
            raise NotOnnx(f"field of kind {kind} at byte {at}")
        if not number:
            raise NotOnnx(f"field 0 at byte {at}")
        if next_at > end:
            raise NotOnnx(f"{next_at - end} bytes are missing at byte {end}")
        yield _Field(number, value, begin, next_at)
        at = next_at
    raise NotOnnx(f"more than {_MOST_PARTS} fields before byte {at}")


def _number(head: bytes, begin: int, at: int) -> tuple[int, int]:
    """A whole number of any length from there on, and where it ends."""
    value = 0
    for place, byte in enumerate(head[begin : begin + _LONGEST_NUMBER]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, begin + place + 1
    raise NotOnnx(f"a number is cut off at byte {at}")
