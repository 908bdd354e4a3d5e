"""What is exported paints what the reference paints, within one grey level."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from reference_generators import (
    Norm,
    lively_weights,
    narrow,
    paint_resnet,
    paint_unet,
    resnet_9_layout,
    unet_256_layout,
)

from livegan.errors import UsageError
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, write_card
from workshop.classic_forms import Form, ResNetForm, UNetForm
from workshop.classic_networks import (
    BatchNorm,
    ClassicNetwork,
    NormMode,
    build_network,
    hold_dropout,
    set_norm_mode,
)
from workshop.classic_onnx import build_classic_onnx
from workshop.classic_painting import paint
from workshop.trial import invented_trial

Pictures = NDArray[np.uint8]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[ClassicNetwork, NormMode, Pictures], Pictures]:
    """Paint drawings as on stage."""

    def play(network: ClassicNetwork, norm: NormMode, drawings: Pictures) -> Pictures:
        size = (drawings.shape[1], drawings.shape[2])
        model = build_classic_onnx(network, norm, size)
        write_card(model, ModelCard("classic", size, ConditionerCard("plain", 1)))
        (tmp_path / "classic.onnx").write_bytes(model.SerializeToString())
        generator = load_generator(tmp_path / "classic.onnx", precision="f32")
        return np.stack([generator.generate(drawing) for drawing in drawings])

    return play


Play = Callable[[ClassicNetwork, NormMode, Pictures], Pictures]


def farthest(one: Pictures, other: Pictures) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize(
    ("norm", "mode"),
    [
        ("batch", "per-image"),
        ("batch", "running"),
        ("instance", "per-image"),
        ("none", "running"),
    ],
)
def test_a_unet_256_plays_as_the_reference_paints(play: Play, norm: Norm, mode: NormMode) -> None:
    state = lively_weights(narrow(unet_256_layout(norm)))
    network = build_network(UNetForm(width=8, norm=norm)).eval()
    network.load_state_dict(state)
    drawings = invented_trial((256, 256)).drawings[:2]
    wanted = [paint_unet(state, image[..., ::-1], mode == "running") for image in drawings]
    assert np.std(wanted) > 10
    painted = play(network, mode, drawings)
    assert farthest(painted, np.stack(wanted)[..., ::-1]) <= 1


@pytest.mark.parametrize(
    ("norm", "dropout", "mode"),
    [
        ("batch", True, "per-image"),
        ("batch", True, "running"),
        ("instance", False, "per-image"),
    ],
)
def test_a_resnet_9_plays_as_the_reference_paints(
    play: Play, norm: Norm, dropout: bool, mode: NormMode
) -> None:
    state = lively_weights(narrow(resnet_9_layout(norm, dropout)))
    network = build_network(ResNetForm(width=8, norm=norm, dropout=dropout)).eval()
    network.load_state_dict(state)
    drawings = invented_trial((64, 96)).drawings[:2]
    wanted = [paint_resnet(state, image[..., ::-1], mode == "running") for image in drawings]
    assert np.std(wanted) > 10
    painted = play(network, mode, drawings)
    assert farthest(painted, np.stack(wanted)[..., ::-1]) <= 1


def lively(form: Form) -> ClassicNetwork:
    """A network in which every weight matters."""
    torch.manual_seed(1)
    network = build_network(form).eval()
    for module in network.modules():
        if isinstance(module, BatchNorm):
            torch.nn.init.normal_(module.bias, 0, 0.3)
        elif isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d)):
            torch.nn.init.kaiming_normal_(module.weight)
    return network


@pytest.mark.parametrize(
    ("form", "held"),
    [
        (UNetForm(downs=6, width=8, bias=True, innermost_norm=True), False),
        (UNetForm(downs=6, width=8), True),
        (UNetForm(downs=3, width=8, in_channels=1, out_channels=1), False),
        (UNetForm(downs=3, width=8, in_channels=1, out_channels=2), False),
        (ResNetForm(blocks=2, width=8, upsampling="bilinear"), False),
        (ResNetForm(blocks=2, width=8, upsampling="bilinear", norm="batch", dropout=True), True),
    ],
)
@pytest.mark.parametrize("mode", ["per-image", "running"])
def test_every_other_form_plays_as_its_network_paints(
    play: Play, form: Form, held: bool, mode: NormMode
) -> None:
    network = lively(form)
    set_norm_mode(network, mode)
    drawings = invented_trial((64, 64)).drawings
    if held:
        hold_dropout(network, (64, 64), seed=3)
    wanted = paint(network, drawings)
    assert wanted.std() > 10
    assert farthest(play(network, mode, drawings), wanted) <= 1


def test_a_grey_network_sees_what_pillow_makes_of_colours(play: Play) -> None:
    network = lively(UNetForm(downs=3, width=8, in_channels=1, out_channels=1))
    drawings = invented_trial((32, 32)).drawings
    # L24 and its rounding in Pillow's Convert.c.
    grey = (drawings.astype(int) @ np.array([7471, 38470, 19595]) + 0x8000) >> 16
    as_grey = np.repeat(grey[..., None], 3, 3).astype(np.uint8)
    set_norm_mode(network, "per-image")
    painted = play(network, "per-image", drawings)
    assert farthest(painted, painted[..., :1]) == 0
    assert farthest(painted, play(network, "per-image", as_grey)) == 0


def test_colouring_keeps_the_lightness_and_takes_colours_from_the_network(play: Play) -> None:
    network = lively(UNetForm(downs=3, width=8, in_channels=1, out_channels=2))
    last = [part for part in network.modules() if isinstance(part, torch.nn.ConvTranspose2d)][-1]
    assert last.bias is not None
    torch.nn.init.zeros_(last.weight)
    with torch.no_grad():  # a is 22 and b is -33 everywhere
        last.bias.copy_(torch.atanh(torch.tensor([0.2, -0.3])))
    grey = np.linspace(60, 180, 32 * 32).reshape(1, 32, 32, 1).repeat(3, 3).astype(np.uint8)
    painted = play(network, "per-image", grey)[0]
    lab = cv2.cvtColor((painted / 255).astype(np.float32), cv2.COLOR_BGR2Lab)
    light = cv2.cvtColor((grey[0] / 255).astype(np.float32), cv2.COLOR_BGR2Lab)[..., 0]
    np.testing.assert_allclose(lab[..., 0], light, atol=0.5)
    np.testing.assert_allclose(lab[..., 1], 22, atol=1)
    np.testing.assert_allclose(lab[..., 2], -33, atol=1)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UsageError, match="from 6 to 3 channels"):
        build_classic_onnx(build_network(UNetForm(3, 4, in_channels=6)), "running", (32, 32))
    with pytest.raises(UsageError, match="nearest is 32x32"):
        build_classic_onnx(build_network(UNetForm(5, 4)), "running", (40, 40))
