"""A graph of every kind that the workshop exports, untrained but lively."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

from livegan.model_card import ConditionerCard, ModelCard, write_card
from workshop.autoencoder_morphing import Morphing
from workshop.autoencoder_networks import Autoencoder, AutoencoderShape, Form
from workshop.autoencoder_onnx import build_latent_onnx
from workshop.classic_forms import Form as ClassicForm
from workshop.classic_forms import ResNetForm, UNetForm
from workshop.classic_networks import build_network, hold_dropout
from workshop.classic_onnx import build_classic_onnx
from workshop.latent_space import LatentSpace

KINDS = (
    "unet", "unet folded", "unet held dropout", "unet grey", "unet colouring", "resnet",
    "resnet bilinear", "dense", "convolutional", "morphing",
)  # fmt: skip
_LATENT_FORMS: tuple[Form, ...] = ("dense", "convolutional", "morphing")
_LATENTS, _LATENT_SIDE = 8, 256


def write_exported(path: Path, kind: str) -> Path:
    """A generator of that kind, with a card."""
    model = exported_graph(kind)
    _, height, width, _ = model.graph.input[0].type.tensor_type.shape.dim
    size = (height.dim_value, width.dim_value)
    write_card(model, ModelCard(path.stem, size, ConditionerCard("plain", 1)))
    onnx.save(model, path)
    return path


def exported_graph(kind: str) -> onnx.ModelProto:
    """A generator's network of that kind, without a card."""
    torch.manual_seed(1)
    for form in _LATENT_FORMS:
        if kind == form:
            return _latent(form)
    forms: dict[str, ClassicForm] = {
        "unet": UNetForm(downs=6, width=16, bias=True, innermost_norm=True),
        "unet folded": UNetForm(downs=6, width=16),
        "unet held dropout": UNetForm(downs=6, width=16),
        "unet grey": UNetForm(downs=3, width=16, in_channels=1, out_channels=1),
        "unet colouring": UNetForm(downs=3, width=16, in_channels=1, out_channels=2),
        "resnet": ResNetForm(blocks=2, width=16, norm="instance"),
        "resnet bilinear": ResNetForm(blocks=2, width=16, upsampling="bilinear", norm="batch"),
    }
    network = build_network(forms[kind]).eval()
    for module in network.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d)):
            torch.nn.init.kaiming_normal_(module.weight)
    if kind == "unet held dropout":
        hold_dropout(network, (64, 64), seed=3)
    return build_classic_onnx(network, "running" if "folded" in kind else "per-image", (64, 64))


def _latent(form: Form) -> onnx.ModelProto:
    network = Autoencoder(AutoencoderShape(form, _LATENTS, 2 if form == "morphing" else 0)).eval()
    if isinstance(network.decoder, Morphing):
        torch.nn.init.uniform_(network.decoder.canvases, -1, 1)
        for part in (network.decoder.moves, network.decoder.shares, network.decoder.touches):
            torch.nn.init.normal_(part.weight, 0, 0.02)
    turned = torch.linalg.qr(torch.randn(_LATENTS, _LATENTS))[0]
    space = LatentSpace(torch.zeros(_LATENTS), turned, turned.T)
    return build_latent_onnx(network, space, (_LATENT_SIDE, _LATENT_SIDE))
