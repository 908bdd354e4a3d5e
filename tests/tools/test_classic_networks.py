"""The classic networks are those of pytorch-CycleGAN-and-pix2pix, name by name."""

from __future__ import annotations

import json

import pytest
import torch
from reference_generators import Norm, resnet_9_layout, unet_256_layout
from torch import nn

from livegan.errors import UsageError
from workshop.classic_forms import (
    Form,
    ResNetForm,
    UNetForm,
    check_size,
    form_from_dict,
    form_to_dict,
)
from workshop.classic_networks import (
    ClassicUNet,
    PatchGAN,
    build_network,
    hold_dropout,
    set_norm_mode,
)


def shapes_of(network: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


@pytest.mark.parametrize(
    ("form", "layout", "tensors", "parameters"),
    [
        (UNetForm(), unet_256_layout("batch"), 82, 54_413_955),
        (UNetForm(norm="instance"), unet_256_layout("instance"), 32, 54_409_603),
        (ResNetForm(), resnet_9_layout("instance", dropout=False), 48, 11_378_179),
        (
            ResNetForm(norm="batch", dropout=True),
            resnet_9_layout("batch", dropout=True),
            140,
            11_383_427,
        ),
    ],
)
def test_weights_have_the_names_and_shapes_of_the_reference(
    form: Form, layout: dict[str, tuple[int, ...]], tensors: int, parameters: int
) -> None:
    with torch.device("meta"):
        network = build_network(form)
    assert shapes_of(network) == layout
    assert len(layout) == tensors
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters


def test_a_discriminator_judges_patches_of_70_pixels() -> None:
    network = PatchGAN(6).eval()
    assert {name: shape for name, shape in shapes_of(network).items() if len(shape) == 4} == {
        "model.0.weight": (64, 6, 4, 4),
        "model.2.weight": (128, 64, 4, 4),
        "model.5.weight": (256, 128, 4, 4),
        "model.8.weight": (512, 256, 4, 4),
        "model.11.weight": (1, 512, 4, 4),
    }
    assert sum(parameter.numel() for parameter in network.parameters()) == 2_768_705
    pair = torch.zeros(1, 6, 256, 256, requires_grad=True)
    verdict = network(pair)
    assert verdict.shape == (1, 1, 30, 30)
    verdict[0, 0, 15, 15].backward()
    assert pair.grad is not None
    rows, columns = (pair.grad.abs().sum((0, 1, 2 + axis)).nonzero() for axis in (1, 0))
    assert len(rows) == len(columns) == 70


@pytest.mark.parametrize(
    "form",
    [
        UNetForm(downs=7, width=4, norm="instance", dropout=False, bias=True),
        ResNetForm(blocks=6, norm="none", upsampling="bilinear", in_channels=1),
    ],
)
def test_a_form_goes_through_json(form: Form) -> None:
    assert form_from_dict(json.loads(json.dumps(form_to_dict(form)))) == form


@pytest.mark.parametrize(
    "data",
    [
        {"family": "vgg"},
        {"family": "unet", "blocks": 9},
        {"family": "unet", "norm": "group"},
        {"family": "resnet", "upsampling": "nearest"},
        {"family": "resnet", "width": 0},
        {"family": "unet", "downs": 1},
    ],
)
def test_a_form_that_no_network_has_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        form_from_dict(data)


def test_a_size_that_does_not_fit_is_refused_with_the_nearest_that_does() -> None:
    check_size(UNetForm(), (256, 512))
    check_size(ResNetForm(), (300, 200))
    with pytest.raises(UsageError, match="size 300x200 .* nearest is 256x256"):
        check_size(UNetForm(), (200, 300))


@pytest.mark.parametrize("norm", ["batch", "instance", "none"])
@pytest.mark.parametrize("upsampling", ["transposed", "bilinear"])
def test_a_resnet_paints_at_the_size_that_it_is_given(norm: Norm, upsampling: str) -> None:
    form = form_from_dict(
        {"family": "resnet", "blocks": 1, "width": 4, "norm": norm, "upsampling": upsampling}
    )
    assert build_network(form)(torch.zeros(2, 3, 20, 32)).shape == (2, 3, 20, 32)


def test_per_image_a_picture_is_painted_alike_alone_and_in_company() -> None:
    network = ClassicUNet(UNetForm(downs=4, width=4, dropout=False)).eval()
    pictures = torch.rand(3, 3, 32, 32) * torch.tensor([0.1, 1, 2]).reshape(3, 1, 1, 1)
    set_norm_mode(network, "per-image")
    together = network(pictures)
    alone = torch.cat([network(picture[None]) for picture in pictures])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)
    set_norm_mode(network, "running")
    assert not torch.allclose(network(pictures), together, atol=1e-3)


def test_held_dropout_is_one_throw_for_all_frames() -> None:
    def painted(seed: int | None) -> torch.Tensor:
        torch.manual_seed(0)
        network = ClassicUNet(UNetForm(downs=6, width=4)).eval()
        set_norm_mode(network, "per-image")
        if seed is not None:
            hold_dropout(network, (64, 64), seed)
            assert not any(isinstance(module, nn.Dropout) for module in network.modules())
        picture = torch.linspace(-1, 1, 3 * 64 * 64).reshape(1, 3, 64, 64)
        first: torch.Tensor = network(picture).detach()
        torch.testing.assert_close(network(picture).detach(), first, atol=0, rtol=0)
        return first

    torch.testing.assert_close(painted(1), painted(1), atol=0, rtol=0)
    assert not torch.equal(painted(1), painted(2))
    assert not torch.equal(painted(1), painted(None))
