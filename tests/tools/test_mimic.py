"""Two films of "two people": the clip that ships, and the same in other colours and backwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from faces import moved, neutral_face, open_mouthed, shut_eyed

import dataset
from livegan.conditioners.crop import cut_part
from livegan.frames import Frame, Image
from livegan.parameters import Values
from livegan.sinks.recording import Recording
from livegan.sources import bundled_clip, open_source
from workshop.film_pairs import Film
from workshop.mimicry import match_by_pose, match_by_time
from workshop.painting import Array
from workshop.pairs import read_dataset

SIZE, COUNT, FPS = 96, 48, 24


def write_film(path: Path, images: Sequence[Image]) -> Path:
    height, width = images[0].shape[:2]
    sink = Recording(path, size=(height, width), fps=FPS, live=False)
    for index, image in enumerate(images):
        sink.show(Frame(image, index, index / FPS))
    sink.close()
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Every fourth frame; and those backwards, with blue and red exchanged."""
    with closing(open_source(str(bundled_clip()), live=False)) as source:
        images = [source.read().image for _ in range(4 * COUNT)][::4]
    folder = tmp_path_factory.mktemp("films")
    other = [np.ascontiguousarray(image[..., ::-1]) for image in images[::-1]]
    return write_film(folder / "me.mp4", images), write_film(folder / "you.mp4", other)


def mimic(films: Sequence[Path], out: Path, *more: object) -> int:
    return dataset.main(["mimic", *map(str, films), "--out", str(out), "--size", str(SIZE),
                         "--workers", "1", *map(str, more)])


def frames_of(out: Path, split: str) -> list[tuple[int, int]]:
    origins = json.loads((out / "origins.json").read_text(encoding="utf-8"))[split]
    return [(int(a.split("frame ")[1]), int(b.split("frame ")[1]))
            for a, b in (origin.split(", ") for origin in origins)]


