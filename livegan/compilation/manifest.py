"""Which engine is wanted, and what an engine says about itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from livegan.errors import ModelError
from livegan.strict_json import Fields, number, parse, read_size, refuse

SCHEMA = 1
KEY_DIGITS = 12


@dataclass(frozen=True)
class EngineRequest:
    """Which engine is wanted.

    Args:
        target: "openvino", "tensorrt" or "tensorrt-rtx".
        precision: "f32", "f16", "int8".
        size: height and width in pixels.
        versions: of the packages that compile, by name; empty where any may run the engine.
        hardware: what it is compiled for: `gpu`, `compute_capability`, `driver`; empty where it
            runs anywhere.
    """

    target: str
    precision: str
    size: tuple[int, int]
    versions: Mapping[str, str] = field(default_factory=dict)
    hardware: Mapping[str, str] = field(default_factory=dict)

    def key(self, source_sha256: str) -> str:
        """Twelve hexadecimal digits that stand for this request and the generator's bytes."""
        whole = {"schema": SCHEMA, "source_sha256": source_sha256, **self.to_dict()}
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:KEY_DIGITS]

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {
            "target": self.target,
            "precision": self.precision,
            "size": list(self.size),
            "versions": dict(self.versions),
            "hardware": dict(self.hardware),
        }

    @classmethod
    def from_dict(cls, data: object, where: str) -> EngineRequest:
        """Read it back; `where` names the file and key in messages.

        Raises:
            ModelError: a key is missing, unknown or of the wrong type.
        """
        fields = Fields(data, where, ("target", "precision", "size", "versions", "hardware"))
        return cls(
            target=fields.text("target"),
            precision=fields.text("precision"),
            size=read_size(fields["size"], fields.where("size")),
            versions=_texts(fields, "versions"),
            hardware=_texts(fields, "hardware"),
        )


@dataclass(frozen=True)
class Manifest:
    """What an engine says about itself.

    Args:
        source: the generator's name.
        source_sha256: of the generator's file.
        request: what it was compiled for.
        seconds: how long that took.
        engine_bytes, engine_sha256: of the engine's file.
        metrics: what was measured as it was made, such as how near it paints to its source.
    """

    source: str
    source_sha256: str
    request: EngineRequest
    seconds: float
    engine_bytes: int
    engine_sha256: str
    metrics: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """The manifest as JSON.

        Raises:
            ModelError: it holds a number that is not finite.
        """
        data = {
            "schema": SCHEMA,
            "source": self.source,
            "source_sha256": self.source_sha256,
            "request": self.request.to_dict(),
            "seconds": self.seconds,
            "engine_bytes": self.engine_bytes,
            "engine_sha256": self.engine_sha256,
            "metrics": dict(self.metrics),
        }
        try:
            return json.dumps(data, allow_nan=False, ensure_ascii=False, indent=1) + "\n"
        except ValueError as error:
            raise ModelError(f"manifest of '{self.source}' can't be written: {error}") from error

    @classmethod
    def from_json(cls, text: str, where: str) -> Manifest:
        """Read a manifest; `where` names its file in messages.

        Raises:
            ModelError: not JSON, another schema, or a key that is missing, unknown or wrong.
        """
        data = parse(text, where)
        schema = data.get("schema") if isinstance(data, dict) else None
        if type(schema) is not int or schema != SCHEMA:
            refuse(f"{where}: schema", schema, f"{SCHEMA}; it is from another livegan")
        names = ("schema", "source", "source_sha256", "request", "seconds", "engine_bytes",
                 "engine_sha256", "metrics")
        fields = Fields(data, f"{where}:", names)
        metrics = fields.mapping("metrics")
        return cls(
            source=fields.text("source"),
            source_sha256=fields.text("source_sha256"),
            request=EngineRequest.from_dict(fields["request"], fields.where("request")),
            seconds=fields.number("seconds"),
            engine_bytes=fields.integer("engine_bytes"),
            engine_sha256=fields.text("engine_sha256"),
            metrics={
                key: number(metrics[key], f"{fields.where('metrics')}.{key}") for key in metrics
            },
        )


def _texts(fields: Fields, name: str) -> dict[str, str]:
    texts = fields.mapping(name)
    for key, value in texts.items():
        if not isinstance(value, str):
            refuse(f"{fields.where(name)}.{key}", value, "a text")
    return texts
