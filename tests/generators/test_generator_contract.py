"""Every generator keeps the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fake_gpu import FakeCudaRuntime, FakeTensorRT
from tiny_onnx import write_generator

from livegan.compilation import EngineRequest, store_engine
from livegan.errors import ModelError
from livegan.frames import Image
from livegan.generators import Generator, Identity, load_generator
from livegan.generators.isolated import Isolated
from livegan.generators.stretched import Stretched
from livegan.generators.tensorrt import TensorRT
from livegan.generators.torch_cuda import TorchCuda

SIZE = 64


@pytest.fixture(params=["identity", "openvino", "stretched", "isolated", "tensorrt", "torch"])
def generator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Generator]:
    generator = open_generator(request.param, tmp_path)
    yield generator
    generator.close()


def open_generator(kind: str, folder: Path) -> Generator:
    """A generator of that kind."""
    if kind == "identity":
        return Identity((SIZE, SIZE))
    if kind == "stretched":
        return Stretched(Identity((32, 48)), (SIZE, SIZE))
    if kind == "isolated":
        return Isolated(partial(Identity, (SIZE, SIZE)))
    path = write_generator(folder / "reverse.onnx", size=SIZE)
    if kind == "torch":
        return TorchCuda(path, "cpu")
    if kind == "tensorrt":
        hardware = {"compute_capability": "8.9"}
        request = EngineRequest("tensorrt", "f16", (SIZE, SIZE), {"tensorrt": "11.4"}, hardware)
        cuda = FakeCudaRuntime()
        package = FakeTensorRT(cuda, (1, SIZE, SIZE, 3))
        engine = store_engine(path, request, b"an engine", 1.0)
        return TensorRT(engine, package=package, runtime=cuda)
    return load_generator(path)


def drawing(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)


def test_a_picture_has_the_form_of_a_drawing(generator: Generator) -> None:
    picture = generator.generate(drawing(0))
    assert generator.size == (SIZE, SIZE)
    assert picture.shape == (SIZE, SIZE, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous and picture.flags.writeable


def test_the_same_drawing_gives_the_same_picture(generator: Generator) -> None:
    first = generator.generate(drawing(0))
    generator.generate(drawing(1))
    np.testing.assert_array_equal(generator.generate(drawing(0)), first)


def test_a_picture_belongs_to_who_asked_for_it(generator: Generator) -> None:
    first = generator.generate(drawing(0))
    kept = first.copy()
    second = generator.generate(drawing(1))
    np.testing.assert_array_equal(first, kept)
    second[:] = 7
    np.testing.assert_array_equal(generator.generate(drawing(0)), kept)


def test_the_drawing_is_left_alone(generator: Generator) -> None:
    given = drawing(0)
    given.flags.writeable = False
    picture = generator.generate(given)
    np.testing.assert_array_equal(given, drawing(0))
    assert not np.shares_memory(picture, given)


def test_a_drawing_need_not_lie_in_one_piece(generator: Generator) -> None:
    wide = np.repeat(drawing(0), 2, axis=1)
    np.testing.assert_array_equal(
        generator.generate(wide[:, ::2]), generator.generate(drawing(0))
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (np.zeros((SIZE, SIZE + 1, 3), np.uint8), r"uint8 \(64, 65, 3\).*uint8 \(64, 64, 3\)"),
        (np.zeros((SIZE, SIZE), np.uint8), r"uint8 \(64, 64\).*uint8 \(64, 64, 3\)"),
        (np.zeros((SIZE, SIZE, 3), np.float32), r"float32 \(64, 64, 3\).*uint8 \(64, 64, 3\)"),
    ],
)
def test_another_drawing_is_refused_by_name(
    generator: Generator, wrong: Image, told: str
) -> None:
    with pytest.raises(ModelError, match=told):
        generator.generate(wrong)
    assert generator.generate(drawing(0)).shape == (SIZE, SIZE, 3)


def test_the_description_names_backend_device_and_precision(generator: Generator) -> None:
    assert len(generator.description.split()) == 3


def test_closing_twice_is_fine(generator: Generator) -> None:
    generator.close()
    generator.close()
