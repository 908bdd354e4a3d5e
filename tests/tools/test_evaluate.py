"""One command judges any generator on any pictures, and its page and figures are right."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from tiny_onnx import write_generator

import evaluate
import train
from livegan.conditioners.conditioner import Conditioned
from livegan.conditioners.face_mesh import FaceMesh
from livegan.frames import Frame, Image
from livegan.generators.identity import Identity
from livegan.model_card import ConditionerCard, ModelCard, write_card
from livegan.parameters import Values
from livegan.sources import bundled_clip, open_source
from workshop import motion_metrics
from workshop.evaluation import Album, Evaluation
from workshop.evaluation_clip import evaluate_clip
from workshop.painters import Painter
from workshop.pairs import PairWriter

SIZE = 64
FRAMES = 30


@pytest.fixture(autouse=True)
def few_stills(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a still picture is looked at is tested elsewhere."""
    monkeypatch.setattr(motion_metrics, "SETTLING_FRAMES", 1)
    monkeypatch.setattr(motion_metrics, "JUDGED_FRAMES", 4)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every eighth frame of the clip that ships: much happens in little time."""
    path = tmp_path_factory.mktemp("clip") / "performer.avi"
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        images = [source.read().image for _ in range(8 * FRAMES)][::8]
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (width, height))
    for image in images:
        writer.write(image)
    writer.release()
    return path


def write_copier(path: Path, size: int) -> Path:
    """A generator that shows what it is shown."""
    ports = [helper.make_tensor_value_info(name, TensorProto.UINT8, [1, size, size, 3])
             for name in ("drawing", "picture")]
    node = helper.make_node("Identity", ["drawing"], ["picture"])
    graph = helper.make_graph([node], "copy", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    write_card(model, ModelCard("copier", (size, size), ConditionerCard("plain", 1)))
    onnx.save(model, str(path))
    return path


def scribble(seed: int) -> Image:
    random = np.random.default_rng(seed)
    image = np.zeros((SIZE, SIZE, 3), np.uint8)
    for _ in range(4):
        points = random.integers(0, SIZE, (2, 2)).tolist()
        cv2.line(image, points[0], points[1], (255, 255, 255), 2)
    return image


def write_pairs(out: Path, *, masks: bool = False, kind: str = "canny") -> Path:
    """Drawings with their negatives as targets; number 2 of the held out should be grey instead."""
    writer = PairWriter(out, "negatives", (SIZE, SIZE), ConditionerCard(kind, 1))
    mask: NDArray[np.uint8] = np.zeros((SIZE, SIZE), np.uint8)
    mask[:8] = 255
    for index in range(5):
        drawing = scribble(index)
        target = np.asarray(255 - drawing, np.uint8)
        if index == 3:
            target = np.full_like(drawing, 128)
        writer.add("train" if index == 0 else "val", drawing, target,
                   mask=mask if masks else None)
    writer.finish()
    return out


def judged(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "metrics.json").read_text(encoding="utf-8")))


def page(out: Path) -> str:
    return (out / "index.html").read_text(encoding="utf-8")


def run(*arguments: object) -> int:
    return evaluate.main([str(argument) for argument in arguments])


def test_pairs_are_compared_and_the_worst_comes_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reverse, pairs = write_generator(tmp_path / "reverse.onnx"), write_pairs(tmp_path / "pairs")
    out = tmp_path / "out"
    assert run(reverse, pairs, "--out", out) == 0
    told = judged(out)
    assert (told["schema"], told["kind"]) == (1, "pairs")
    assert told["generator"] == {"name": "reverse", "description": "openvino CPU f32",
                                 "size": [SIZE, SIZE], "conditioner": "canny"}
    cases = {case["name"]: case for case in told["cases"]}
    assert list(cases) == ["000000", "000001", "000002", "000003"]
    assert cases["000001"]["psnr_db"] == 100 and cases["000001"]["haarpsi"] == pytest.approx(1)
    assert cases["000002"]["l1"] == pytest.approx(127, abs=1)
    mean = np.mean([case["ms_ssim"] for case in cases.values()])
    assert told["metrics"]["ms_ssim"] == pytest.approx(mean, abs=1e-4)
    assert told["metrics"]["generate_ms_p95"] >= told["metrics"]["generate_ms_p50"] > 0
    assert told["metrics"]["held_flicker"] == 0
    assert any("No target shows a face" in note for note in told["notes"])
    names = re.findall(r"<b>(\d+)</b>", page(out))
    assert names[0] == "000002" and sorted(names) == list(cases)
    sources = re.findall(r'src="([^"]+)"', page(out))
    assert sources[:3] == [f"pictures/000002-{kind}.png" for kind in ("input", "output", "target")]
    np.testing.assert_array_equal(cv2.imread(str(out / sources[0])), scribble(3))
    np.testing.assert_array_equal(cv2.imread(str(out / sources[1])), 255 - scribble(3))
    assert "HaarPSI" in capsys.readouterr().out


def test_training_pairs_and_one_file_if_asked(tmp_path: Path) -> None:
    reverse, pairs = write_generator(tmp_path / "reverse.onnx"), write_pairs(tmp_path / "pairs")
    assert run(reverse, pairs, "--out", tmp_path / "out", "--split", "train", "--inline") == 0
    assert judged(tmp_path / "out")["metrics"]["psnr_db"] == 100
    sources = re.findall(r'src="([^"]{20})', page(tmp_path / "out"))
    assert sources == ["data:image/png;base6"] * 3


def test_holes_are_judged_by_themselves(tmp_path: Path) -> None:
    reverse = write_generator(tmp_path / "reverse.onnx")
    pairs = write_pairs(tmp_path / "pairs", masks=True)
    assert run(reverse, pairs, "--out", tmp_path / "out") == 0
    cases = judged(tmp_path / "out")["cases"]
    assert [case["hole_l1"] for case in cases] == pytest.approx([0, 0, 127, 0], abs=1)
    assert cases[0]["hole_psnr_db"] == 100


def test_the_other_way_paints_from_the_pictures(tmp_path: Path) -> None:
    copier, pairs = write_copier(tmp_path / "c.onnx", SIZE), write_pairs(tmp_path / "pairs")
    out = tmp_path / "out"
    assert run(copier, pairs, "--out", out, "--direction", "BtoA") == 0
    picture = 255 - scribble(1)
    np.testing.assert_array_equal(cv2.imread(str(out / "pictures/000000-input.png")), picture)
    np.testing.assert_array_equal(cv2.imread(str(out / "pictures/000000-target.png")), scribble(1))


def test_pairs_of_another_size_are_stretched_and_that_is_said(tmp_path: Path) -> None:
    large, pairs = write_generator(tmp_path / "large.onnx", size=96), write_pairs(tmp_path / "p")
    assert run(large, pairs, "--out", tmp_path / "out") == 0
    told = judged(tmp_path / "out")
    assert any("64 x 64 were stretched" in note for note in told["notes"])
    assert told["metrics"]["l1"] == pytest.approx(32, abs=3)  # only the grey one is off
    image = cv2.imread(str(tmp_path / "out" / "pictures" / "000000-target.png"))
    assert image.shape == (96, 96, 3)


def test_a_run_and_its_checkpoint_are_judged_as_they_stand(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert train.main([str(dataset), "--out", str(out), "--minutes", "0.02", "--batch", "4",
                       "--width", "8", "--depth", "2"]) == 0
    assert run(out, dataset, "--out", tmp_path / "judged") == 0
    told = judged(tmp_path / "judged")
    progress = json.loads((out / "run.json").read_text(encoding="utf-8"))["progress"]
    assert told["metrics"]["l1"] == pytest.approx(progress["metrics"]["l1"], abs=0.01)
    assert (told["generator"]["name"], told["generator"]["description"]) == (
        "run", "torch cpu float32")
    (checkpoint,) = out.glob("checkpoint*.safetensors")
    assert run(checkpoint, dataset, "--out", tmp_path / "again") == 0
    assert judged(tmp_path / "again")["cases"] == told["cases"]


def test_plain_pictures_need_no_target(tmp_path: Path, clip: Path) -> None:
    copier, folder = write_copier(tmp_path / "c.onnx", 256), tmp_path / "pictures"
    folder.mkdir()
    with closing(open_source(str(clip), live=False)) as source:
        cv2.imwrite(str(folder / "face 10.png"), source.read().image)
    cv2.imwrite(str(folder / "face 9.jpg"), np.full((300, 400, 3), 90, np.uint8))
    (folder / "torn.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    assert run(copier, folder, "--out", out) == 0
    told = judged(out)
    assert told["kind"] == "pictures"
    assert [case["name"] for case in told["cases"]] == ["face 9.jpg", "face 10.png"]
    assert told["metrics"]["detection_rate"] == 1.0
    assert any("torn.png is not a picture" in note for note in told["notes"])
    assert page(out).count("<img") == 6 and "pictures/face%2010.png-output.png" in page(out)
    assert (out / "pictures" / "face 10.png-output.png").exists()


def test_a_face_that_is_copied_lives(tmp_path: Path, clip: Path) -> None:
    assert run(write_copier(tmp_path / "c.onnx", 256), clip, "--out", tmp_path / "out") == 0
    told = judged(tmp_path / "out")
    assert told["kind"] == "clip" and told["metrics"]["detection_rate"] == 1.0
    for name in ("mouth", "eyes", "yaw"):
        assert told["metrics"][f"{name}_follows"] > 0.98
        assert told["metrics"][f"{name}_reach"] == pytest.approx(1, abs=0.1)
    assert told["metrics"]["condition_ms_p50"] > 0
    assert page(tmp_path / "out").count("<svg") == 3


def test_a_face_that_is_hard_to_read_lives_less(tmp_path: Path, clip: Path) -> None:
    negative = write_generator(tmp_path / "n.onnx", kind="grayscale", size=128)
    assert run(negative, clip, "--out", tmp_path / "out") == 0
    assert judged(tmp_path / "out")["metrics"]["mouth_follows"] < 0.8


class Mirror(Painter):
    """Draws the performer's mesh, and paints the performer: a generator that knows it all.

    Late in the clip it loses the face.
    """

    class Eye(FaceMesh):
        def condition(self, frame: Frame, values: Values) -> Conditioned:
            seen = super().condition(frame, values)
            Mirror.image = seen.camera if frame.index < FRAMES - 5 else np.zeros_like(seen.camera)
            return seen

    class Hand(Identity):
        def generate(self, image: Image) -> Image:
            return Mirror.image

    image: Image

    def open_conditioner(self) -> FaceMesh:
        return Mirror.Eye((256, 256))


def test_landmarks_are_held_against_what_was_drawn(tmp_path: Path, clip: Path) -> None:
    card = ModelCard("mirror", (256, 256), ConditionerCard("face_mesh", 1))
    told: Evaluation = evaluate_clip(
        Mirror(Mirror.Hand((256, 256)), card), clip, Album(tmp_path)
    )
    assert told.metrics["detection_rate"] == pytest.approx(1 - 5 / FRAMES)
    assert told.metrics["mouth_error"] < 0.05 and told.metrics["eyes_error"] < 0.05
    assert told.metrics["yaw_follows"] > 0.98
    lost = [row.name for row in told.rows if row.figures.get("face") == "lost"]
    assert lost == [f"frame-{index:05d}" for index in range(FRAMES - 5, FRAMES)]
    assert 12 <= len(told.rows) <= 24


def test_flicker_is_judged_where_there_is_a_face(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = tmp_path / "late.avi"
    writer = cv2.VideoWriter(str(late), cv2.VideoWriter.fourcc(*"MJPG"), 25, (360, 360))
    with closing(open_source(str(clip), live=False)) as source:
        for index in range(18):
            face = cv2.resize(source.read().image, (360, 360))
            writer.write(face if index >= 4 else np.zeros_like(face))
    writer.release()
    judged_on: list[Image] = []

    def watched(painter: Painter, stills: list[Image]) -> tuple[dict[str, float], list[str]]:
        judged_on.extend(stills)
        return {}, []

    monkeypatch.setattr("workshop.evaluation_clip.flicker_of", watched)
    card = ModelCard("mirror", (256, 256), ConditionerCard("face_mesh", 1))
    evaluate_clip(Mirror(Mirror.Hand((256, 256)), card), late, Album(tmp_path))
    assert len(judged_on) == 3 and min(still.mean() for still in judged_on) > 40


def test_a_clip_without_a_face_says_so(tmp_path: Path) -> None:
    path = tmp_path / "wall.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (96, 96))
    for _ in range(3):
        writer.write(np.full((96, 96, 3), 90, np.uint8))
    writer.release()
    assert run(write_generator(tmp_path / "r.onnx"), path, "--out", tmp_path / "out") == 0
    told = judged(tmp_path / "out")
    assert "detection_rate" not in told["metrics"]
    assert any("no face before the camera" in note for note in told["notes"])
    assert any("liveness was not judged" in note for note in told["notes"])


def test_a_new_evaluation_takes_the_old_ones_place(tmp_path: Path) -> None:
    reverse, pairs = write_generator(tmp_path / "reverse.onnx"), write_pairs(tmp_path / "pairs")
    out = tmp_path / "out"
    assert run(reverse, pairs, "--out", out) == 0
    (out / "mine.txt").write_text("kept")
    (out / ".evaluate-killed" / "pictures").mkdir(parents=True)  # as kill -9 leaves it
    assert run(reverse, pairs, "--out", out, "--split", "train") == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "index.html", "metrics.json", "mine.txt", "pictures"]
    assert len(list((out / "pictures").iterdir())) == 3


def test_stopped_half_way_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reverse, pairs = write_generator(tmp_path / "reverse.onnx"), write_pairs(tmp_path / "pairs")
    out = tmp_path / "out"
    assert run(reverse, pairs, "--out", out) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluate, "write_evaluation", stopped)
    assert run(reverse, pairs, "--out", out, "--split", "train") == 130
    assert "nothing was written" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reverse, pairs = write_generator(tmp_path / "reverse.onnx"), write_pairs(tmp_path / "pairs")
    other = write_pairs(tmp_path / "other", kind="grayscale")
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken" / "pictures").mkdir(parents=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "index.html").write_text("how it goes")
    (tmp_path / "file").write_text("")
    out = tmp_path / "out"
    for arguments, wanted in (
        ((tmp_path / "nothing.onnx", pairs, "--out", out), "no generator at"),
        ((tmp_path / "nothing.safetensors", pairs, "--out", out), "no checkpoint at"),
        ((tmp_path / "empty", pairs, "--out", out), "is not a run"),
        (("mona-lisa", pairs, "--out", out), "no generator at mona-lisa; did you mean "),
        ((reverse, tmp_path / "nothing", "--out", out), "no dataset, picture or clip at"),
        ((reverse, tmp_path / "empty", "--out", out), "holds no picture"),
        ((reverse, tmp_path / "file", "--out", out), "is not a video"),
        ((reverse, other, "--out", out), "was drawn by grayscale version 1, reverse wants canny"),
        ((reverse, pairs, "--out", tmp_path / "taken"), "choose another --out"),
        ((reverse, pairs, "--out", tmp_path / "run"), "index.html is not of an evaluation"),
        ((reverse, pairs, "--out", tmp_path / "file"), "can't write to"),
        ((reverse, pairs, "--out", out, "--painter", "a2b"), "--painter is for runs"),
    ):
        assert run(*arguments) == 2
        error = capsys.readouterr().err
        assert wanted in error and error.startswith("evaluate: ") and error.count("\n") == 1
    assert not (out / "index.html").exists()
    assert (tmp_path / "taken" / "pictures").exists()
    assert (tmp_path / "run" / "index.html").read_text() == "how it goes"
