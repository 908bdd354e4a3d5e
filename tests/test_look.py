"""A preset made ready to play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeConditioner, FakeGenerator
from tiny_onnx import write_generator

from livegan.conditioners.performer import Performer
from livegan.errors import ModelError
from livegan.frames import Frame, Image
from livegan.look import looks_of_a_show, open_look
from livegan.model_card import Puppet, PuppetLimits
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


@pytest.mark.parametrize(
    ("size", "training", "shown"),
    [
        ((48, 96), {}, (48, 96)),
        ((96, 48), {"aspect_ratio": 0.5}, (96, 48)),
        ((64, 64), {"aspect_ratio": 1.5}, (64, 96)),
        ((64, 64), {"aspect_ratio": 0.5}, (128, 64)),
        ((32, 96), {"aspect_ratio": 2.25}, (43, 96)),
    ],
)
def test_a_look_has_the_shape_in_which_it_should_be_seen(
    tmp_path: Path, size: tuple[int, int], training: dict[str, float], shown: tuple[int, int]
) -> None:
    path = write_generator(tmp_path / "reverse.onnx", kind="plain", size=size, training=training)
    look = open_look(Preset("mine", str(path)))
    assert look.generator.size == shown
    camera = np.zeros((240, 320, 3), np.uint8)
    across, down = np.arange(320) + 0.5, np.arange(240)[:, None] + 0.5
    camera[np.hypot(across - 160, down - 120) < 40] = 255
    values = LiveValues(look.values).snapshot()
    painted = look.generator.generate(
        look.conditioner.condition(Frame(camera, 0, 0.0), values).image
    )
    disc = painted[..., 0] < 128
    assert painted.shape == (*shown, 3) and painted.flags.c_contiguous
    wide = 80 * max(shown[0] / 240, shown[1] / 320)
    # Painted in another shape, and round all the same.
    assert (disc.any(axis=0).sum(), disc.any(axis=1).sum()) == pytest.approx((wide, wide), abs=3)
    look.close()


def test_a_puppet_of_another_shape_is_refused_in_one_line(tmp_path: Path) -> None:
    puppet = Puppet(np.zeros((478, 3), np.float32), (0, 0, 64), PuppetLimits(1, 1, 1, 0, 0))
    path = write_generator(
        tmp_path / "reverse.onnx", kind="face_mesh", size=(64, 128), puppet=puppet,
        training={"aspect_ratio": 1.0},
    )
    with pytest.raises(ModelError, match="128 x 64 pixels.*puppet's face only in a square"):
        open_look(Preset("mine", str(path)))


@pytest.mark.parametrize("ratio", [0, -1.5, 1000.0, "wide", True])
def test_a_shape_that_cannot_be_is_refused(tmp_path: Path, ratio: object) -> None:
    path = write_generator(tmp_path / "reverse.onnx", training={"aspect_ratio": ratio})
    with pytest.raises(ModelError, match="aspect_ratio is .*wanted a number"):
        open_look(Preset("mine", str(path)))


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


def test_the_looks_of_a_show_know_one_performer(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Performer] = []

    class Counted(Performer):
        def __init__(self) -> None:
            super().__init__()
            opened.append(self)

    monkeypatch.setattr("livegan.conditioners.performer.Performer", Counted)
    open_one = looks_of_a_show()
    assert not opened, "nothing is loaded before the first look"
    looks = [open_one(read_preset(name)) for name in ("mesh", "mona-lisa", "edges")]
    for look in looks:
        look.close()
    assert len(opened) == 1


def test_a_look_that_comes_back_in_a_show_is_not_loaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from livegan import generators

    load, loaded = generators.load_generator, []

    def counted(path: Path, **options: Any) -> generators.Generator:
        loaded.append(path)
        return load(path, **options)

    monkeypatch.setattr(generators, "load_generator", counted)
    painter = write_generator(tmp_path / "reverse.onnx", kind="plain")
    open_one = looks_of_a_show()
    for name in ("one", "two", "one"):
        look = open_one(Preset(name, str(painter)))
        assert look.generator.generate(np.zeros((64, 64, 3), np.uint8)).min() == 255
        look.close()
    assert loaded == [painter]


def test_of_a_look_that_cannot_paint_nothing_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from livegan import conditioners, generators

    def fail(image: Image) -> Image:
        raise RuntimeError("out of memory")

    generator, conditioner = FakeGenerator(fail), FakeConditioner()
    generator.size = (64, 64)
    monkeypatch.setattr(generators, "load_generator", lambda path, **options: generator)
    monkeypatch.setattr(conditioners, "open_conditioner", lambda *wanted: conditioner)
    with pytest.raises(RuntimeError, match="out of memory"):
        open_look(Preset("mine", str(write_generator(tmp_path / "reverse.onnx", kind="plain"))))
    assert generator.closed == conditioner.closed == 1
