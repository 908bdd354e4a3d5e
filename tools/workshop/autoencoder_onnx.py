"""An autoencoder as a latent generator: its graph reads the sliders of a drawing, encodes the face
in it, and decodes both. The twin of `latent_space.paint`."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from livegan.conditioners.latent_drawing import REACH, READ, Layout
from workshop.autoencoder_morphing import Morphing
from workshop.autoencoder_morphing_onnx import add_morphing
from workshop.autoencoder_networks import SIDE, Autoencoder
from workshop.latent_space import LatentSpace
from workshop.networks import Block
from workshop.onnx_graph import add_block
from workshop.onnx_parts import INPUT, OUTPUT, Graph, to_array

Weights = NDArray[np.float32]


def build_latent_onnx(
    network: Autoencoder, space: LatentSpace, size: tuple[int, int]
) -> onnx.ModelProto:
    """The network with all that makes a generator of it.

    Args:
        network: trained.
        space: of its latents.
        size: height and width in pixels of drawing and picture, alike.

    Returns:
        opset 17; one input `drawing` and one output `picture`, both (1, H, W, 3) uint8 BGR.
    """
    graph = Graph()
    layout = Layout(size[0])
    drawing = graph.add("Cast", [INPUT], to=TensorProto.FLOAT)
    played = graph.add("Add", [_seen(graph, network, space, drawing, layout),
                               _sliders(graph, drawing, layout, network.shape.latents)])
    latents = _affine(graph, played, to_array(space.axes.T), to_array(space.centre))
    if isinstance(network.decoder, Morphing):
        x = add_morphing(graph, network.decoder, _walk(graph, network.decoder.trunk, latents))
    else:
        x = _enlarged(graph, _walk(graph, network.decoder, latents), size[0] // SIDE)
        x = graph.scaled(x, 127.5, 127.5)
    x = graph.add("Round", [x])
    x = graph.add("Cast", [_clipped(graph, x, 0, 255)], to=TensorProto.UINT8)
    graph.add("Transpose", [x], OUTPUT, perm=[0, 2, 3, 1])
    return graph.model(size)


def _seen(
    graph: Graph, network: Autoencoder, space: LatentSpace, drawing: str, layout: Layout
) -> str:
    """(1, N), the face's latents, times the fader."""
    face = _cut(graph, drawing, (0, 0, 0), (layout.face, layout.face, 3))
    x = graph.add("Transpose", [face], perm=[0, 3, 1, 2])
    step = layout.face // SIDE
    x = graph.add("AveragePool", [x], kernel_shape=[step, step], strides=[step, step])
    latents = _walk(graph, network.encoder, graph.scaled(x, 1 / 127.5, -1))
    inverse = to_array(space.inverse.T)
    seen = _affine(graph, latents, inverse, -to_array(space.centre) @ inverse)
    start, end = (0, layout.face, READ), (layout.face, layout.size, READ + 1)
    share = graph.add("ReduceMean", [_cut(graph, drawing, start, end)], axes=[1, 2, 3], keepdims=1)
    share = graph.shaped(graph.scaled(share, 1 / 255), 1, 1)
    return graph.add("Mul", [_clipped(graph, seen, -REACH, REACH), share])


def _sliders(graph: Graph, drawing: str, layout: Layout, count: int) -> str:
    """(1, count), in standard deviations."""
    # Those that the network has; the others lie to the right of them.
    end = (layout.size, count * layout.slider, READ + 1)
    x = _cut(graph, drawing, (layout.face, 0, READ), end)
    x = graph.shaped(x, 1, layout.sliders, count, layout.slider)
    x = graph.add("ReduceMean", [x], axes=[1, 3], keepdims=0)
    return graph.scaled(x, 2 * REACH / 255, -REACH)


def _walk(graph: Graph, modules: nn.Sequential, x: str) -> str:
    for module in modules:
        x = _step(graph, module, x)
    return x


def _step(graph: Graph, module: nn.Module, x: str) -> str:
    if isinstance(module, Block):
        return add_block(graph, module, x)
    if isinstance(module, nn.Linear):
        return _affine(graph, x, to_array(module.weight).T, to_array(module.bias))
    if isinstance(module, nn.BatchNorm1d):
        mean, variance = to_array(module.running_mean), to_array(module.running_var)
        scale = to_array(module.weight) / np.sqrt(variance + np.float32(module.eps))
        x = graph.add("Mul", [x, graph.weight(scale)])
        return graph.add("Add", [x, graph.weight(to_array(module.bias) - mean * scale)])
    if isinstance(module, nn.Conv2d):
        assert module.bias is not None
        return graph.conv(x, to_array(module.weight), to_array(module.bias))
    if isinstance(module, nn.LeakyReLU):
        return graph.add("LeakyRelu", [x], alpha=module.negative_slope)
    if isinstance(module, nn.Flatten):
        return graph.shaped(x, 1, -1)
    if isinstance(module, nn.Unflatten):
        return graph.shaped(x, 1, *module.unflattened_size)
    if isinstance(module, nn.Upsample):
        return graph.add(
            "Resize",
            [x, "", graph.weight(np.array([1, 1, 2, 2], np.float32))],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
    if isinstance(module, nn.PixelShuffle):
        times = module.upscale_factor
        return graph.add("DepthToSpace", [x], blocksize=times, mode="CRD")
    assert isinstance(module, nn.Tanh)
    return graph.add("Tanh", [x])


def _enlarged(graph: Graph, x: str, times: int) -> str:
    """(1, 3, 64, 64) to (1, 3, 64 * times, ...), as PyTorch's bicubic interpolation does it.

    As a convolution: of 5 ms for the whole graph, OpenVINO's cubic resize takes 4.
    """
    x = graph.shaped(x, 3, 1, SIDE, SIDE)
    pads = graph.weight(np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64))
    x = graph.add("Pad", [x, pads], mode="edge")
    rows = _bicubic(times)
    weight = np.einsum("ay,bx->abyx", rows, rows).reshape(-1, 1, 5, 5)
    x = graph.conv(x, weight.astype(np.float32), padding=(0, 0))
    x = graph.add("DepthToSpace", [x], blocksize=times, mode="CRD")
    return graph.shaped(x, 1, 3, times * SIDE, times * SIDE)


def _bicubic(times: int) -> NDArray[np.float64]:
    """(times, 5): what five neighbours give to each of the pixels that the middle one becomes.

    Keys, "Cubic convolution interpolation for digital image processing", 1981, with PyTorch's
    a = -0.75.
    """
    offset = (np.arange(times)[:, None] + 0.5) / times - 0.5
    away = np.abs(offset - np.arange(-2, 3))
    near = 1.25 * away**3 - 2.25 * away**2 + 1
    far = -0.75 * (away**3 - 5 * away**2 + 8 * away - 4)
    return np.where(away <= 1, near, np.where(away < 2, far, 0.0))


def _affine(graph: Graph, x: str, matrix: Weights, shift: Weights) -> str:
    """x @ matrix + shift."""
    return graph.add("Gemm", [x, graph.weight(matrix), graph.weight(shift)])


def _cut(graph: Graph, x: str, start: tuple[int, ...], end: tuple[int, ...]) -> str:
    """Rows, columns and channels of (1, H, W, C)."""
    bounds = [graph.weight(np.array(bound, np.int64)) for bound in (start, end, (1, 2, 3))]
    return graph.add("Slice", [x, *bounds])


def _clipped(graph: Graph, x: str, low: float, high: float) -> str:
    limits = [graph.weight(np.array(limit, np.float32)) for limit in (low, high)]
    return graph.add("Clip", [x, *limits])
