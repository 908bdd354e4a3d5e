"""The card travels inside the generator's file, and a wrong one says what is wrong with it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from tiny_onnx import write_generator

from livegan.errors import ModelError
from livegan.model_card import (
    ConditionerCard,
    ModelCard,
    Puppet,
    PuppetLimits,
    read_card,
    write_card,
)


@pytest.fixture
def card() -> ModelCard:
    landmarks = np.random.default_rng(1).uniform(-20, 256, (478, 3)).astype(np.float32)
    return ModelCard(
        name="mona-lisa",
        size=(256, 192),
        conditioner=ConditionerCard(
            "face_mesh", 3, {"face_mesh.lips": True, "face_mesh.line_width": 2.5, "canny.x": "no"}
        ),
        puppet=Puppet(landmarks, (12.5, -3.0, 400.0), PuppetLimits(30.0, 20.0, 15.0, 0.1, 0.15)),
        training={"steps": 1200, "network": {"width": 48}},
        metrics={"l1": 4.25},
        licence="CC0",
        credit="Leonardo da Vinci, 1503 · photograph: Musée du Louvre",
    )


def changed(card: ModelCard, *path: str, value: object) -> str:
    """The card's JSON with one value replaced, or removed where it is `...`."""
    data: Any = json.loads(card.to_json())
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(data)


def test_a_card_comes_back_as_it_was(card: ModelCard) -> None:
    back = ModelCard.from_json(card.to_json())
    assert back.puppet is not None and card.puppet is not None
    assert back.puppet.landmarks.dtype == np.float32
    np.testing.assert_allclose(back.puppet.landmarks, card.puppet.landmarks, atol=5e-4)
    assert back.puppet.crop == card.puppet.crop
    assert back.puppet.limits == card.puppet.limits
    assert dataclasses.replace(back, puppet=None).to_json() == dataclasses.replace(
        card, puppet=None
    ).to_json()
    assert back.conditioner == card.conditioner
    assert back.credit == card.credit


def test_a_card_without_a_puppet(card: ModelCard) -> None:
    edges = dataclasses.replace(card, puppet=None)
    assert ModelCard.from_json(edges.to_json()).puppet is None


def test_a_card_of_label_maps_has_their_colours(card: ModelCard) -> None:
    palette = {"wall": "#0d3dfb", "door": "#a50000"}
    labels = dataclasses.replace(card, palette=palette)
    assert ModelCard.from_json(labels.to_json()).palette == palette
    assert ModelCard.from_json(card.to_json()).palette is None


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("schema",), 2, "schema is 2, wanted 1"),
        (("schema",), True, "schema is True, wanted 1"),
        (("schema",), ..., "schema is None, wanted 1"),
        (("name",), 7, "name is 7, wanted a text"),
        (("name",), ..., "name is missing"),
        (("colour",), "red", "colour is unknown"),
        (("size",), [256], r"size is \[256\], wanted \[height, width\]"),
        (("size",), [256, 0], "size is"),
        (("size",), [256.0, 256], "size is"),
        (("conditioner",), None, "conditioner is None, wanted an object"),
        (("conditioner", "version"), "3", "conditioner.version is '3', wanted a whole number"),
        (("conditioner", "version"), True, "conditioner.version is True"),
        (
            ("conditioner", "settings", "face_mesh.line_width"),
            [2],
            r"conditioner\.face_mesh\.line_width is \[2\], wanted a finite number",
        ),
        (("puppet", "landmarks"), [[1, 2, 3]] * 468, r"puppet.landmarks is .*\(468, 3\)"),
        (("puppet", "landmarks"), [[1, 2], [3]], "puppet.landmarks is ragged"),
        (("puppet", "landmarks"), [["a", "b", "c"]] * 478, "puppet.landmarks is"),
        (("puppet", "crop"), [0, 0, 0], "puppet.crop is .* wanted a side of more than 0"),
        (("puppet", "limits", "yaw_deg"), -1, "puppet.limits.yaw_deg is -1.0"),
        (("puppet", "limits", "scale"), ..., "puppet.limits.scale is missing"),
        (("metrics",), {"l1": "good"}, "metrics.l1 is 'good', wanted a finite number"),
        (("palette",), ["#0d3dfb"], "palette is .* wanted an object"),
        (("palette",), {"wall": "blue"}, "palette.wall is 'blue', wanted a colour such as #0d3dfb"),
        (("training",), [], r"training is \[\], wanted an object"),
    ],
)
def test_a_wrong_card_names_the_key(
    card: ModelCard, path: tuple[str, ...], value: object, told: str
) -> None:
    with pytest.raises(ModelError, match=told) as caught:
        ModelCard.from_json(changed(card, *path, value=value), "x.onnx")
    assert str(caught.value).startswith("x.onnx: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(card: ModelCard, constant: str) -> None:
    with pytest.raises(ModelError):
        ModelCard.from_json(card.to_json().replace("4.25", constant))
    with pytest.raises(ModelError):
        ModelCard.from_json(card.to_json().replace("400.0", constant))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        ModelCard.from_json(text)


def test_a_card_that_json_cannot_say_is_not_written(card: ModelCard) -> None:
    with pytest.raises(ModelError, match="mona-lisa"):
        dataclasses.replace(card, metrics={"l1": float("nan")}).to_json()


def test_the_file_carries_its_card(tmp_path: Path, card: ModelCard) -> None:
    path = write_generator(tmp_path / "a.onnx")
    model = onnx.load(path)
    write_card(model, card)
    write_card(model, card)
    onnx.save(model, path)
    assert read_card(path).to_json() == ModelCard.from_json(card.to_json()).to_json()
    assert [entry.key for entry in model.metadata_props] == ["livegan"]


def test_a_file_without_a_card_says_how_to_get_one(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "a.onnx", card=False)
    with pytest.raises(ModelError, match="has no livegan card; export it with: python tools/exp"):
        read_card(path)


def test_what_is_no_onnx_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no generator at"):
        read_card(tmp_path / "missing.onnx")
    with pytest.raises(ModelError, match="no generator at"):
        read_card(tmp_path)
    for name, content in (("text", b"not a network\n"), ("empty", b""), ("zeros", bytes(100))):
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(content)
        with pytest.raises(ModelError, match="is not an ONNX file"):
            read_card(path)


def test_a_part_of_a_generator_is_told_to_be_cut_off(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "cut.onnx")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match=r"cut\.onnx is not an ONNX file.*cut off.*fetch it again"):
        read_card(path)


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "a.onnx")
    model = onnx.load(path)
    weight = model.graph.initializer[0]
    weight.ClearField("int32_data")
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../secret.bin")
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="keeps weights in other files"):
        read_card(path)
