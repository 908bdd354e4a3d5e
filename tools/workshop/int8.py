"""A generator in whole numbers of eight bits, for CPUs, and the gate that it has to pass.

NNCF finds the scales on real drawings. Convolutions get their full precision back, the one that
costs most quality first, until the pictures are near enough. What is small, and what is no
convolution, keeps it from the beginning: the field that moves a painting's pixels must be exact to
parts of a pixel, and costs nothing.
"""

from __future__ import annotations

import io
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

import livegan.generators.openvino  # noqa: F401  keeps NNCF from reporting to its maker, too
from livegan.compilation import CachedEngine, store_engine
from livegan.compilation.openvino_int8 import int8_request, pack
from livegan.errors import MissingExtraError, UsageError
from livegan.frames import Image
from livegan.generators import Generator
from workshop.evaluation import spread
from workshop.int8_drawings import Drawings, drawings_for
from workshop.int8_gate import MOST_FALL, MOST_RISE, Gate, judge
from workshop.metrics import ms_ssim
from workshop.motion_metrics import mean_deviation
from workshop.painters import Painter, open_painter

try:
    import nncf  # type: ignore[import-untyped]
    import openvino  # type: ignore[import-untyped]
    from nncf.quantization.range_estimator import (  # type: ignore[import-untyped]
        AggregatorType,
        RangeEstimatorParameters,
        StatisticsCollectorParameters,
        StatisticsType,
    )
    from openvino.passes import ConstantFolding, Manager  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingExtraError(
        'int8 needs NNCF, which is not installed; run: pip install -e ".[train]"'
    ) from error

nncf.set_log_level(logging.ERROR)

_AIMED_PART = 0.8
"""Of what the gate lets pass, on drawings that scales were found on; it judges by others."""
_JUDGES, _SCALED_BY = 16, 40
"""Drawings that tell which convolution costs most, and that scales are found on for that."""
_SMOOTHING = 0.7
"""How far layers share the burden of channels that are much wider than others (SmoothQuant's alpha,
Xiao et al. 2023). Without it the flicker rises twice as much; the Mona Lisa's MS-SSIM falls by
0.0016 with 0.7, by 0.0027 with 0.8 and by 0.0038 with 0.5."""
_RANGES = RangeEstimatorParameters(
    *(
        StatisticsCollectorParameters(
            StatisticsType.QUANTILE, aggregator, quantile_outlier_prob=1e-4
        )
        for aggregator in (AggregatorType.MIN, AggregatorType.MAX)
    )
)
"""What every drawing needs but for its outliers. By the mean drawing the widest grimaces are cut
off (their MS-SSIM falls by 0.0063, not 0.0026), and with the outliers all are coarse."""
_FEWEST_CHANNELS = 16
_CONVOLUTIONS = ("Convolution", "ConvolutionBackpropData")
_LEFT_ALONE = ("Constant", "Convert", "Parameter", "PRelu", "Relu", "Result")
"""What NNCF leaves alone, or computes in one go with a convolution."""


def compile_int8(
    generator: Path, source: Path | None, tell: Callable[[str], None]
) -> tuple[CachedEngine, Gate]:
    """Compile a generator for CPUs, if its pictures stay near enough; it is kept beside it.

    Args:
        generator: the .onnx.
        source: a dataset or a clip; None as in `drawings_for`.
        tell: takes a line as each step begins.

    Raises:
        UsageError: no such generator, drawings that can't be had, or the gate refuses; then the
            generator is played exactly, as before.
    """
    began_s = time.monotonic()
    painter = open_painter(generator)
    tell("drawing")
    drawings = drawings_for(painter, source)
    tell(f"quantising by {len(drawings.known)} drawings")
    network = _quantised(generator, painter, drawings, tell)
    tell(f"judging by {len(drawings.held_out)} others")
    gate = judge(painter.generator, Network(network), drawings)
    if gate.refusal:
        raise UsageError(
            f"'{generator.stem}' is not good enough in int8: {gate.refusal}; nothing was kept, and"
            " it plays in f32"
        )
    content = pack(*_serialised(network))
    request = int8_request(painter.card.size)
    seconds = time.monotonic() - began_s
    return store_engine(generator, request, content, seconds, gate.metrics()), gate


class Network:
    """A network of OpenVINO in memory, as a generator that keeps the full precision of what is
    not in eight bits."""

    def __init__(self, network: Any) -> None:
        exactly = {"INFERENCE_PRECISION_HINT": "f32"}
        self._request = openvino.compile_model(network, "CPU", exactly).create_infer_request()
        shape = network.inputs[0].get_shape()
        self.size = int(shape[1]), int(shape[2])
        self.description = "openvino CPU int8"

    def generate(self, image: Image) -> Image:
        """Paint one picture."""
        return np.array(self._request.infer({0: np.ascontiguousarray(image)[np.newaxis]})[0][0])

    def close(self) -> None:
        """The network is freed with the object."""


