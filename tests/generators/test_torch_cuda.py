"""What PyTorch is asked for on a GPU, and what becomes of its failures; CUDA is substituted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_onnx import write_generator

from livegan.errors import GeneratorLost
from livegan.frames import Image
from livegan.generators.torch_cuda import TorchCuda
from livegan.generators.torch_graph import TorchGraph


class FakeCuda:
    """`torch.cuda` on the CPU: a log of what is asked of it, and failures where they are wanted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.fails: set[str] = set()
        plain_zeros = torch.zeros
        forward = TorchGraph.forward

        def zeros(shape: Any, *, dtype: torch.dtype, **_: object) -> torch.Tensor:
            return plain_zeros(shape, dtype=dtype)

        def logged(network: TorchGraph, drawing: torch.Tensor) -> torch.Tensor:
            self.log.append("network")
            self.network, self.drawing = network, drawing
            return forward(network, drawing)

        for name in ("stream", "graph", "synchronize", "Stream", "CUDAGraph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 9))
        monkeypatch.setattr(torch, "zeros", zeros)
        monkeypatch.setattr(TorchGraph, "to", lambda network, device: network)
        monkeypatch.setattr(TorchGraph, "forward", logged)

    def synchronize(self) -> None:
        if "synchronize" in self.fails:
            raise RuntimeError("CUDA error: an illegal memory access was encountered\nCompile with")
        self.log.append("synchronize")

    @contextmanager
    def stream(self, stream: object) -> Iterator[None]:
        yield

    @contextmanager
    def graph(self, graph: object, *, stream: object, capture_error_mode: str) -> Iterator[None]:
        self.log.append("capture")
        yield
        if "capture" in self.fails:
            raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nx")

    def Stream(self) -> FakeCuda:
        return self

    def CUDAGraph(self) -> FakeCuda:
        return self

    def replay(self) -> None:
        self.log.append("replay")


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> FakeCuda:
    return FakeCuda(monkeypatch)


def _drawing() -> Image:
    return np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def test_it_is_warm_then_captured_and_a_picture_is_one_replay(
    tmp_path: Path, cuda: FakeCuda
) -> None:
    generator = TorchCuda(write_generator(tmp_path / "reverse.onnx"))
    assert cuda.log == ["synchronize", *["network"] * 3, "synchronize", "capture", "network"]
    assert generator.description == "torch sm_89 f16" and generator.has_graph
    cuda.log.clear()
    generator.generate(_drawing())
    assert cuda.log == ["replay", "synchronize"]
    # The graph reads the drawing where it lay as it was captured.
    np.testing.assert_array_equal(cuda.drawing[0].numpy(), _drawing())


def test_without_a_graph_it_paints_all_the_same_and_says_so(
    tmp_path: Path, cuda: FakeCuda, caplog: pytest.LogCaptureFixture
) -> None:
    cuda.fails.add("capture")
    with caplog.at_level(logging.WARNING, "livegan"):
        generator = TorchCuda(write_generator(tmp_path / "reverse.onnx"))
    assert "kernels are launched one by one: CUDA error: operation not permitted" in caplog.text
    assert not generator.has_graph
    np.testing.assert_array_equal(generator.generate(_drawing()), 255 - _drawing())


def test_asked_for_no_graph_it_captures_none(tmp_path: Path, cuda: FakeCuda) -> None:
    generator = TorchCuda(write_generator(tmp_path / "reverse.onnx"), with_graph=False)
    np.testing.assert_array_equal(generator.generate(_drawing()), 255 - _drawing())
    assert "capture" not in cuda.log and "replay" not in cuda.log


def test_a_gpu_that_fails_loses_the_generator_in_one_line(tmp_path: Path, cuda: FakeCuda) -> None:
    generator = TorchCuda(write_generator(tmp_path / "reverse.onnx"))
    cuda.fails.add("synchronize")
    told = "torch sm_89 f16: CUDA error: an illegal memory access was encountered; --isolate"
    with pytest.raises(GeneratorLost, match=told) as caught:
        generator.generate(_drawing())
    assert "\n" not in str(caught.value)


def test_closed_it_says_so(tmp_path: Path) -> None:
    generator = TorchCuda(write_generator(tmp_path / "reverse.onnx"), "cpu")
    generator.close()
    with pytest.raises(GeneratorLost, match="closed"):
        generator.generate(_drawing())
