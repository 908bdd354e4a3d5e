"""What others trained plays, with nothing told about its network; what isn't theirs is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from reference_generators import (
    lively_weights,
    narrow,
    paint_pict,
    paint_resnet,
    paint_unet,
    pict_arrays,
    resnet_9_layout,
    unet_256_layout,
    write_pict,
)
from safetensors.torch import save_file
from torch import Tensor

import import_checkpoint
from livegan.generators import load_generator
from livegan.look import open_look
from livegan.model_card import ConditionerCard, read_card
from livegan.presets import read_preset
from workshop.classic_forms import ResNetForm, UNetForm
from workshop.classic_keys import load_generator_network
from workshop.classic_networks import ClassicNetwork, PatchGAN, build_network
from workshop.classic_painting import paint
from workshop.foreign_weights import read_tensors
from workshop.pairs import PairWriter

State = dict[str, Tensor]
Capture = pytest.CaptureFixture[str]
PLAIN = ["--conditioner", "plain"]


def small_unet(**form: Any) -> State:
    """A state dict that takes no time."""
    network = build_network(UNetForm(downs=3, width=4, **form))
    return lively_weights({key: tuple(of.shape) for key, of in network.state_dict().items()})


def refusal(capsys: Capture, file: Path, *more: str) -> str:
    """The one line with which an import is refused."""
    assert import_checkpoint.main([str(file), "--name", "it", "--out", str(file.parent / "out"),
                                   *(more or PLAIN)]) == 2  # fmt: skip
    assert not (file.parent / "out").exists()
    error = capsys.readouterr().err
    assert error.startswith("import_checkpoint: ") and error.count("\n") == 1
    return error


def imported(file: Path, *more: str) -> Path:
    """Import; the generator's file."""
    out = file.parent / "out"
    assert import_checkpoint.main([str(file), "--name", "it", "--out", str(out), *more]) == 0
    return out / "it.onnx"


def network_in(file: Path) -> ClassicNetwork:
    return load_generator_network(read_tensors(file), str(file))


