"""Runs a generator's ONNX through PyTorch: on an NVIDIA GPU where TensorRT isn't installed.

It paints the same graph that TensorRT would compile, half where that does no harm; see
compilation/typed_graph.py. On the CPU it is slower than OpenVINO and serves to compare.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import numpy as np
import onnx
import torch

from livegan.compilation.gpu import architecture
from livegan.compilation.typed_graph import typed_graph
from livegan.errors import GeneratorLost, ModelError
from livegan.frames import Image
from livegan.generators.drawing_check import check_drawing
from livegan.generators.torch_graph import TorchGraph

logger = logging.getLogger("livegan")

_WARM_UP = 3
"""Pictures before the first that counts, in which cuDNN tries its kernels out."""


class TorchCuda:
    """A network with one uint8 (1, H, W, 3) BGR input and one such output.

    Args:
        path: the .onnx file.
        device: "cuda" or "cpu".
        precision: "auto", "f32" or "f16"; "auto" is f16 on a GPU and f32 on the CPU.
        with_graph: whether painting is captured as a CUDA graph; without, every kernel is launched
            by itself.

    Raises:
        ModelError: no such device or precision, an operator that PyTorch is not taught here, or
            no memory for it.
    """

    def __init__(
        self,
        path: str | Path,
        device: str = "cuda",
        precision: str = "auto",
        with_graph: bool = True,
    ) -> None:
        on_gpu = device != "cpu"
        if on_gpu and not torch.cuda.is_available():
            raise ModelError(f"PyTorch {torch.__version__} finds no NVIDIA GPU")
        if precision == "auto":
            precision = "f16" if on_gpu else "f32"
        model = typed_graph(onnx.load(path), precision)
        shape = model.graph.input[0].type.tensor_type.shape
        self._size = (shape.dim[1].dim_value, shape.dim[2].dim_value)
        self._using = threading.Lock()
        self._painter: _Painter | None
        try:
            network = TorchGraph(model).to(device).eval()
            self._painter = _Painter(network)
            if on_gpu:
                self._painter = _on_gpu(network, self._size, with_graph)
        except RuntimeError as error:
            first_line = str(error).strip().splitlines()[0]
            raise ModelError(f"PyTorch can't run {path}: {first_line}") from error
        where = "CPU"
        if on_gpu:
            where = architecture("{}.{}".format(*torch.cuda.get_device_capability()))
        self._description = f"torch {where} {precision}"

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._size

    @property
    def description(self) -> str:
        """"backend device precision"."""
        return self._description

    @property
    def has_graph(self) -> bool:
        """Whether a CUDA graph is replayed."""
        return self._painter is not None and self._painter.has_graph

    def generate(self, image: Image) -> Image:
        """Paint one picture.

        Raises:
            ModelError: the drawing has another shape or type; the message names both.
            GeneratorLost: the GPU failed; after some errors it works for no process that has
                met them, and only a fresh one (`--isolate`) paints again.
        """
        check_drawing(image, self._size)
        with self._using:
            if self._painter is None:
                raise GeneratorLost("the generator is closed")
            try:
                return self._painter.paint(image)
            except RuntimeError as error:
                first_line = str(error).strip().splitlines()[0]
                raise GeneratorLost(
                    f"{self._description}: {first_line}; --isolate would start a fresh process"
                ) from error

    def close(self) -> None:
        """Give the network's memory back. May be called twice."""
        with self._using:
            self._painter = None


def _on_gpu(network: TorchGraph, size: tuple[int, int], with_graph: bool) -> _GpuPainter:
    painter = _GpuPainter(network, size)
    painter.warm_up()
    if with_graph:
        painter.capture()
    return painter


class _Painter:
    """Paints where the drawing lies: on the CPU."""

    has_graph = False

    def __init__(self, network: TorchGraph) -> None:
        self._network = network

    @torch.inference_mode()
    def paint(self, image: Image) -> Image:
        """(H, W, 3) uint8 BGR -> the same."""
        drawing = torch.from_numpy(np.ascontiguousarray(image).copy())
        return np.ascontiguousarray(self._network(drawing[None])[0].numpy())


class _GpuPainter(_Painter):
    """Paints on a GPU, in memory that stays where it is."""

    def __init__(self, network: TorchGraph, size: tuple[int, int]) -> None:
        super().__init__(network)
        shape = (1, *size, 3)
        self._given = torch.zeros(shape, dtype=torch.uint8, pin_memory=True)
        self._painted = torch.zeros(shape, dtype=torch.uint8, pin_memory=True)
        self._drawing = torch.zeros(shape, dtype=torch.uint8, device="cuda")
        self._picture = torch.zeros(shape, dtype=torch.uint8, device="cuda")
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self._graph: torch.cuda.CUDAGraph | None = None

    @torch.inference_mode()
    def warm_up(self) -> None:
        """Let cuDNN try its kernels out."""
        torch.cuda.synchronize()  # what was loaded came on another stream
        with torch.cuda.stream(self._stream):
            for _ in range(_WARM_UP):
                self._run()
        self._stream.synchronize()

    @torch.inference_mode()
    def capture(self) -> None:
        """Record the network as a graph; where that fails, go on without."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
                self._run()
        except RuntimeError as error:
            first_line = str(error).strip().splitlines()[0]
            logger.warning(
                "generator  no CUDA graph, kernels are launched one by one: %s", first_line
            )
            return
        self._graph = graph
        self.has_graph = True

    @torch.inference_mode()
    def paint(self, image: Image) -> Image:
        """(H, W, 3) uint8 BGR -> the same."""
        np.copyto(self._given.numpy()[0], image)
        with torch.cuda.stream(self._stream):
            self._drawing.copy_(self._given, non_blocking=True)
            if self._graph:
                self._graph.replay()
            else:
                self._run()
            self._painted.copy_(self._picture, non_blocking=True)
        self._stream.synchronize()
        return np.array(self._painted.numpy()[0])

    def _run(self) -> None:
        # What is single is so on purpose; TF32 would leave it 10 bits.
        with torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=False):
            self._picture.copy_(self._network(self._drawing))
