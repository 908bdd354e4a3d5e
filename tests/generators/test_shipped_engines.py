"""What ships in eight bits belongs to what ships, and paints as it does."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from livegan.compilation import list_engines, require_engine
from livegan.compilation.openvino_int8 import int8_request
from livegan.generators import load_generator
from livegan.look import open_look
from livegan.model_card import read_card
from livegan.parameters import LiveValues
from livegan.presets import Preset
from livegan.shipped import shipped
from livegan.sources.opening import bundled_clip, open_source

NAMES = ("mona-lisa", "mona-lisa-edges", "pearl")
MOST_BYTES = 16_000_000
EVERY, PICTURES = 12, 6


@pytest.fixture(params=NAMES)
def generator(request: pytest.FixtureRequest) -> Path:
    return shipped("engines") / f"{request.param}.onnx"


def test_the_engine_is_of_this_generator_and_passed_the_gate(generator: Path) -> None:
    engine = require_engine(generator, int8_request(read_card(generator).size))
    metrics = engine.manifest.metrics
    assert metrics["ms_ssim_fall"] < 0.005
    assert metrics["mean_levels"] < 3
    assert metrics["flicker"] - metrics["exact_flicker"] < 0.25
    assert generator.stat().st_size + engine.manifest.engine_bytes < MOST_BYTES


def test_no_engine_of_an_older_generator_ships(generator: Path) -> None:
    for listed in list_engines(generator):
        if listed.path.parent == generator.parent:
            assert listed.fault == "", listed.path


def test_it_paints_what_the_exact_one_paints(generator: Path) -> None:
    exact = load_generator(generator, precision="f32")
    short = load_generator(generator, precision="int8")
    with closing(open_look(Preset("mine", str(generator)))) as look, closing(
        open_source(str(bundled_clip()), live=False)
    ) as clip:
        values = LiveValues(look.values).snapshot()
        for index in range(EVERY * PICTURES):
            drawing = look.conditioner.condition(clip.read(), values).image
            if index % EVERY == EVERY - 1:
                wanted, painted = exact.generate(drawing), short.generate(drawing)
                assert np.abs(wanted.astype(np.int16) - painted).mean() < 4
                assert wanted.std() > 10, "there is something in the picture"
