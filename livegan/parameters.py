"""The one table of what can be played, and its live values.

Command line, presets, cards of generators and window keys read names, ranges and defaults here; no
range is written twice. The engine takes one snapshot of all values per frame.
"""

from __future__ import annotations

import difflib
import logging
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from livegan.errors import ParameterError

logger = logging.getLogger("livegan")

Setting = float | bool | str


@dataclass(frozen=True)
class Parameter:
    """One playable thing.

    Args:
        name: `group.name` in lower snake case.
        default: a float for a continuous value, a bool for a switch, a str for a choice.
        description: one plain sentence.
        low, high: the range of a continuous value, both ends included, in `unit`.
        unit: the unit of a continuous value, or "".
        choices: what a choice can be.
    """

    name: str
    default: Setting
    description: str
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """ "number", "switch" or "choice"."""
        if isinstance(self.default, bool):
            return "switch"
        return "choice" if isinstance(self.default, str) else "number"

    @property
    def range_text(self) -> str:
        """The range or the choices, for people."""
        if self.kind == "number":
            return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()
        return "on, off" if self.kind == "switch" else ", ".join(self.choices)

    def accept(self, value: object) -> Setting:
        """The value as this parameter holds it: of its type, inside its range.

        Raises:
            ParameterError: the type is wrong, the number is not finite, the choice is unknown.
        """
        if self.kind == "switch":
            if isinstance(value, bool):
                return value
            raise self._refusal(value, "true or false")
        if self.kind == "choice":
            if isinstance(value, str) and value in self.choices:
                return value
            raise self._refusal(value, "one of " + ", ".join(self.choices))
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not math.isfinite(value)
        ):
            raise self._refusal(value, f"a number from {self.low:g} to {self.high:g}")
        return min(max(float(value), self.low), self.high)

    def _refusal(self, value: object, wanted: str) -> ParameterError:
        return ParameterError(f"{self.name} is {value!r}, wanted {wanted}")


LATENTS = 32
"""Of a latent generator: so many can be played."""

_ROWS = (
    Parameter(
        "source.mirror", False, "Turn the incoming picture left for right before anything sees it."
    ),
    Parameter(
        "source.zoom",
        1.0,
        "Crop of the incoming picture: 1 is the largest that has the drawing's shape.",
        1.0,
        8.0,
        "times",
    ),
    Parameter(
        "source.pan_x", 0.0, "Where the crop lies across: -1 left edge, 1 right edge.", -1.0, 1.0
    ),
    Parameter(
        "source.pan_y", 0.0, "Where the crop lies down: -1 top edge, 1 bottom edge.", -1.0, 1.0
    ),
    Parameter("canny.blur", 1.4, "Gaussian blur before the edges are looked for.", 0.0, 8.0, "px"),
    Parameter("canny.automatic", True, "Take both thresholds from the picture's own gradients."),
    Parameter("canny.low", 60.0, "Gradient from which an edge goes on.", 0.0, 765.0),
    Parameter("canny.high", 150.0, "Gradient from which an edge begins.", 0.0, 765.0),
    Parameter("canny.inverted", False, "Draw black edges on white."),
    Parameter("face_mesh.tessellation", True, "Draw the fine triangles of the face."),
    Parameter("face_mesh.contours", True, "Draw brows, eyes, nose and the outline of the face."),
    Parameter("face_mesh.irises", True, "Draw the irises."),
    Parameter("face_mesh.lips", True, "Draw the lips."),
    Parameter(
        "face_mesh.line_width", 1.0, "Width of the lines in a drawing of 256 px.", 1.0, 8.0, "px"
    ),
    Parameter(
        "puppet.retarget", True, "Carry the performer's expression onto the puppet's own face."
    ),
    Parameter("puppet.mouth_gain", 1.0, "How strongly the mouth follows.", 0.0, 2.0, "times"),
    Parameter("puppet.brows_gain", 1.0, "How strongly the brows follow.", 0.0, 2.0, "times"),
    Parameter("puppet.eyes_gain", 1.0, "How strongly the eyelids follow.", 0.0, 2.0, "times"),
    Parameter("puppet.gaze_gain", 1.0, "How strongly the gaze follows.", 0.0, 2.0, "times"),
    Parameter("puppet.head_gain", 1.0, "How strongly the head follows.", 0.0, 2.0, "times"),
    Parameter(
        "puppet.smoothing",
        0.5,
        "Steadiness of the landmarks: 0 is raw, 1 is the calmest.",
        0.0,
        1.0,
    ),
    Parameter(
        "latent.encode", 1.0, "How much the face in the camera decides; the rest drifts.", 0.0, 1.0
    ),
    Parameter(
        "latent.drift", 0.2, "How many new faces the drift comes by.", 0.0, 4.0, "a second"
    ),
    Parameter(
        "latent.face_size",
        0.25,
        "Distance of the eyes over the side of what is encoded; 0 encodes the whole crop.",
        0.0,
        0.6,
    ),
    Parameter(
        "latent.eye_height", 0.42, "How far down in it the eyes lie: 0 top, 1 bottom.", 0.0, 1.0
    ),
    *(
        Parameter(
            f"latent.{number}",
            0.0,
            "Moves the face along one latent; the first ones change most.",
            -3.0,
            3.0,
            "sigma",
        )
        for number in range(1, LATENTS + 1)
    ),
    Parameter("output.mirror", False, "Turn the picture that leaves livegan left for right."),
    Parameter("output.preview_mirror", False, "Turn only what the window shows left for right."),
    Parameter("output.freeze", False, "Hold the present picture."),
    Parameter("output.blackout", False, "Show black."),
    Parameter(
        "output.view", "picture", "What the window shows.", choices=("picture", "side_by_side")
    ),
)

