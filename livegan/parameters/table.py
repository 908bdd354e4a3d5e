"""The one table of what can be played.

Command line, OSC, presets, cards of generators, window keys and the reference page read names,
ranges and defaults here; no range is written twice.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from livegan.errors import ParameterError
from livegan.parameters import looks, midi_rows, rhythm
from livegan.parameters.parameter import Parameter, Setting

LATENTS = 32
"""Of a latent generator: so many can be played."""


def _measured(
    name: str, default: Setting, description: str, high: float = 1.0, unit: str = ""
) -> Parameter:
    """A row of `system`."""
    return Parameter(f"system.{name}", default, description, 0.0, high, unit, read_only=True)


_ROWS = (
    Parameter("source.bypass", False, "Show the incoming picture itself; nothing is painted."),
    Parameter("source.freeze", False, "Hold the incoming picture; all else plays on."),
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
        smoothing_ms=80,
    ),
    Parameter(
        "source.pan_x",
        0.0,
        "Where the crop lies across: -1 left edge, 1 right edge.",
        -1.0,
        1.0,
        smoothing_ms=80,
    ),
    Parameter(
        "source.pan_y",
        0.0,
        "Where the crop lies down: -1 top edge, 1 bottom edge.",
        -1.0,
        1.0,
        smoothing_ms=80,
    ),
    Parameter(
        "canny.blur",
        1.4,
        "Gaussian blur before the edges are looked for.",
        0.0,
        8.0,
        "px",
        smoothing_ms=50,
    ),
    Parameter("canny.automatic", True, "Take both thresholds from the picture's own gradients."),
    Parameter(
        "canny.low",
        60.0,
        "Gradient from which an edge goes on, where it is not automatic.",
        0.0,
        765.0,
        smoothing_ms=50,
    ),
    Parameter(
        "canny.high",
        150.0,
        "Gradient from which an edge begins, where it is not automatic.",
        0.0,
        765.0,
        smoothing_ms=50,
    ),
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
    *(
        Parameter(
            f"puppet.{part}_gain",
            1.0,
            f"How strongly the {what}.",
            0.0,
            2.0,
            "times",
            smoothing_ms=50,
        )
        for part, what in (
            ("mouth", "mouth follows"),
            ("brows", "brows follow"),
            ("eyes", "eyelids follow"),
            ("gaze", "gaze follows"),
            ("head", "head follows"),
        )
    ),
    Parameter(
        "puppet.smoothing",
        0.5,
        "Steadiness of the landmarks: 0 is raw, 1 is the calmest.",
    ),
    Parameter(
        "puppet.neutral", False, "Take the performer's neutral face again.", trigger=True
    ),
    Parameter(
        "generator.mix",
        1.0,
        "The painted picture over the incoming one: 0 shows the camera, 1 the painting.",
        smoothing_ms=50,
    ),
    Parameter(
        "generator.persistence_in",
        0.0,
        "How much of the last drawing is left in the next, 1/30 s later, before it is painted.",
        0.0,
        0.99,
        smoothing_ms=50,
    ),
    Parameter(
        "generator.persistence_out",
        0.0,
        "How much of the last painting is left in the next, 1/30 s later.",
        0.0,
        0.99,
        smoothing_ms=50,
    ),
    Parameter(
        "latent.encode",
        1.0,
        "How much the face in the camera decides; the rest drifts.",
        smoothing_ms=80,
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
            smoothing_ms=80,
        )
        for number in range(1, LATENTS + 1)
    ),
    Parameter("output.mirror", False, "Turn the picture that leaves livegan left for right."),
    Parameter("output.preview_mirror", False, "Turn only what the window shows left for right."),
    Parameter("output.freeze", False, "Hold the present picture."),
    Parameter("output.blackout", False, "Show black."),
    Parameter(
        "output.fade",
        0.0,
        "Fade to black: 0 is the whole picture, 1 is black.",
        smoothing_ms=50,
    ),
    Parameter("output.brightness", 1.0, "How bright the picture is.", 0.0, 2.0, "times",
              smoothing_ms=50),
    Parameter("output.hue", 0.0, "Turns all colours.", -180.0, 180.0, "degrees", smoothing_ms=50),
    Parameter(
        "output.delay",
        0.0,
        "Shows the picture so much later, to meet a sound that comes late; in whole frames.",
        0.0,
        500.0,
        "ms",
    ),
    Parameter(
        "output.view", "picture", "What the window shows.", choices=("picture", "side_by_side")
    ),
    *looks.ROWS,
    *midi_rows.ROWS,
    *rhythm.CLOCK,
)

_SYSTEM = (
    _measured("fps", 0.0, "Frames shown a second.", 1000.0, "frames/s"),
    _measured("latency", 0.0, "From capture to shown, the median of the last seconds.", 1e4, "ms"),
    _measured("latency_p95", 0.0, "The same, of which only one in twenty is longer.", 1e4, "ms"),
    _measured("dropped", 0.0, "Frames that were never shown.", 1e9, "frames"),
    _measured("face_found", False, "Whether a face is seen."),
    _measured("health", "", "ok, or which stages are in trouble, and why."),
    _measured("osc_received", 0.0, "OSC messages that came.", 1e12, "messages"),
    _measured("osc_refused", 0.0, "OSC messages that could not be played.", 1e12, "messages"),
)

TABLE: Mapping[str, Parameter] = {
    row.name: row for row in (*_ROWS, *rhythm.swings(_ROWS), *_SYSTEM)
}
"""Every parameter by its name, in the order in which people should read them."""


def find(name: str, guesses: Iterable[str] = TABLE) -> Parameter:
    """The parameter of that name.

    Args:
        name: what was typed or sent.
        guesses: what else may have been meant.

    Raises:
        ParameterError: there is none; the message names the nearest.
    """
    if name in TABLE:
        return TABLE[name]
    near = difflib.get_close_matches(name, list(guesses), n=1)
    hint = f"; did you mean {near[0]}?" if near else "; livegan parameters lists them"
    raise ParameterError(f"no parameter is called {name!r}{hint}")
