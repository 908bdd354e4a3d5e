"""What a generator expects and where it comes from: its card, carried inside its own .onnx.

The card is JSON in the ONNX metadata under the key `livegan`, so that the file alone is enough:
the instrument learns from it which conditioner draws for this generator, with which settings,
and on whose face a performer's landmarks have to be carried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from livegan.errors import ModelError
from livegan.face_topology import COUNT, Landmarks
from livegan.onnx_file import NotOnnx, read_onnx_file
from livegan.parameters import Setting
from livegan.strict_json import Fields, number, parse, read_size, refuse

if TYPE_CHECKING:
    import onnx

METADATA_KEY = "livegan"
SCHEMA = 1


@dataclass(frozen=True)
class ConditionerCard:
    """The conditioner that drew what the generator was trained on.

    Args:
        kind: `face_mesh`, `canny`, `grayscale`, `plain`, `latent`.
        version: the conditioner's drawing version; another one draws otherwise.
        settings: parameter names (`face_mesh.line_width`) with the values of the drawings.
    """

    kind: str
    version: int
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {"kind": self.kind, "version": self.version, "settings": dict(self.settings)}

    @classmethod
    def from_dict(cls, data: object, where: str) -> ConditionerCard:
        """Read it back; `where` names the file and key in messages.

        Raises:
            ModelError: a key is missing, unknown or of the wrong type.
        """
        fields = Fields(data, where, ("kind", "version", "settings"))
        settings = {
            name: value if isinstance(value, (bool, str)) else number(value, f"{where}.{name}")
            for name, value in fields.mapping("settings").items()
        }
        return cls(fields.text("kind"), fields.integer("version"), settings)


@dataclass(frozen=True)
class PuppetLimits:
    """How far the puppet's head was moved in training; beyond that it never saw a drawing.

    Args:
        yaw_deg, pitch_deg, roll_deg: rotation to either side, in degrees.
        shift: of the head across the picture to either side, as a fraction of its size.
        scale: growth or shrinking of the head, as a fraction (0.15 is 85 % to 115 %).
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    shift: float
    scale: float

    @classmethod
    def from_dict(cls, data: object, where: str) -> PuppetLimits:
        """Read it back.

        Raises:
            ModelError: a key is missing, unknown or not a number of at least 0.
        """
        names = ("yaw_deg", "pitch_deg", "roll_deg", "shift", "scale")
        fields = Fields(data, where, names)
        limits = {name: fields.number(name) for name in names}
        for name, value in limits.items():
            if value < 0:
                refuse(f"{where}.{name}", value, "a number of at least 0")
        return cls(**limits)


