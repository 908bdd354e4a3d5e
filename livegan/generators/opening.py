"""Opens a generator's file with the backend that runs it."""

from __future__ import annotations

from pathlib import Path

from livegan.errors import ModelError
from livegan.generators.generator import Generator
from livegan.model_card import read_card


def load_generator(
    path: str | Path, *, device: str = "auto", precision: str = "auto", busy_cores: int = 0
) -> Generator:
    """A generator from its file.

    Args:
        path: an .onnx with uint8 (1, H, W, 3) BGR in and out, and a card.
        device: "auto", or a device of OpenVINO: "CPU", "GPU", "NPU".
        precision: "auto", "f32" (exact), "f16" or "bf16". "auto" on the CPU is f32.
        busy_cores: how many cores have other work while it paints; it takes the rest, at least one.

    Raises:
        ModelError: no such file, not a generator, no card, no such device.
    """
    card = read_card(path)
    # OpenVINO takes 0.2 s to load.
    from livegan.generators.openvino import OpenVINO

    generator = OpenVINO(path, device, precision, busy_cores)
    if generator.size != card.size:
        raise ModelError(f"{path}: the network paints {generator.size}, its card says {card.size}")
    return generator
