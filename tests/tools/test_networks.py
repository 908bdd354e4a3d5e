"""The network that is trained, and the same network as an ONNX graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from livegan.errors import UsageError
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, write_card
from workshop.losses import bending
from workshop.networks import REACH, UNet, UNetShape
from workshop.onnx_graph import build_onnx
from workshop.recipes.live_painting import paint


def seasoned(shape: UNetShape) -> UNet:
    """A network with statistics and backdrops of its own, as if it had been trained."""
    torch.manual_seed(0)
    network = UNet(shape)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "backdrop" in name or name.endswith("bias"):
                parameter.normal_()
            if name == "head.weight":
                parameter.normal_(0, 0.3)
        network.canvas.normal_()
        for _ in range(5):
            network(torch.rand(4, 3, *shape.size))
    return network.eval()


@pytest.mark.parametrize(
    "shape",
    [
        UNetShape((64, 64), width=8),
        UNetShape((32, 96), width=8, depth=2),
        UNetShape((24, 24), width=6, depth=3, stem=1),
        UNetShape((32, 32), width=6, depth=1, stem=2),
    ],
)
def test_the_exported_network_paints_what_the_trained_one_paints(
    tmp_path: Path, shape: UNetShape
) -> None:
    network = seasoned(shape)
    model = build_onnx(network)
    write_card(model, ModelCard("x", shape.size, ConditionerCard("plain", 1)))
    path = tmp_path / "x.onnx"
    path.write_bytes(model.SerializeToString())
    drawings = np.random.default_rng(0).integers(0, 256, (3, *shape.size, 3), dtype=np.uint8)
    wanted = paint(network, drawings)
    # Noise this strong leaves the range of a picture: what is too bright stays white.
    assert (wanted == 0).any() and (wanted == 255).any()
    generator = load_generator(path)
    painted = np.stack([generator.generate(drawing) for drawing in drawings])
    assert np.abs(painted.astype(int) - wanted).max() <= 1


def test_a_size_that_does_not_fit_names_the_multiple() -> None:
    with pytest.raises(UsageError, match="100 x 128 .* wanted multiples of 64"):
        UNetShape((100, 128))
    with pytest.raises(UsageError, match="whole numbers of at least 1"):
        UNetShape((64, 64), depth=0)


def test_training_begins_without_a_checkerboard() -> None:
    torch.manual_seed(0)
    network = UNet(UNetShape((64, 64), width=8)).eval()
    picture = network(torch.rand(1, 3, 64, 64))
    folds = picture.reshape(1, 3, 16, 4, 16, 4).permute(0, 1, 2, 4, 3, 5).flatten(4)
    assert torch.allclose(folds, folds[..., :1].expand_as(folds), atol=1e-6)
    assert picture.std() > 0


def test_frozen_norms_keep_their_statistics() -> None:
    network = seasoned(UNetShape((32, 32), width=8, depth=1)).train()
    drawing = torch.rand(2, 3, 32, 32)
    network(drawing)
    network.freeze_norms()
    before = [buffer.clone() for buffer in network.buffers()]
    frozen = network(drawing)
    assert all(torch.equal(a, b) for a, b in zip(before, network.buffers(), strict=True))
    assert torch.equal(frozen, network.eval()(drawing))


def test_the_backdrop_stays_in_its_place() -> None:
    network = seasoned(UNetShape((32, 32), width=8, depth=1))
    black = torch.zeros(1, 3, 32, 32)
    before = network(black)
    backdrop = network.up[0].backdrop
    assert isinstance(backdrop, torch.Tensor)
    with torch.no_grad():
        backdrop[..., :2] += 3.0
    difference = (network(black) - before).abs()
    assert difference[..., :8].mean() > 0.05
    assert difference[..., 16:].max() == 0


def test_a_fresh_network_shows_its_canvas_and_can_move_it() -> None:
    network = UNet(UNetShape((64, 64), width=8)).eval()
    canvas = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    network.lay_canvas(canvas)
    black = np.zeros((1, 64, 64, 3), np.uint8)
    still = paint(network, black)[0]
    assert np.corrcoef(still.ravel(), canvas.ravel())[0, 1] > 0.95
    eight_pixels = 8 / 64 * 2 / REACH
    with torch.no_grad():
        assert network.head.bias is not None
        network.head.bias[-3] = -30  # no veil
        network.head.bias[-2] = eight_pixels  # fetch from the right
    moved = paint(network, black)[0]
    assert np.abs(moved[:, :-8].astype(int) - canvas[:, 8:]).max() <= 1


def test_moves_are_as_smooth_in_bf16_as_in_f32() -> None:
    # Rounded to 8 bits between the places of the coarse grid, they bent everywhere, and training
    # against bending pulled them all to nothing.
    network = seasoned(UNetShape((128, 128), width=8, depth=2, stem=8))
    bent = []
    for enabled in (False, True):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            moves = network.layers(torch.full((1, 3, 128, 128), 0.5)).moves
        bent.append(float(bending(moves.float(), 1)))
    assert bent[1] == pytest.approx(bent[0], rel=0.1)
