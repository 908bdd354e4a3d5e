"""A classic network as an ONNX graph: uint8 NHWC BGR in and out, everything else inside."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from workshop import classic_painting as colour
from workshop import onnx_colours
from workshop.classic_forms import check_size
from workshop.classic_networks import (
    BatchNorm,
    ClassicNetwork,
    HeldDropout,
    InstanceNorm,
    NormMode,
    Residual,
    UNetLevel,
)
from workshop.onnx_parts import INPUT, OUTPUT, Graph, to_array

Weights = NDArray[np.float32]
Conv = nn.Conv2d | nn.ConvTranspose2d


def build_classic_onnx(
    network: ClassicNetwork, norm: NormMode, size: tuple[int, int]
) -> onnx.ModelProto:
    """A classic network as it paints one picture, without dropout unless it is held.

    Args:
        network: with its weights.
        norm: "per-image" normalises each picture by itself, as pix2pix does (batch norm of one
            picture is ONNX's InstanceNormalization with the batch norm's weights); "running"
            folds the running statistics into the convolutions, which is faster. Instance norm is
            per image in any case.
        size: height and width in pixels.

    Returns:
        opset 17; one input `drawing` and one output `picture`, both (1, H, W, 3) uint8 BGR.

    Raises:
        UsageError: the network can't paint that size, or doesn't paint pictures at all.
    """
    check_size(network.form, size)
    colour.check_channels(network.form)
    writer = _Writer(network, norm)
    bgr = writer.begin()
    x = writer.enter(bgr)
    writer.finish(writer.walk(network.model, x), bgr)
    return writer.graph.model(size)


class _Writer:
    def __init__(self, network: ClassicNetwork, norm: NormMode) -> None:
        self.graph = Graph()
        self._form = network.form
        self._running = norm == "running"
        convs = [m for m in network.modules() if isinstance(m, Conv)]
        self._first, self._last = convs[0], convs[-1]
        self._channels = 0  # that left the convolution before

    def begin(self) -> str:
        """The drawing as (1, 3, H, W) BGR in 0..255."""
        x = self.graph.add("Transpose", [INPUT], perm=[0, 3, 1, 2])
        return self.graph.add("Cast", [x], to=TensorProto.FLOAT)

    def enter(self, bgr: str) -> str:
        """`classic_painting.to_network`, but RGB is left BGR: the first convolution turns it."""
        if colour.is_colouring(self._form):
            return self.graph.scaled(onnx_colours.lightness(self.graph, bgr), 1 / 50, -1)
        if self._form.in_channels == 1:
            bgr = onnx_colours.grey(self.graph, bgr)
        return self.graph.scaled(bgr, 1 / 127.5, -1)

    def finish(self, x: str, bgr: str) -> None:
        """`classic_painting.to_picture`, to bytes."""
        if colour.is_colouring(self._form):
            light = onnx_colours.lightness(self.graph, bgr)
            x = onnx_colours.coloured(self.graph, light, self.graph.scaled(x, colour.LARGEST_AB))
        else:
            x = self.graph.scaled(x, 127.5, 127.5)
        # A cast cuts off; rounded, the picture is the nearest there is.
        x = self.graph.add("Cast", [self.graph.add("Round", [x])], to=TensorProto.UINT8)
        self.graph.add("Transpose", [x], OUTPUT, perm=[0, 2, 3, 1])

    def walk(self, module: nn.Module, x: str) -> str:
        """Add what a module does to x."""
        if isinstance(module, nn.Sequential):
            return self._sequence(module, x)
        if isinstance(module, UNetLevel):
            painted = self._sequence(module.model, x)
            join = [x, painted]
            return painted if module.outermost else self.graph.add("Concat", join, axis=1)
        if isinstance(module, Residual):
            return self.graph.add("Add", [x, self._sequence(module.conv_block, x)])
        if isinstance(module, (BatchNorm, InstanceNorm)):
            return self._norm(module, x)
        if isinstance(module, nn.ReflectionPad2d):
            left, right, above, below = module.padding
            pads = self.graph.weight(np.array([0, 0, above, left, 0, 0, below, right], np.int64))
            return self.graph.add("Pad", [x, pads], mode="reflect")
        if isinstance(module, nn.Upsample):
            return self._doubled(x)
        if isinstance(module, HeldDropout):
            return self.graph.add("Mul", [x, self.graph.weight(to_array(module.mask))])
        if isinstance(module, nn.LeakyReLU):
            return self.graph.add("LeakyRelu", [x], alpha=module.negative_slope)
        if isinstance(module, (nn.Identity, nn.Dropout)):
            return x
        kinds: dict[type[nn.Module], str] = {nn.ReLU: "Relu", nn.Tanh: "Tanh"}
        return self.graph.add(kinds[type(module)], [x])

    def _sequence(self, modules: Iterable[nn.Module], x: str) -> str:
        modules = list(modules)
        skip = False
        for module, following in zip(modules, [*modules[1:], None], strict=True):
            if skip:
                skip = False
            elif isinstance(module, Conv):
                skip = self._running and isinstance(following, BatchNorm)
                x = self._conv(module, following if isinstance(following, BatchNorm) else None, x)
            else:
                x = self.walk(module, x)
        return x

    def _conv(self, conv: nn.Conv2d | nn.ConvTranspose2d, norm: BatchNorm | None, x: str) -> str:
        weight = to_array(conv.weight)
        if isinstance(conv, nn.ConvTranspose2d):
            weight = weight.swapaxes(0, 1)  # (leaving, entering, rows, columns)
        bias = None if conv.bias is None else to_array(conv.bias)
        if norm and self._running:
            weight, bias = _folded(weight, bias, norm)
        elif norm:
            bias = None  # the norm takes it away again
        self._channels = len(weight)
        if conv is self._first and self._form.in_channels == 3:
            weight = weight[:, ::-1]
        if conv is self._last:
            order = {1: [0, 0, 0], 2: [0, 1], 3: [2, 1, 0]}[self._form.out_channels]
            weight, bias = weight[order], None if bias is None else bias[order]
        stride = (conv.stride[0], conv.stride[1])
        if isinstance(conv, nn.Conv2d):
            assert not isinstance(conv.padding, str)
            return self.graph.conv(x, weight, bias, stride, (conv.padding[0], conv.padding[1]))
        names = [x, self.graph.weight(weight.swapaxes(0, 1))]
        names += [] if bias is None else [self.graph.weight(bias)]
        return self.graph.add(
            "ConvTranspose",
            names,
            kernel_shape=list(conv.kernel_size),
            strides=list(stride),
            pads=[conv.padding[0], conv.padding[1]] * 2,
            output_padding=list(conv.output_padding),
        )

    def _norm(self, norm: BatchNorm | InstanceNorm, x: str) -> str:
        if isinstance(norm, InstanceNorm):
            channels = self._channels
            scale, bias = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        else:
            scale, bias = to_array(norm.weight), to_array(norm.bias)
        names = [x, self.graph.weight(scale), self.graph.weight(bias)]
        return self.graph.add("InstanceNormalization", names, epsilon=norm.eps)

    def _doubled(self, x: str) -> str:
        return self.graph.add(
            "Resize",
            [x, "", self.graph.weight(np.array([1, 1, 2, 2], np.float32))],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )


def _folded(weight: Weights, bias: Weights | None, norm: BatchNorm) -> tuple[Weights, Weights]:
    """Weight (leaving, ...) and bias of a convolution with the norm behind it inside."""
    mean, variance = to_array(norm.running_mean), to_array(norm.running_var)
    scale = to_array(norm.weight) / np.sqrt(variance.astype(np.float64) + norm.eps)
    shift = (0 if bias is None else bias) - mean
    folded = weight * scale[:, None, None, None]
    return folded.astype(np.float32), (to_array(norm.bias) + shift * scale).astype(np.float32)
