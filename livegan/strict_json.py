"""JSON that is taken only as it was meant: every field with its type checked, messages by key."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from livegan.errors import ModelError


def parse(text: str, where: str) -> Any:
    """What the JSON says; `where` names its file in messages.

    Raises:
        ModelError: not JSON, or NaN and infinity, which Python's reader would let pass.
    """

    def refuse_constant(constant: str) -> NoReturn:
        raise ModelError(f"{where}: {constant} is not a number that may stand there")

    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{where}: not JSON: {error}") from error


class Fields:
    """The fields of one JSON object: all of `names` are there, and no others.

    Args:
        data: what was read.
        where: the file, and the key inside it: `mona-lisa.onnx: puppet`; for the outermost
            object it ends with a colon.
        names: the fields that it has.

    Raises:
        ModelError: not an object, or a field is missing or unknown. The methods raise it for a
            field of another type than asked.
    """

    def __init__(self, data: object, where: str, names: tuple[str, ...]) -> None:
        self._prefix = f"{where} " if where.endswith(":") else f"{where}."
        if not isinstance(data, dict):
            refuse(where.rstrip(":"), data, "an object")
        for name in names:
            if name not in data:
                raise ModelError(f"{self._prefix}{name} is missing")
        for name in data:
            if name not in names:
                raise ModelError(f"{self._prefix}{name} is unknown; known: {', '.join(names)}")
        self._data: dict[str, Any] = data

    def __getitem__(self, name: str) -> Any:
        return self._data[name]

    def where(self, name: str) -> str:
        """The field as messages call it."""
        return self._prefix + name

    def text(self, name: str) -> str:
        """A field that is a text."""
        return str(self._of_type(name, str, "a text"))

    def integer(self, name: str) -> int:
        """A field that is a whole number."""
        return int(self._of_type(name, int, "a whole number"))

    def mapping(self, name: str) -> dict[str, Any]:
        """A field that is an object of whatever is in it."""
        return dict(self._of_type(name, dict, "an object"))

    def number(self, name: str) -> float:
        """A field that is a finite number."""
        return number(self._data[name], self.where(name))

    def numbers(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """A field of nested lists of finite numbers, of that shape."""
        try:
            array = np.array(self._data[name])
        except ValueError as error:
            raise ModelError(f"{self.where(name)} is ragged, wanted numbers of {shape}") from error
        if array.shape != shape or array.dtype.kind not in "iuf":
            found = f"{array.dtype} of {array.shape}"
            raise ModelError(f"{self.where(name)} is {found}, wanted numbers of {shape}")
        if not np.isfinite(array).all():
            raise ModelError(f"{self.where(name)} holds a number that is not finite")
        return array.astype(np.float64)

    def _of_type(self, name: str, kind: type, wanted: str) -> Any:
        value = self._data[name]
        if type(value) is not kind:
            refuse(self.where(name), value, wanted)
        return value


def number(value: object, where: str) -> float:
    """A finite number.

    Raises:
        ModelError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        refuse(where, value, "a finite number")
    return float(value)


def read_size(value: object, where: str) -> tuple[int, int]:
    """Height and width.

    Raises:
        ModelError: not two whole numbers of at least 1.
    """
    if (
        not isinstance(value, list)
        or len(value) != 2
        or any(type(side) is not int or side < 1 for side in value)
    ):
        refuse(where, value, "[height, width] in pixels")
    return value[0], value[1]


def refuse(where: str, found: object, wanted: str) -> NoReturn:
    """Raise the ModelError that says what was found and what was wanted."""
    text = repr(found)
    raise ModelError(f"{where} is {text if len(text) < 60 else text[:57] + '...'}, wanted {wanted}")
