"""A preset made ready to play."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_onnx import write_generator

from livegan.errors import ModelError
from livegan.frames import Frame
from livegan.look import open_look
from livegan.parameters import LiveValues
from livegan.presets import Preset, read_preset


def test_a_look_conditions_and_paints(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", kind="plain")
    look = open_look(Preset("mine", str(path)))
    camera = np.full((48, 64, 3), 40, np.uint8)
    values = LiveValues(look.values).snapshot()
    drawn = look.conditioner.condition(Frame(camera, 0, 0.0), values)
    assert np.array_equal(look.generator.generate(drawn.image), np.full((64, 64, 3), 215))
    look.close()
    look.close()


def test_the_card_sets_what_the_preset_leaves_open(tmp_path: Path) -> None:
    trained = {"canny.blur": 3.0, "canny.low": 10.0}
    path = write_generator(tmp_path / "reverse.onnx", settings=trained)
    look = open_look(Preset("mine", str(path), values={"canny.low": 20.0}))
    assert look.values == {"canny.blur": 3.0, "canny.low": 20.0}
    look.close()


@pytest.mark.parametrize("settings", [{"canny.glow": 1.0}, {"canny.blur": "wide"}])
def test_a_card_with_settings_of_another_livegan_is_refused(
    tmp_path: Path, settings: dict[str, float | str]
) -> None:
    path = write_generator(tmp_path / "reverse.onnx", settings=settings)
    with pytest.raises(ModelError, match=r"reverse\.onnx.*canny\."):
        open_look(Preset("mine", str(path)))


def test_an_identity_look_shows_its_drawing() -> None:
    look = open_look(read_preset("edges"))
    drawing = np.arange(512 * 512 * 3, dtype=np.uint32).astype(np.uint8).reshape(512, 512, 3)
    assert np.array_equal(look.generator.generate(drawing), drawing)
    assert look.conditioner.kind == "canny"
    look.close()
