"""One generator on several backends."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
from fakes import SIZE, FakeGenerator, picture
from tiny_onnx import write_generator

from livegan.benchmarks.side_by_side import (
    Measured,
    Opening,
    Refused,
    drawings_of,
    measure_all,
    opening_of,
)
from livegan.errors import ModelError
from livegan.presets import Preset
from livegan.sources.opening import bundled_clip


def opening(**generators: FakeGenerator) -> Opening:
    """Opens what is named for a precision."""

    def open_generator(device: str, precision: str) -> FakeGenerator:
        if precision not in generators:
            raise ModelError(f"no {precision} here; run: python tools/compile.py")
        generators[precision].description = f"fake {device} {precision}"
        return generators[precision]

    return open_generator


def test_pictures_are_held_against_the_exact_ones() -> None:
    exact = FakeGenerator()
    rough = FakeGenerator(lambda image: np.where(np.arange(SIZE)[:, None] < 1, image + 4, image))
    results = measure_all(
        opening(f32=exact, f16=rough),
        [picture(10), picture(20)],
        seconds=0.01,
        backends=[("CPU", "f32"), ("CPU", "int8"), ("CPU", "f16")],
    )
    first, second, third = results
    assert isinstance(first, Measured) and (first.off_mean, first.off_most) == (0, 0)
    assert isinstance(second, Measured) and second.description == "fake CPU f16"
    assert second.off_mean == pytest.approx(4 / SIZE) and second.off_most == 4
    assert 0 < second.took.p50_ms <= second.took.p95_ms <= second.took.p99_ms
    assert isinstance(third, Refused)
    assert "CPU int8" in third.line() and "run: python tools/compile.py" in third.line()
    assert exact.closed == rough.closed == 1
    figures = cast(Any, [one.report() for one in results])
    assert figures[1]["off_by_levels"] == {"mean": 0.5, "max": 4}
    assert figures[2]["asked"] == "CPU int8"


def test_a_precision_that_is_not_granted_is_not_measured_under_its_name() -> None:
    granted = FakeGenerator()

    def open_generator(device: str, precision: str) -> FakeGenerator:
        return granted

    backends = [("CPU", "auto"), ("CPU", "bf16")]
    granted.description = "fake CPU f32"
    _, refused = measure_all(open_generator, [picture(1)], seconds=0.01, backends=backends)
    assert isinstance(refused, Refused) and "fake CPU f32 instead" in refused.reason


def test_drawings_come_from_the_clip_as_the_look_sees_it(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", kind="canny")
    preset = Preset("mine", str(path))
    drawings = drawings_of(preset, {}, str(bundled_clip()))
    assert {drawing.shape for drawing in drawings} == {(64, 64, 3)}
    assert len({drawing.tobytes() for drawing in drawings}) == len(drawings) > 10
    generator = opening_of(preset)("CPU", "f32")
    np.testing.assert_array_equal(generator.generate(drawings[0]), 255 - drawings[0])


def test_of_a_short_clip_all_there_is_is_drawn(tmp_path: Path) -> None:
    path = write_generator(tmp_path / "reverse.onnx", kind="canny")
    photo = tmp_path / "photo.png"
    assert cv2.imwrite(str(photo), np.full((48, 64, 3), 9, np.uint8))
    assert len(drawings_of(Preset("mine", str(path)), {}, str(photo))) == 1