def _quantised(
    generator: Path, painter: Painter, drawings: Drawings, tell: Callable[[str], None]
) -> Any:
    """OpenVINO's network with as many convolutions in eight bits as pictures bear.

    Raises:
        UsageError: they bear none.
    """
    network = openvino.Core().read_model(generator.read_bytes())
    # The shapes of biases are reckoned in the graph; NNCF finds biases only where they are known.
    folding = Manager()
    folding.register_pass(ConstantFolding())
    folding.run_passes(network)
    cost = _cost_in(painter.generator, drawings)
    exact, convolutions = _kept_exact(network), _convolutions(network)
    short = _in_eight_bits(network, drawings.known, exact)
    if cost(short) < _AIMED_PART:
        return short
    few = spread(drawings.known, _SCALED_BY)
    costs = {}
    for number, name in enumerate(convolutions, 1):
        tell(f"pictures must come nearer: trying {number} of {len(convolutions)} convolutions")
        costs[name] = cost(_in_eight_bits(network, few, [*exact, name]))
    # The last one stays: a network without any is the exact one.
    for count, name in enumerate(sorted(convolutions, key=costs.__getitem__)[:-1], 1):
        exact.append(name)
        short = _in_eight_bits(network, drawings.known, exact)
        if cost(short) < _AIMED_PART:
            tell(f"{count} of {len(convolutions)} convolutions stay exact")
            return short
    raise UsageError(f"'{generator.stem}' bears no eight bits; nothing was kept, it plays in f32")


def _in_eight_bits(network: Any, drawings: Sequence[Image], exact: Sequence[str]) -> Any:
    """A copy of a network, quantised but for the operations of these names."""
    with redirect_stdout(io.StringIO()):  # bars of NNCF's, for steps that say nothing to people
        return nncf.quantize(
            network.clone(),
            nncf.Dataset(drawings, lambda drawing: drawing[np.newaxis]),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(drawings),
            # NNCF smooths only what it takes for a transformer.
            model_type=nncf.ModelType.TRANSFORMER,
            ignored_scope=nncf.IgnoredScope(names=list(exact)),
            advanced_parameters=nncf.AdvancedQuantizationParameters(
                activations_range_estimator_params=_RANGES,
                smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(convolution=_SMOOTHING),
                # CPUs without VNNI add two products in 16 bits: full weights would overflow.
                overflow_fix=nncf.OverflowFix.ENABLE,
            ),
        )


def _cost_in(exact: Generator, drawings: Drawings) -> Callable[[Any], float]:
    """What a network costs in pictures: 0 is exact, at 1 the gate closes."""
    judges = [(drawing, exact.generate(drawing)) for drawing in spread(drawings.known, _JUDGES)]
    wanted_flicker = mean_deviation(map(exact.generate, drawings.known_still))

    def cost(network: Any) -> float:
        short = Network(network)
        fall = 1 - np.mean([ms_ssim(short.generate(drawing), wanted) for drawing, wanted in judges])
        rise = mean_deviation(map(short.generate, drawings.known_still)) - wanted_flicker
        return max(float(fall) / MOST_FALL, rise / MOST_RISE)

    return cost


def _convolutions(network: Any) -> list[str]:
    """Those that may be in eight bits."""
    return [
        operation.get_friendly_name()
        for operation in network.get_ops()
        if operation.get_type_name() in _CONVOLUTIONS and not _is_small(operation)
    ]


def _kept_exact(network: Any) -> list[str]:
    """The operations that stay in full precision whatever they cost."""
    convolutions = _convolutions(network)
    names = []
    for operation in network.get_ops():
        kind, name = operation.get_type_name(), operation.get_friendly_name()
        with_convolution = kind == "Add" and _has_constant(operation)
        if kind not in _LEFT_ALONE and not with_convolution and name not in convolutions:
            names.append(name)
    return names


def _has_constant(operation: Any) -> bool:
    return any(
        port.get_source_output().get_node().get_type_name() == "Constant"
        for port in operation.inputs()
    )


def _is_small(convolution: Any) -> bool:
    weights = convolution.input(1).get_partial_shape()
    return bool(min(weights[0].get_length(), weights[1].get_length()) < _FEWEST_CHANNELS)


def _serialised(network: Any) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.xml")
        openvino.save_model(network, path, compress_to_fp16=False)
        return path.read_bytes(), path.with_suffix(".bin").read_bytes()