TABLE: Mapping[str, Parameter] = {row.name: row for row in _ROWS}
"""Every parameter by its name, in the order in which people should read them."""


def find(name: str) -> Parameter:
    """The parameter of that name.

    Raises:
        ParameterError: there is none; the message names the nearest.
    """
    if name in TABLE:
        return TABLE[name]
    near = difflib.get_close_matches(name, TABLE, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; livegan parameters lists them"
    raise ParameterError(f"no parameter is called {name!r}{hint}")


def read_assignment(text: str) -> tuple[str, Setting]:
    """`NAME=VALUE` as a parameter and a value that it takes; a number out of range is clamped.

    Raises:
        ParameterError: there is no such parameter, or it takes no such value.
    """
    name, equals, given = (part.strip() for part in text.partition("="))
    if not equals:
        raise ParameterError(f"--set {text}: wanted NAME=VALUE, such as face_mesh.line_width=2")
    parameter = find(name)
    value: object = given
    if parameter.kind == "switch":
        value = {"on": True, "true": True, "off": False, "false": False}.get(given.lower())
        if value is None:
            raise ParameterError(f"{name} is {given!r}, wanted on or off")
    elif parameter.kind == "number":
        with suppress(ValueError):
            value = float(given)
    accepted = parameter.accept(value)
    if accepted != value:
        logger.warning("--set %s is taken as %g (%s)", text, accepted, parameter.range_text)
    return name, accepted


class Values(Mapping[str, Setting]):
    """A snapshot of all values: frozen, and safe to hand to any thread."""

    def __init__(self, values: Mapping[str, Setting] | None = None) -> None:
        self._values = {name: row.default for name, row in TABLE.items()} | dict(values or {})

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


class LiveValues:
    """The values as they are played: set from any thread, read as one snapshot per frame."""

    def __init__(self, values: Mapping[str, Setting] | None = None) -> None:
        self._lock = threading.Lock()
        self._snapshot = Values()
        self.update(values or {})

    def update(self, changes: Mapping[str, object]) -> None:
        """Set several values between two frames: all of them, or none if one is refused.

        Raises:
            ParameterError: a name is unknown or a value is not taken; nothing has changed.
        """
        accepted = {name: find(name).accept(value) for name, value in changes.items()}
        with self._lock:
            self._snapshot = Values({**self._snapshot, **accepted})

    def toggle(self, name: str) -> bool:
        """Turn a switch over and say how it stands now."""
        with self._lock:
            turned = not self._snapshot.switch(name)
            self._snapshot = Values({**self._snapshot, name: turned})
        return turned

    def snapshot(self) -> Values:
        """All values as they stand now."""
        return self._snapshot
