"""What a dataset of pairs says about itself: its dataset.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livegan.errors import UsageError
from livegan.model_card import ConditionerCard, Puppet, palette_field
from livegan.strict_json import Fields, parse, read_size, refuse

SPLITS = ("train", "val")
SCHEMA = 1
LAYOUT = "AB: drawing left, picture right"

_LATER: Mapping[str, Any] = {"masks": False, "palette": None, "made": {}}
"""What datasets that were made before these fields came are taken to say."""


@dataclass(frozen=True)
class DatasetCard:
    """What dataset.json says.

    Args:
        name: what people call it.
        size: height and width of drawing and picture in pixels.
        conditioner: what drew it, with which settings.
        puppet: the face in the pictures, if it is a puppet.
        licence, credit: of the pictures, for people.
        source: what it was made from, in words.
        counts: pairs in `train` and `val`.
        masks: whether each pair has a mask of what was painted over.
        palette: the only colours of the drawings, as `#rrggbb` by their names; None where
            drawings may have any.
        made: the command that made it, so that it can tell whether it is asked for the same.
    """

    name: str
    size: tuple[int, int]
    conditioner: ConditionerCard
    puppet: Puppet | None
    licence: str
    credit: str
    source: str
    counts: dict[str, int]
    masks: bool = False
    palette: Mapping[str, str] | None = None
    made: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "size": list(self.size),
            "layout": LAYOUT,
            "conditioner": self.conditioner.to_dict(),
            "puppet": self.puppet and self.puppet.to_dict(),
            "licence": self.licence,
            "credit": self.credit,
            "source": self.source,
            "counts": self.counts,
            "masks": self.masks,
            "palette": None if self.palette is None else dict(self.palette),
            "made": dict(self.made),
        }

    @classmethod
    def read(cls, path: Path) -> DatasetCard:
        """Read a dataset.json.

        Raises:
            UsageError: it is missing, or not as it should be.
        """
        try:
            data = parse(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            folder = path.parent
            if not folder.is_dir():
                raise UsageError(f"there is no dataset {folder}: no such folder") from error
            made = "python tools/dataset.py --help says what makes one"
            raise UsageError(f"{folder} is not a dataset: no dataset.json in it; {made}") from error
        if isinstance(data, dict):
            if data.get("schema") != SCHEMA:
                refuse(f"{path}: schema", data.get("schema"), str(SCHEMA))
            data = {**_LATER, **data}
        names = ("schema", "name", "size", "layout", "conditioner", "puppet", "licence", "credit",
                 "source", "counts", *_LATER)
        fields = Fields(data, f"{path}:", names)
        if fields["layout"] != LAYOUT:
            refuse(fields.where("layout"), fields["layout"], repr(LAYOUT))
        if type(fields["masks"]) is not bool:
            refuse(fields.where("masks"), fields["masks"], "true or false")
        counts = Fields(fields["counts"], fields.where("counts"), SPLITS)
        puppet = fields["puppet"]
        return cls(
            name=fields.text("name"),
            size=read_size(fields["size"], fields.where("size")),
            conditioner=ConditionerCard.from_dict(
                fields["conditioner"], fields.where("conditioner")
            ),
            puppet=None if puppet is None else Puppet.from_dict(puppet, fields.where("puppet")),
            licence=fields.text("licence"),
            credit=fields.text("credit"),
            source=fields.text("source"),
            counts={split: counts.integer(split) for split in SPLITS},
            masks=fields["masks"],
            palette=palette_field(fields),
            made=fields.mapping("made"),
        )