def test_each_frame_goes_with_the_face_that_does_the_same(
    films: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "me-as-you"
    asked = ("--held-out", 0.2, "--within", 0.2)
    assert mimic(films, out, *asked) == 0
    made = read_dataset(out)
    assert made.card.conditioner.kind == "plain" and made.train.landmarks is None
    # Both films have the same faces in their first four fifths, but for those at the ends.
    drawings = made.train.drawings.astype(int)
    answers = made.train.pictures[..., ::-1].astype(int)
    pairs = frames_of(out, "train")
    shared = [k for k, (frame, _) in enumerate(pairs) if frame >= 0.2 * COUNT + 1]
    assert len(shared) > 20
    apart = np.abs(drawings[shared] - answers[shared]).mean(axis=(1, 2, 3))
    others = np.abs(drawings[shared] - answers[shared[::-1]]).mean(axis=(1, 2, 3))
    assert np.median(apart) < 0.5 * np.median(others)
    assert all(answer < 0.8 * COUNT + 1 for _, answer in pairs), "held out of the other film, too"
    assert all(answer >= 0.8 * COUNT - 1 for _, answer in frames_of(out, "val"))
    assert "frames have one like them" in capsys.readouterr().out
    assert mimic(films, out, *asked) == 0
    assert "is made already" in capsys.readouterr().out


def test_frames_of_the_same_moment(films: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "by-time"
    assert mimic(films, out, "--by", "time", "--cut", "middle", "--offset", 5 / FPS,
                 "--conditioner", "face_mesh") == 0
    pairs = frames_of(out, "train") + frames_of(out, "val")
    assert pairs == [(k, k + 5) for k in range(COUNT - 5)]
    made = read_dataset(out)
    drawing = made.train.drawings[0]
    assert 0.01 < (drawing.max(axis=2) > 100).mean() < 0.4, "lines on black"
    # The middle of the film as the stage would show it.
    with closing(open_source(str(films[1]), live=False)) as source:
        image = [source.read().image for _ in range(6)][5]
    side = min(image.shape[:2])
    left = (image.shape[1] - side) // 2
    seen = image[:side, left : left + side].reshape(-1, 3).mean(axis=0)
    assert made.train.pictures[0].reshape(-1, 3).mean(axis=0) == pytest.approx(seen, abs=2)


def test_mistakes_are_one_line(
    films: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    me, you = films
    pattern = np.full((64, 64, 3), 90, np.uint8)
    empty = write_film(tmp_path / "empty.mp4", [pattern] * 30)
    for pair, more, told in (
        ((me, tmp_path / "none.mp4"), (), "no such film"),
        ((me, empty), (), "no frame shows a face"),
        ((me, empty), ("--cut", "middle"), "0 frames show a sharp face"),
        ((me, you), ("--offset", 1), "--offset is for --by time"),
        ((me, you), ("--by", "time", "--offset", 99), "only 0 frames go together"),
        ((me, you), ("--within", 1e-6), "wanted at least 20; let them do more of the same"),
        ((me, you), ("--size", "64x32"), "films are cut as squares"),
    ):
        assert mimic(pair, tmp_path / "out", *more) == 2
        error = capsys.readouterr().err.strip().splitlines()[-1]
        assert error.startswith("dataset: ") and told in error
        for stale in (tmp_path / "out" / "parts").glob("*"):
            stale.unlink()


def test_the_stage_cuts_as_the_films_were_cut(films: tuple[Path, Path], tmp_path: Path) -> None:
    """What comes out of the crop on stage is the film's middle, twice as near; and the face."""
    out = tmp_path / "near"
    assert mimic(films, out, "--by", "time", "--cut", "middle", "--zoom", 2) == 0
    near = read_dataset(out).card.conditioner.settings
    assert near == {"source.zoom": 2, "source.pan_x": 0, "source.pan_y": 0}
    out = tmp_path / "face"
    assert mimic(films, out, "--by", "time", "--zoom", 1.5) == 0
    made = read_dataset(out)
    values = Values(made.card.conditioner.settings)
    frame = frames_of(out, "train")[0][0]
    with closing(open_source(str(films[0]), live=False)) as source:
        image = [source.read().image for _ in range(frame + 1)][frame]
    apart = [
        np.abs(cut_part(image, cut, (SIZE, SIZE)).astype(int) - made.train.drawings[0]).mean()
        for cut in (values, Values())
    ]
    assert apart[0] < 0.5 * apart[1]
    out = tmp_path / "mesh"
    assert mimic(films, out, "--conditioner", "face_mesh") == 0
    assert "source.zoom" not in read_dataset(out).card.conditioner.settings, "it finds the face"


def film(faces: list[Array], good: Sequence[int] | None = None, fps: float = 25) -> Film:
    frames = np.arange(len(faces)) if good is None else np.array(good)
    return Film(Path("a.mp4"), np.zeros((1, 3)), frames, np.stack(faces), fps, 0, 0)


def test_what_a_face_does_counts_and_not_whose_it_is_or_where() -> None:
    calm = [neutral_face(0)] * 30
    ours = [*calm, open_mouthed(neutral_face(0), 25), moved(neutral_face(0), (15, 0, 0)),
            shut_eyed(neutral_face(0))]
    other = neutral_face(1, eyes_px=80, at=150)
    theirs = [*[other] * 30, shut_eyed(other), open_mouthed(other, 40),
              moved(other, (15, 0, 0), scale=1.2, shift=(30, 10))]
    matches = match_by_pose(film(ours), film(theirs), 0, 9.0, lambda: None)
    assert [task.answer for task in matches.tasks[-3:]] == [31, 32, 30]
    assert all(task.answer < 30 for task in matches.tasks[:30])
    wide = match_by_pose(film(ours), film(theirs[:30]), 0, 0.1, lambda: None)
    assert wide.left_out == 3, "nobody does the like"


def test_films_of_other_rates_and_gaps_go_together_by_time() -> None:
    face = [neutral_face(0)]
    ours, theirs = film(face * 4, [0, 10, 20, 30]), film(face * 3, [0, 24, 36], fps=30)
    matches = match_by_time(ours, theirs, 0.3, 0.0)
    found = [(task.split, task.frame, task.answer) for task in matches.tasks]
    assert found == [("train", 0, 0), ("train", 20, 24), ("val", 30, 36)]
    assert matches.left_out == 1