def painted(path: Path, drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return load_generator(path, precision="f32").generate(drawing)


def photo(size: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(2).integers(0, 256, (9, 9, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other).max())


def test_a_unet_256_is_imported_with_nothing_told_and_plays(tmp_path: Path) -> None:
    state = lively_weights(narrow(unet_256_layout("batch")))
    file = tmp_path / "latest_net_G.pth"
    torch.save(state, file)
    path = imported(file, "--conditioner", "face_mesh", "--set", "face_mesh.contours=off")
    card = read_card(path)
    assert (card.name, card.size, card.conditioner.kind) == ("it", (256, 256), "face_mesh")
    assert card.conditioner.settings["face_mesh.contours"] is False
    assert card.conditioner.settings["face_mesh.tessellation"] is True
    network = card.training["network"]
    assert (network["downs"], network["width"], network["norm"]) == (8, 8, "batch")
    drawing = photo(256)
    wanted = paint_unet(state, drawing[..., ::-1], running=False)[..., ::-1]
    assert distance(painted(path, drawing), wanted) <= 1
    assert sorted(left.name for left in path.parent.iterdir()) == ["it.onnx", "it.toml"]
    look = open_look(read_preset(str(path.parent / "it.toml")))
    assert look.values["face_mesh.contours"] is False
    look.close()


def test_a_resnet_9_is_imported_at_another_size(tmp_path: Path) -> None:
    state = lively_weights(narrow(resnet_9_layout("batch", dropout=True)))
    torch.save(state, tmp_path / "latest_net_G.pth")
    path = imported(tmp_path / "latest_net_G.pth", *PLAIN, "--size", "64", "--norm", "running")
    drawing = photo(64)
    wanted = paint_resnet(state, drawing[..., ::-1], running=True)[..., ::-1]
    assert distance(painted(path, drawing), wanted) <= 1
    assert read_card(path).training["network"]["dropout"] is True


def as_data_parallel(state: State) -> Mapping[str, Any]:
    return {f"module.{key}": tensor for key, tensor in state.items()}


def as_compiled(state: State) -> Mapping[str, Any]:
    return {"epoch": 7, "netG": {f"_orig_mod.{key}": tensor for key, tensor in state.items()}}


def as_lightning(state: State) -> Mapping[str, Any]:
    discriminator = PatchGAN(6, 4).state_dict()
    both = {f"generator.{key}": tensor for key, tensor in state.items()}
    both |= {f"discriminator.{key}": tensor for key, tensor in discriminator.items()}
    return {"state_dict": both, "optimizer_states": [], "hyper_parameters": {"lr": 2e-4}}


def as_averaged(state: State) -> Mapping[str, Any]:
    other = {key: tensor + 1 for key, tensor in state.items()}
    return {"params": other, "params_ema": state}


def as_half(state: State) -> Mapping[str, Any]:
    return {key: tensor.half() for key, tensor in state.items()}


def as_before_2018(state: State) -> Mapping[str, Any]:
    return {key: tensor for key, tensor in state.items() if "num_batches" not in key}


WRAPPERS = [as_data_parallel, as_compiled, as_lightning, as_averaged, as_half, as_before_2018]


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_what_is_wrapped_round_the_weights_is_taken_off(
    tmp_path: Path, wrap: Callable[[State], Mapping[str, Any]]
) -> None:
    state = {key: tensor.half().float() for key, tensor in small_unet().items()}
    torch.save(state, tmp_path / "bare.pth")
    torch.save(wrap(state), tmp_path / "wrapped.pth", _use_new_zipfile_serialization=False)
    bare, wrapped = (paint(network_in(tmp_path / name), photo(32)[None]) for name in
                     ("bare.pth", "wrapped.pth"))  # fmt: skip
    assert bare.std() > 10
    assert distance(bare, wrapped) == 0


def test_safetensors_are_read(tmp_path: Path) -> None:
    save_file(small_unet(norm="none"), tmp_path / "net.safetensors")
    path = imported(tmp_path / "net.safetensors", *PLAIN, "--size", "64x32")
    card = read_card(path)
    assert card.size == (32, 64) and card.training["network"]["norm"] == "none"


def test_instance_norms_of_old_pytorch_lose_their_statistics(tmp_path: Path) -> None:
    state = small_unet(norm="instance")
    old = {**state, "model.model.1.model.2.running_mean": torch.ones(8)}
    torch.save({**old, "model.model.1.model.2.running_var": torch.ones(8)}, tmp_path / "old.pth")
    assert network_in(tmp_path / "old.pth").form == UNetForm(3, 4, norm="instance")


@pytest.mark.parametrize("upsampling", ["transposed", "bilinear"])
@pytest.mark.parametrize("norm", ["batch", "instance", "none"])
@pytest.mark.parametrize("dropout", [False, True])
def test_every_form_of_resnet_is_recognised(
    tmp_path: Path, upsampling: Any, norm: Any, dropout: bool
) -> None:
    form = ResNetForm(6, 4, norm, dropout, upsampling, in_channels=1, out_channels=3)
    torch.save(build_network(form).state_dict(), tmp_path / "net.pth")
    assert network_in(tmp_path / "net.pth").form == form


@pytest.mark.parametrize("biased", [False, True])
def test_a_pict_of_pix2pix_tensorflow_plays_as_its_page_paints(
    tmp_path: Path, biased: bool
) -> None:
    arrays = pict_arrays(downs=5, width=4, biased=biased)
    write_pict(tmp_path / "cats.pict", arrays)
    # At the smallest size the innermost norm is of one pixel.
    for size in (32, 64):
        path = imported(tmp_path / "cats.pict", *PLAIN, "--size", str(size))
        drawing = photo(size)
        wanted = paint_pict(arrays, drawing[..., ::-1])[..., ::-1]
        assert wanted.std() > 10
        assert distance(painted(path, drawing), wanted) <= 1


def test_options_that_lie_beside_the_weights_are_read(tmp_path: Path) -> None:
    torch.save(small_unet(), tmp_path / "latest_net_G.pth")
    (tmp_path / "train_opt.txt").write_text(
        "----------------- Options ---------------\n"
        "                crop_size: 64                            \t[default: 256]\n"
        "                direction: BtoA                          \t[default: AtoB]\n"
        "                     name: facades_label2photo           \t[default: experiment_name]\n"
    )
    card = read_card(imported(tmp_path / "latest_net_G.pth", *PLAIN))
    assert card.size == (64, 64)
    assert card.training["direction"] == "BtoA"
    assert card.training["experiment"] == "facades_label2photo"


@pytest.mark.parametrize("better", ["per-image", "running"])
def test_pairs_decide_how_to_normalise_and_what_draws(
    tmp_path: Path, capsys: Capture, better: str
) -> None:
    file = tmp_path / "latest_net_G.pth"
    state = lively_weights(narrow(unet_256_layout("batch")))
    torch.save(state, file)
    edges = ConditionerCard("canny", 1, {"canny.blur": 2.0})
    writer = PairWriter(tmp_path / "pairs", "edges", (256, 256), edges)
    for split in ("train", "val"):
        drawing = photo(256)
        picture = paint_unet(state, drawing[..., ::-1], better == "running")[..., ::-1]
        writer.add(split, drawing, np.ascontiguousarray(picture))
    writer.finish()
    path = imported(file, "--pairs", str(tmp_path / "pairs"))
    assert f"norm: {better} (score on 1 pair" in capsys.readouterr().out
    card = read_card(path)
    assert card.training["norm"] == better
    assert card.conditioner == edges
    assert card.metrics["l1"] < 1


def test_dropout_is_off_unless_a_throw_of_it_is_asked_for(tmp_path: Path) -> None:
    torch.save(lively_weights(narrow(unet_256_layout("instance"))), tmp_path / "net.pth")
    drawing = photo(256)
    without = painted(imported(tmp_path / "net.pth", *PLAIN), drawing)
    path = imported(tmp_path / "net.pth", *PLAIN, "--dropout", "4")
    assert distance(painted(path, drawing), without) > 10
    assert read_card(path).training["dropout_seed"] == 4


def test_a_look_that_is_there_already_stays(tmp_path: Path) -> None:
    torch.save(small_unet(), tmp_path / "net.pth")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "it.toml").write_text('schema = 1\ngenerator = "it.onnx"\n# mine\n')
    imported(tmp_path / "net.pth", *PLAIN, "--size", "32")
    assert "# mine" in (tmp_path / "out" / "it.toml").read_text()


class Malice:
    """A pickle that makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._folder),)


@pytest.mark.parametrize("new", [True, False])
def test_a_pickle_that_runs_something_is_refused_with_the_reason(
    tmp_path: Path, capsys: Capture, new: bool
) -> None:
    malice = {**small_unet(), "epoch": Malice(tmp_path / "made")}
    torch.save(malice, tmp_path / "net.pth", _use_new_zipfile_serialization=new)
    told = refusal(capsys, tmp_path / "net.pth")
    assert f"it would run {os.mkdir.__module__}.mkdir" in told
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("ending", ["pth", "old.pth", "safetensors", "pict"])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, capsys: Capture, ending: str) -> None:
    file = tmp_path / f"net.{ending}"
    if ending == "pict":
        write_pict(file, pict_arrays(downs=3, width=4, biased=True))
    elif ending == "safetensors":
        save_file(small_unet(), file)
    else:
        torch.save(small_unet(), file, _use_new_zipfile_serialization=ending == "pth")
    whole = file.read_bytes()
    for share in (0.0, 0.001, 0.3, 0.7, 0.99):
        file.write_bytes(whole[: int(share * len(whole))])
        assert "net." in refusal(capsys, file)


def test_what_is_no_such_generator_is_refused_with_what_it_is(
    tmp_path: Path, capsys: Capture
) -> None:
    state = small_unet()
    first = "model.model.0.weight"
    resnet = build_network(ResNetForm(2, 4)).state_dict()
    cases: list[tuple[Mapping[str, Any], str]] = [
        (PatchGAN(6, 4).state_dict(), "is a discriminator; wanted the generator"),
        ({"netG_A": state, "netG_B": state}, "several generators (netG_A, netG_B)"),
        ({"conv1.weight": torch.ones(3)}, "neither the U-Net's model.model.0.weight"),
        ({"epoch": 3}, "holds no weights"),
        ({**state, first: state[first] / 0}, "not finite"),
        ({key: state[key] for key in list(state)[:-1]}, "is missing, wanted"),
        ({**state, "model.model.1.model.1.weight": torch.ones(8, 3, 4, 4)}, "(8, 3, 4, 4)"),
        ({**state, "attention.weight": torch.ones(1)}, "attention.weight is (1,), wanted none"),
        ({key: of for key, of in resnet.items() if "model.10." not in key}, "residual blocks"),
        (small_unet(in_channels=6), "from 6 to 3 channels"),
    ]
    for content, told in cases:
        torch.save(content, tmp_path / "net.pth")
        assert told in refusal(capsys, tmp_path / "net.pth", *PLAIN, "--size", "32")
    (tmp_path / "net.pth").write_text("<html>404 Not Found</html>")
    assert "is no file of weights" in refusal(capsys, tmp_path / "net.pth")
    (tmp_path / "net.pth").write_text("hello\n")
    assert "is no file of weights; get it anew" in refusal(capsys, tmp_path / "net.pth")
    assert "no such file" in refusal(capsys, tmp_path / "gone.pth")


def test_mistakes_in_the_command_are_one_line(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    file, pict = tmp_path / "net.pth", tmp_path / "net.pict"
    torch.save(small_unet(norm="none"), file)
    write_pict(pict, pict_arrays(downs=3, width=4, biased=True))
    writer = PairWriter(tmp_path / "pairs", "p", (32, 32), ConditionerCard("plain", 1))
    for split in ("train", "val"):
        writer.add(split, photo(32), photo(32))
    writer.finish()
    for source, more, told in (
        (file, ["--size", "32"], "one of face_mesh, canny, grayscale, plain"),
        (file, [*PLAIN, "--size", "36"], "nearest is 32x32"),
        (file, [*PLAIN, "--size", "large"], "--size is 'large'"),
        (file, [*PLAIN, "--norm", "auto"], "needs --pairs"),
        (file, [*PLAIN, "--dropout", "1", "--size", "32"], "has no dropout"),
        (file, [*PLAIN, "--set", "canny.blur=2"], "canny.blur"),
        (file, [*PLAIN, "--pairs", str(tmp_path / "pairs"), "--size", "64"], "leave one"),
        (pict, [*PLAIN, "--size", "32", "--norm", "running"], "has no running statistics"),
        (file, [*PLAIN, "--size", "32", "--norm", "running"], "has no running statistics"),
    ):
        assert told in refusal(capsys, source, *more)


def test_on_a_terminal_it_asks_what_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(small_unet(), tmp_path / "net.pth")
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        return "canny"

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    path = imported(tmp_path / "net.pth", "--size", "32")
    assert read_card(path).conditioner.kind == "canny"
    assert len(asked) == 1 and "(face_mesh, canny, grayscale, plain)" in asked[0]