@dataclass(frozen=True, eq=False)
class Puppet:
    """The face that a performer moves.

    Args:
        landmarks: (478, 3) float32, the face at rest, in pixels of the square crop at the size
            of the card.
        crop: x, y, side of that crop in the original portrait, in its pixels.
        limits: how far it was moved in training.
    """

    landmarks: Landmarks
    crop: tuple[float, float, float]
    limits: PuppetLimits

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON; landmarks to a thousandth of a pixel."""
        landmarks = [[round(float(value), 3) for value in point] for point in self.landmarks]
        return {
            "landmarks": landmarks,
            "crop": [float(value) for value in self.crop],
            "limits": asdict(self.limits),
        }

    @classmethod
    def from_dict(cls, data: object, where: str) -> Puppet:
        """Read it back.

        Raises:
            ModelError: a key is missing, unknown or of the wrong type or shape.
        """
        fields = Fields(data, where, ("landmarks", "crop", "limits"))
        limits = PuppetLimits.from_dict(fields["limits"], f"{where}.limits")
        x, y, side = fields.numbers("crop", (3,)).tolist()
        if side <= 0:
            refuse(f"{where}.crop", [x, y, side], "a side of more than 0")
        return cls(fields.numbers("landmarks", (COUNT, 3)).astype(np.float32), (x, y, side), limits)


@dataclass(frozen=True, eq=False)
class ModelCard:
    """All that a generator's file says about itself.

    Args:
        name: what people call it.
        size: height and width of drawing and picture in pixels.
        conditioner: what draws for it.
        puppet: the face that it paints, if it is a puppet.
        palette: the only colours of its drawings, as `#rrggbb` by their names; None where they
            may have any.
        training: how it came to be; plain JSON.
        metrics: how near it comes to pairs that it was not trained on.
        licence, credit: of the generator, for people.
        schema: version of this card's form.
    """

    name: str
    size: tuple[int, int]
    conditioner: ConditionerCard
    puppet: Puppet | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""
    credit: str = ""
    palette: Mapping[str, str] | None = None
    schema: int = SCHEMA

    def to_json(self) -> str:
        """The card as one line of JSON.

        Raises:
            ModelError: it holds a number that is not finite, or something that JSON can't say.
        """
        data = {
            "schema": self.schema,
            "name": self.name,
            "size": list(self.size),
            "conditioner": self.conditioner.to_dict(),
            "puppet": self.puppet and self.puppet.to_dict(),
            "training": dict(self.training),
            "metrics": dict(self.metrics),
            "licence": self.licence,
            "credit": self.credit,
        }
        if self.palette is not None:
            data["palette"] = dict(self.palette)
        try:
            return json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise ModelError(f"card of '{self.name}' can't be written: {error}") from error

    @classmethod
    def from_json(cls, text: str, where: str = "card") -> ModelCard:
        """Read a card; `where` names its file in messages.

        Raises:
            ModelError: not JSON, another schema, or a key that is missing, unknown or wrong.
        """
        data = parse(text, where)
        schema = data.get("schema") if isinstance(data, dict) else None
        if type(schema) is not int or schema != SCHEMA:
            refuse(f"{where}: schema", schema, f"{SCHEMA}; the file is for another livegan")
        names = ("schema", "name", "size", "conditioner", "puppet", "training", "metrics",
                 "licence", "credit", "palette")
        # Cards of drawings in any colour leave it out.
        fields = Fields({"palette": None, **data}, f"{where}:", names)
        puppet = fields["puppet"]
        metrics = fields.mapping("metrics")
        return cls(
            name=fields.text("name"),
            size=read_size(fields["size"], f"{where}: size"),
            conditioner=ConditionerCard.from_dict(fields["conditioner"], f"{where}: conditioner"),
            puppet=None if puppet is None else Puppet.from_dict(puppet, f"{where}: puppet"),
            training=fields.mapping("training"),
            metrics={key: number(metrics[key], f"{where}: metrics.{key}") for key in metrics},
            licence=fields.text("licence"),
            credit=fields.text("credit"),
            palette=palette_field(fields),
        )


def palette_field(fields: Fields) -> dict[str, str] | None:
    """The field `palette`: `#rrggbb` by name, or None.

    Raises:
        ModelError: it is neither.
    """
    if fields["palette"] is None:
        return None
    palette = fields.mapping("palette")
    for name, colour in palette.items():
        if not isinstance(colour, str) or not re.fullmatch("#[0-9a-f]{6}", colour):
            refuse(f"{fields.where('palette')}.{name}", colour, "a colour such as #0d3dfb")
    return palette


def read_card(path: str | Path) -> ModelCard:
    """The card inside a generator's file, without building the network.

    Raises:
        ModelError: no such file, not an ONNX, weights outside of the file, no card, a bad card.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"no generator at {path}")
    known = path.stat()
    return _read_card(path, known.st_mtime_ns, known.st_size)


@lru_cache(8)  # of one file three ask
def _read_card(path: Path, _modified_ns: int, _size: int) -> ModelCard:
    try:
        file = read_onnx_file(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except NotOnnx as error:
        raise _not_whole(path, str(error)) from error
    if not file.has_network:
        raise _not_whole(path, "it holds no network")
    # A file from elsewhere must not decide which other files are read.
    if not file.is_whole:
        raise ModelError(f"{path} keeps weights in other files; wanted one file that holds all")
    if METADATA_KEY not in file.metadata:
        raise ModelError(
            f"{path} has no livegan card; export it with: python tools/export.py RUN --name NAME"
        )
    return ModelCard.from_json(file.metadata[METADATA_KEY], str(path))


def write_card(model: onnx.ModelProto, card: ModelCard) -> None:
    """Put the card into the network's metadata, in place of one that lay there.

    Raises:
        ModelError: the card holds what JSON can't say.
    """
    text = card.to_json()
    kept = [entry for entry in model.metadata_props if entry.key != METADATA_KEY]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    entry = model.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, text


def _not_whole(path: Path, why: str) -> ModelError:
    return ModelError(
        f"{path} is not an ONNX file ({why}); if it should be one, it was cut off on its way here:"
        " fetch it again"
    )
