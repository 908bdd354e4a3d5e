"""What only an NVIDIA GPU can show: the pictures that it paints, and that a graph is captured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from shipped_drawings import shipped_drawings, shipped_generators

from livegan.compilation.gpu import find_gpu
from livegan.compilation.tensorrt_build import compile_engine, engine_request
from livegan.compilation.tensorrt_package import installed_version
from livegan.generators import Generator, load_generator
from livegan.generators.tensorrt import TensorRT, open_tensorrt
from livegan.generators.torch_cuda import TorchCuda
from livegan.model_card import read_card

pytestmark = pytest.mark.gpu

BACKENDS = ("tensorrt", "tensorrt-rtx", "torch")


@pytest.fixture(params=shipped_generators(), ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(request.param, tmp_path))


@pytest.fixture(params=BACKENDS)
def generator(request: pytest.FixtureRequest, path: Path) -> Iterator[Generator]:
    with closing(_open(request.param, path)) as generator:
        yield generator


def _open(backend: str, path: Path) -> Generator:
    if backend == "torch":
        if not torch.cuda.is_available():
            pytest.skip(f"PyTorch {torch.__version__} finds no GPU")
        return TorchCuda(path)
    if installed_version(backend) is None:
        pytest.skip(f"{backend} is not installed")
    gpu = find_gpu()
    if backend == "tensorrt-rtx" and gpu.compute_capability in ("9.0", "10.0"):
        pytest.skip(f"TensorRT for RTX does not compile for {gpu.name}")
    compile_engine(path, engine_request(backend, read_card(path).size, gpu))
    return open_tensorrt(path, backend)


def test_pictures_are_within_two_grey_levels_of_exact_ones(
    path: Path, generator: Generator
) -> None:
    exact = load_generator(path, device="CPU", precision="f32")
    for drawing in shipped_drawings(path, 4):
        wanted = exact.generate(drawing)
        assert np.abs(generator.generate(drawing).astype(np.int16) - wanted).max() <= 2


def test_nothing_stays_from_the_picture_before(path: Path, generator: Generator) -> None:
    one, other = shipped_drawings(path, 2)
    first = generator.generate(one)
    generator.generate(other)
    np.testing.assert_array_equal(generator.generate(one), first)


def test_a_graph_is_captured(generator: Generator) -> None:
    assert isinstance(generator, (TensorRT, TorchCuda))
    assert generator.has_graph
