"""An autoencoder learns pictures, and its latents are played as one generator."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from discs import pair
from numpy.typing import NDArray

import export
import train
from livegan.conditioners.face_framing import Square, cut_square
from livegan.conditioners.latent_drawing import COUNT, REACH, Layout, draw_latents
from livegan.errors import UsageError
from livegan.generators import load_generator
from livegan.model_card import ConditionerCard, ModelCard, read_card, write_card
from livegan.sources import bundled_clip, open_source
from workshop.autoencoder_networks import FORMS, Autoencoder, AutoencoderShape, Form
from workshop.autoencoder_onnx import build_latent_onnx
from workshop.checkpoint import load_checkpoint, newest_checkpoint
from workshop.latent_space import fit_space, paint
from workshop.quality import psnr_db
from workshop.recipes.autoencoder_morphing import MorphingRecipe, choose_canvases
from workshop.recipes.autoencoder_recipe import AutoencoderRecipe
from workshop.recipes.computing import Computing
from workshop.recipes.faces import Framed, find_framing, frame_alike, read_faces
from workshop.strangers import as_strangers

SIZE = 256
SIDE = Layout(SIZE).face
NOBODY = np.zeros((SIDE, SIDE, 3), np.uint8)
Pictures = NDArray[np.uint8]


def discs(count: int, first: int = 0) -> Pictures:
    return np.stack([pair(seed)[1] for seed in range(first, first + count)])


def nodding(pictures: Pictures) -> Framed:
    """The pictures as faces whose landmarks lie where the disc does."""
    large = np.stack([cv2.resize(picture, (SIZE, SIZE)) for picture in pictures])
    shape = np.random.default_rng(0).uniform(-40, 40, (478, 2))
    near = (np.abs(large.astype(int) - (120, 170, 220)).sum(3) < 90)
    middles = np.array([np.argwhere(disc).mean(0)[::-1] for disc in near])
    return Framed(large.astype(np.uint8), (middles[:, None] + shape).astype(np.float32))


def recipe_of(form: Form, pictures: Pictures, latents: int = 8) -> AutoencoderRecipe:
    if form == "morphing":
        two = AutoencoderShape(form, latents, 2)
        return MorphingRecipe(two, nodding(pictures), [0, 1], 8, 0, Computing())
    shape = AutoencoderShape(form, latents)
    return AutoencoderRecipe(shape, pictures, False, 8, 0, Computing())


@pytest.fixture(scope="module")
def recipe() -> AutoencoderRecipe:
    """Trained until it knows discs from background."""
    recipe = recipe_of("convolutional", discs(64))
    for index in range(60):
        recipe.step(index / 60)
    return recipe


def faces_to_encode(pictures: Pictures) -> Pictures:
    enlarged = [cv2.resize(picture, (SIDE, SIDE)) for picture in pictures]
    return np.stack([draw_latents(face, 1.0, np.zeros(COUNT), SIZE) for face in enlarged])


def played(latents: NDArray[np.float64]) -> Pictures:
    return np.stack([draw_latents(NOBODY, 0.0, row, SIZE) for row in latents])


def test_pictures_that_it_never_saw_come_out_as_they_went_in(recipe: AutoencoderRecipe) -> None:
    unseen = discs(12, first=500)
    targets = np.stack([cv2.resize(picture, (SIZE, SIZE)) for picture in unseen])
    painted = recipe.painters[""](faces_to_encode(unseen))
    mean = np.broadcast_to(discs(64).mean(0).astype(np.uint8), unseen.shape)
    always_the_mean = np.stack([cv2.resize(picture, (SIZE, SIZE)) for picture in mean])
    assert psnr_db(painted, targets) > psnr_db(always_the_mean, targets) + 2


def test_random_draws_are_spread_as_the_pictures_are(recipe: AutoencoderRecipe) -> None:
    draws = np.random.default_rng(1).standard_normal((64, COUNT))
    imagined = recipe.painters["random"](played(draws)).astype(float)
    encoded = recipe.painters[""](faces_to_encode(discs(64))).astype(float)
    assert np.abs(imagined.mean(0) - encoded.mean(0)).mean() < 6
    assert 0.6 < imagined.std(0).mean() / encoded.std(0).mean() < 1.6


def test_the_first_slider_changes_most_and_up_is_brighter(recipe: AutoencoderRecipe) -> None:
    paint_now = recipe.painters["random"]
    eye = np.eye(COUNT)[:8]
    up = paint_now(played(eye)).astype(int)
    down = paint_now(played(-eye)).astype(int)
    changes = np.square(up - down).mean((1, 2, 3))
    assert changes[0] > 0.9 * changes.max() and changes[0] > 5 * changes[7]
    assert (up - down)[0].mean() > 0


def test_half_encoded_lies_between_the_mean_and_the_face(recipe: AutoencoderRecipe) -> None:
    face = cv2.resize(discs(1)[0], (SIDE, SIDE))
    none, half, whole = (
        recipe.painters[""](draw_latents(np.asarray(face, np.uint8), share, np.zeros(COUNT), SIZE)[
            np.newaxis]).astype(int) for share in (0.0, 0.5, 1.0)
    )
    way = np.abs(whole - none).mean()
    assert way > 1
    assert 0.2 * way < np.abs(half - none).mean() < 0.8 * way


@pytest.mark.parametrize("form", FORMS)
def test_the_graph_reads_a_drawing_as_the_network_does(form: Form, tmp_path: Path) -> None:
    recipe = recipe_of(form, discs(16))
    losses = [recipe.step(index / 10)["reconstruction"] for index in range(10)]
    # A morphing one begins with pictures as they are; what it learns is told below.
    assert losses[-1] < (0.97 if form == "morphing" else 0.8) * losses[0], "it learns"
    space = fit_space(recipe.network)
    model = build_latent_onnx(recipe.network, space, (SIZE, SIZE))
    path = tmp_path / "discs.onnx"
    write_card(model, ModelCard("discs", (SIZE, SIZE), ConditionerCard("latent", 1)))
    path.write_bytes(model.SerializeToString())
    random = np.random.default_rng(4)
    drawings = np.stack([
        draw_latents(random.integers(0, 256, (SIDE, SIDE, 3), np.uint8), share,
                     random.uniform(-REACH, REACH, COUNT), SIZE)
        for share in (0.0, 0.3, 1.0)
    ])
    wanted = paint(recipe.network, space, drawings)
    generator = load_generator(path, precision="f32")
    painted = np.stack([generator.generate(drawing) for drawing in drawings])
    generator.close()
    assert np.abs(painted.astype(int) - wanted).max() <= 1
    assert wanted.std((0,)).mean() > 1, "they differ"


@pytest.mark.parametrize("form", FORMS)
def test_a_stopped_run_goes_on_as_one_that_was_not(form: Form) -> None:
    pictures = discs(32)
    straight, stopped = (recipe_of(form, pictures, 4) for _ in range(2))
    for index in range(4):
        straight.step(index / 4)
    for index in range(2):
        stopped.step(index / 4)
    resumed = recipe_of(form, pictures, 4)
    resumed.network.load_state_dict(stopped.network.state_dict())
    resumed.adam.load_state_dict(stopped.adam.state_dict())
    resumed.steps = 2
    for index in range(2, 4):
        resumed.step(index / 4)
    for name, tensor in straight.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name


def test_a_run_shows_faces_and_becomes_a_generator(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index, picture in enumerate(discs(20)):
        cv2.imwrite(str(folder / f"{index}.png"), picture)
    (folder / "20.png").write_bytes(b"no picture")
    run = tmp_path / "run"
    asked = [str(folder), "--recipe", "autoencoder", "--out", str(run), "--epochs", "3",
             "--batch", "8", "--latents", "5"]
    assert train.main(asked) == 0
    preview = cv2.imread(str(run / "preview.png"))
    # 3 held-out pictures, 16 random ones, two rows beside each other of three pictures each.
    assert preview.shape == (10 * SIZE, 6 * SIZE, 3)
    assert "random" in (run / "index.html").read_text(encoding="utf-8")
    assert export.main([str(run), "--name", "discs", "--out", str(tmp_path)]) == 0
    card = read_card(tmp_path / "discs.onnx")
    assert card.conditioner.kind == "latent" and card.size == (SIZE, SIZE)
    assert card.conditioner.settings["latent.face_size"] == 0, "there are no faces in them"
    assert {"l1", "psnr_db"} == set(card.metrics)
    # A slider that the network has changes the picture, one that it has not doesn't.
    generator = load_generator(tmp_path / "discs.onnx")
    mean, first, sixth = (
        generator.generate(draw_latents(NOBODY, 0.0, row * 3, SIZE)).astype(int)
        for row in (np.zeros(COUNT), np.eye(COUNT)[0], np.eye(COUNT)[5])
    )
    generator.close()
    assert np.abs(first - mean).max() > 0 and np.abs(sixth - mean).max() == 0
    checkpoint = newest_checkpoint(run)
    assert checkpoint is not None
    load_checkpoint(checkpoint, {"network": Autoencoder(AutoencoderShape("convolutional", 5))})


def test_the_picture_half_of_pairs_is_learnt(dataset: Path) -> None:
    faces = read_faces(dataset, 64, lambda done, total: None)
    assert faces.train.shape == (24, 64, 64, 3) and faces.val.shape == (6, 64, 64, 3)
    np.testing.assert_array_equal(faces.train[0], pair(0)[1])


def test_the_last_pictures_of_a_folder_are_held_out(tmp_path: Path) -> None:
    for index in range(10):
        picture = np.full((64, 64, 3), 10 * index, np.uint8)
        cv2.imwrite(str(tmp_path / f"frame {index}.png"), picture)
    faces = read_faces(tmp_path, 64, lambda done, total: None)
    assert faces.val[:, 0, 0, 0].tolist() == [80, 90]
    assert faces.card.counts == {"train": 8, "val": 2}


def test_how_faces_lie_is_measured() -> None:
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        frame = source.read().image
    side = min(frame.shape[:2])
    whole, near = (
        np.stack([cut_square(frame, Square((frame.shape[1] - part) / 2, (side - part) / 2, part),
                             256)] * 2)
        for part in (side, side * 0.8)
    )
    wide, tight = find_framing(whole), find_framing(near)
    assert wide is not None and tight is not None
    assert tight[0] == pytest.approx(wide[0] / 0.8, abs=0.02)
    assert find_framing(discs(3)) is None


def test_framed_faces_lie_alike() -> None:
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        frames = [source.read().image for _ in range(100)][::20]
    side = frames[0].shape[0]
    # Near and far, left and right; the third shows nobody.
    pictures = np.stack([
        cut_square(frame, Square(shift * side, shift * side, part * side), SIZE)
        for frame, shift, part in zip(
            frames, (0, 0.1, 5, 0.05, -0.1), (1, 0.8, 0.1, 0.9, 1.2), strict=True)
    ])
    seen: list[tuple[int, int]] = []
    framed = frame_alike(pictures, (0.26, 0.42), lambda done, total: seen.append((done, total)))
    assert len(framed) == 4 and seen[-1] == (5, 5)
    assert framed.pictures.shape == (4, SIZE, SIZE, 3)
    eyes = framed.landmarks[:, [33, 133, 362, 263]].mean(1)
    np.testing.assert_allclose(eyes, np.broadcast_to((0.5 * SIZE, 0.42 * SIZE), (4, 2)), atol=0.1)
    # And the pictures lie as their landmarks say.
    lying = find_framing(framed.pictures)
    assert lying is not None
    np.testing.assert_allclose(lying, (0.26, 0.42), atol=0.021)


def test_of_each_look_a_calm_and_an_open_mouthed_picture_is_bent() -> None:
    random = np.random.default_rng(1)
    count = 40
    colours = np.array([[200, 40, 30], [30, 60, 220]])[np.arange(count) % 2]
    pictures = np.broadcast_to(colours[:, None, None], (count, SIZE, SIZE, 3)).astype(np.uint8)
    landmarks = np.broadcast_to(random.uniform(60, 200, (478, 2)), (count, 478, 2)).copy()
    landmarks[:, 13] = landmarks[:, 14] = (128, 180)
    landmarks[:, 14, 1] += np.arange(count)  # the last ones shout
    away = random.uniform(5, 9, (26, 1, 2)) * random.choice([-1, 1], (26, 1, 2))
    landmarks[6:32] += away  # these move their heads
    chosen = choose_canvases(Framed(pictures, landmarks.astype(np.float32)), 2)
    assert len(chosen) == 4
    assert chosen[0] % 2 == chosen[1] % 2 != chosen[2] % 2 == chosen[3] % 2
    for calm, shout in (chosen[:2], chosen[2:]):
        assert calm < 6 and shout >= 32
    with pytest.raises(UsageError, match="ask for 2"):
        choose_canvases(Framed(pictures, landmarks.astype(np.float32)), 5)


def test_a_morphing_network_learns_where_to_fetch_the_skin_from() -> None:
    recipe = recipe_of("morphing", discs(48))
    losses = [recipe.step(index / 80) for index in range(80)]
    first, last = (np.mean([loss["moves"] for loss in part]) for part in (losses[:5], losses[-5:]))
    assert last < 0.6 * first
    # Half way between two faces the skin lies half way between theirs.
    between = np.mean([loss["between"] for loss in losses[-5:]])
    assert between < 0.7 * np.mean([loss["between"] for loss in losses[:5]])


def test_a_stranger_is_the_same_face_in_other_light() -> None:
    faces = torch.from_numpy(discs(4).astype(np.float32)).permute(0, 3, 1, 2) / 127.5 - 1
    torch.manual_seed(0)
    strange = as_strangers(np.random.default_rng(0), faces)
    assert strange.shape == faces.shape and strange.abs().max() <= 1
    for one, other in zip(faces, strange, strict=True):
        assert (one - other).abs().mean() > 0.05
        rows = torch.stack([one.mean(0).flatten(), other.mean(0).flatten()])
        assert torch.corrcoef(rows)[0, 1].abs() > 0.4


@pytest.mark.parametrize("options, told", [
    (["--looks", "0"], "--looks"),
    (["--form", "morphing"], "60; take more pictures, or --form convolutional"),
    (["--latents", "33"], "1 to 32"),
    (["--latents", "0"], "1 to 32"),
    (["--batch", "1"], "--batch"),
])
def test_what_can_not_be_is_one_line(
    dataset: Path, tmp_path: Path, options: list[str], told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = [str(dataset), "--recipe", "autoencoder", "--out", str(tmp_path / "run"), *options]
    assert train.main(asked) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_enough_pictures_is_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "only.png"), discs(1)[0])
    with pytest.raises(UsageError, match="2 or more"):
        read_faces(tmp_path, 64, lambda done, total: None)
