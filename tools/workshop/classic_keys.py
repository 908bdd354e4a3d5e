"""What a classic generator looks like, read from the names and shapes of its weights."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from livegan.errors import UsageError
from workshop.classic_forms import Form, Norm, ResNetForm, UNetForm
from workshop.classic_networks import ClassicNetwork, build_network

State = Mapping[str, Tensor]

_UNET_BEGINS, _RESNET_BEGINS = "model.model.0.weight", "model.1.weight"
_COUNTER = "num_batches_tracked"


def load_generator_network(tensors: State, where: str) -> ClassicNetwork:
    """The generator whose weights are among tensors, in evaluation.

    Args:
        tensors: by their names, whatever stands before `model.`: wrappers of other programs,
            other networks and optimisers beside it.
        where: the file, for messages.

    Raises:
        UsageError: there is no generator of a known form among them, or more than one.
    """
    prefix = _find_generator(tensors, where)
    state = {
        key[len(prefix) :]: tensor.detach().float()
        for key, tensor in tensors.items()
        if key.startswith(prefix)
    }
    form = read_form(state, where)
    state = _without_old_statistics(state)
    with torch.device("meta"):
        network = build_network(form)
    wanted = network.state_dict()
    for key in wanted:
        if key.endswith(_COUNTER):
            state.setdefault(key, torch.tensor(0))  # PyTorch before 0.4.1 had none
    _compare(state, wanted, form, where)
    if not all(bool(torch.isfinite(tensor).all()) for tensor in state.values()):
        raise UsageError(f"{where} holds numbers that are not finite; its training had failed")
    network.load_state_dict(state, assign=True)
    return network.eval()


def read_form(state: State, where: str) -> Form:
    """The form of the generator that a state dict is of.

    Args:
        state: with keys as in `latest_net_G.pth`.
        where: the file, for messages.

    Raises:
        UsageError: there is no such form.
    """
    try:
        return _unet_form(state) if _UNET_BEGINS in state else _resnet_form(state, where)
    except KeyError as error:
        raise UsageError(f"{where} lacks {error.args[0]}, which such a generator has") from error


def _unet_form(state: State) -> UNetForm:
    level, downs = "model.model.1", 2
    while f"{level}.model.3.model.1.weight" in state:
        level, downs = f"{level}.model.3", downs + 1
    first = state[_UNET_BEGINS]
    norm, bias = _norm(state, "model.model.0.bias")
    return UNetForm(
        downs=downs,
        width=first.shape[0],
        norm=norm,
        in_channels=first.shape[1],
        # Transposed convolutions have what leaves second.
        out_channels=state["model.model.3.weight"].shape[1],
        bias=bias,
    )


def _resnet_form(state: State, where: str) -> ResNetForm:
    places = {int(at[1]) for key in state if (at := re.match(r"model\.(\d+)\.conv_block\.", key))}
    blocks = len(places)
    if places != set(range(10, 10 + blocks)) or "model.10.conv_block.1.weight" not in state:
        raise UsageError(
            f"{where} has no residual blocks where the ResNet of CycleGAN has them; "
            "wanted a generator of pytorch-CycleGAN-and-pix2pix with reflected borders"
        )
    after = 10 + blocks
    transposed = f"model.{after}.weight" in state
    last = state[f"model.{after + (7 if transposed else 11)}.weight"]
    first = state[_RESNET_BEGINS]
    norm, bias = _norm(state, "model.1.bias")
    return ResNetForm(
        blocks=blocks,
        width=first.shape[0],
        norm=norm,
        dropout="model.10.conv_block.6.weight" in state
        and state["model.10.conv_block.6.weight"].dim() == 4,
        upsampling="transposed" if transposed else "bilinear",
        in_channels=first.shape[1],
        out_channels=last.shape[0],
        bias=bias,
    )


def _norm(state: State, first_bias: str) -> tuple[Norm, bool | None]:
    """The norm, and whether there are biases before it where that isn't as usual."""
    biased = first_bias in state
    ends = "running_mean"
    if any(key.endswith(ends) and key[: -len(ends)] + "weight" in state for key in state):
        return "batch", True if biased else None
    # Instance norm has no weights, but the convolutions before it have biases.
    return ("instance" if biased else "none"), None


def _find_generator(tensors: State, where: str) -> str:
    """What stands before the generator's keys."""
    prefixes = []
    for key, tensor in tensors.items():
        for begins, side in ((_UNET_BEGINS, 4), (_RESNET_BEGINS, 7)):
            prefix = key.removesuffix(begins)
            whole = prefix != key and (not prefix or prefix.endswith("."))
            if whole and tensor.dim() == 4 and tuple(tensor.shape[2:]) == (side, side):
                prefixes.append(prefix)
    if len(prefixes) > 1:
        # Where there is an average over the training, it paints better.
        prefixes = [prefix for prefix in prefixes if "ema" in prefix.lower()] or prefixes
    if len(prefixes) > 1:
        names = ", ".join(prefix.rstrip(".") or "the outermost" for prefix in sorted(prefixes))
        raise UsageError(
            f"{where} holds several generators ({names}); save the one that you want by itself: "
            f"torch.save(whole[{sorted(prefixes)[-1].split('.')[0]!r}], 'latest_net_G.pth')"
        )
    if not prefixes:
        raise UsageError(_no_generator(tensors, where))
    return prefixes[0]


def _no_generator(tensors: State, where: str) -> str:
    shapes = {tuple(tensor.shape[2:]) for key, tensor in tensors.items() if key.endswith(
        ("model.0.weight", "net.0.weight")) and tensor.dim() == 4}
    if shapes & {(4, 4), (1, 1)}:
        return (
            f"{where} is a discriminator; wanted the generator that lies beside it: "
            "latest_net_G.pth, or latest_net_G_A.pth"
        )
    some = ", ".join(list(tensors)[:3])
    return (
        f"{where} holds no generator of pytorch-CycleGAN-and-pix2pix: neither the U-Net's "
        f"{_UNET_BEGINS} (4x4) nor the ResNet's {_RESNET_BEGINS} (7x7), but {some} ..."
    )


def _without_old_statistics(state: State) -> dict[str, Tensor]:
    """PyTorch before 0.4 kept statistics for instance norms that have no use for them."""
    return {
        key: tensor
        for key, tensor in state.items()
        if not key.endswith(("running_mean", "running_var", _COUNTER))
        or key.rpartition(".")[0] + ".weight" in state
    }


def _compare(state: State, wanted: State, form: Form, where: str) -> None:
    family = "U-Net" if isinstance(form, UNetForm) else "ResNet"
    for key in [*wanted, *state]:
        found, need = (f"{tuple(of[key].shape)}" if key in of else None for of in (state, wanted))
        if found != need:
            raise UsageError(
                f"{where} is not quite a {family} of pytorch-CycleGAN-and-pix2pix: {key} is "
                f"{found or 'missing'}, wanted {need or 'none'}"
            )
