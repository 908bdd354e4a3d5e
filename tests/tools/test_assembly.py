"""Whatever stops the making of a dataset, nothing half-made counts, and the same command goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from livegan.errors import UsageError
from livegan.model_card import ConditionerCard
from workshop.assembly import Assembly, Pair
from workshop.dataset_card import DatasetCard
from workshop.pairs import read_dataset

SIZE = (16, 24)
MADE = {"subcommand": "test", "size": SIZE}
CARD = DatasetCard("noise", SIZE, ConditionerCard("plain", 1), None, "", "", "dice", {})
TASKS = [("train", "a"), ("train", "b"), ("val", "c"), ("train", "d")]


def pair(seed: int) -> Pair:
    random = np.random.default_rng(seed)
    drawing, picture = random.integers(0, 256, (2, *SIZE, 3), dtype=np.uint8)
    mask = np.asarray(255 * random.integers(0, 2, SIZE), np.uint8)
    return Pair(drawing, picture, random.uniform(0, 16, (478, 3)), mask)


def check(out: Path, seeds: list[int]) -> None:
    dataset = read_dataset(out)
    assert dataset.train.landmarks is not None and dataset.train.masks is not None
    assert dataset.val.masks is not None
    for index, seed in enumerate(seeds):
        wanted = pair(seed)
        np.testing.assert_array_equal(dataset.train.drawings[index], wanted.drawing)
        assert wanted.landmarks is not None and wanted.mask is not None
        np.testing.assert_array_equal(dataset.train.masks[index], wanted.mask)
        np.testing.assert_allclose(
            dataset.train.landmarks[index], wanted.landmarks[:, :2], atol=0.01
        )
    np.testing.assert_array_equal(dataset.val.pictures[0], pair(2).picture)
    assert not (out / "parts").exists()


def test_pairs_come_in_any_order_and_gaps_are_closed(tmp_path: Path) -> None:
    assembly = Assembly(tmp_path / "d", SIZE, MADE)
    for number in (3, 2, 0):
        assembly.parts.put(number, pair(number))
    card = assembly.finish(CARD, TASKS)
    assert card.counts == {"train": 2, "val": 1} and card.masks
    check(tmp_path / "d", [0, 3])


def test_the_same_command_makes_only_what_is_missing(tmp_path: Path) -> None:
    Assembly(tmp_path / "d", SIZE, MADE).parts.put(1, pair(1))
    again = Assembly(tmp_path / "d", SIZE, MADE)
    assert again.remaining(4) == [0, 2, 3] and not again.planned
    for number in (0, 2, 3):
        again.parts.put(number, pair(number))
    again.finish(CARD, TASKS)
    check(tmp_path / "d", [0, 1, 3])
    finished = Assembly(tmp_path / "d", SIZE, MADE)
    assert finished.card is not None and finished.card.counts == {"train": 3, "val": 1}


@pytest.mark.parametrize("stopped_after", range(11))
def test_putting_together_goes_on_from_any_move(
    stopped_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "d"
    assembly = Assembly(out, SIZE, MADE)
    for number in range(4):
        assembly.parts.put(number, pair(number))
    moves = 0
    replace = os.replace

    def stop(source: Path, target: Path) -> None:
        nonlocal moves
        if moves == stopped_after:
            raise KeyboardInterrupt
        moves += 1
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("workshop.assembly.os.replace", stop)
        with pytest.raises(KeyboardInterrupt):
            assembly.finish(CARD, TASKS)
    with pytest.raises(UsageError, match="not a dataset"):
        read_dataset(out)
    again = Assembly(out, SIZE, MADE)
    assert again.planned or again.remaining(4) == []
    again.finish(CARD, TASKS)
    check(out, [0, 1, 3])


@pytest.mark.parametrize("stopped_after", [0, 3, 6, 7])
def test_a_dataset_that_was_killed_as_its_parts_were_taken_away_is_swept(
    stopped_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "d"
    assembly = Assembly(out, SIZE, MADE)
    for number in range(4):
        assembly.parts.put(number, pair(number))
    (assembly.parts.folder / "film-0.npz").write_bytes(b"what was seen in it")
    taken = 0

    def stop(way: Callable[[Path], None], path: Path) -> None:
        nonlocal taken
        if taken == stopped_after:
            raise KeyboardInterrupt
        taken += path.parent == assembly.parts.folder or path == assembly.parts.folder
        way(path)

    unlink, rmdir = Path.unlink, Path.rmdir
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda path: stop(unlink, path))
        patch.setattr(Path, "rmdir", lambda path: stop(rmdir, path))
        with pytest.raises(KeyboardInterrupt):
            assembly.finish(CARD, TASKS)
    assert assembly.parts.folder.exists()
    assert Assembly(out, SIZE, MADE).card is not None
    check(out, [0, 1, 3])


def test_a_part_that_was_being_written_does_not_count(tmp_path: Path) -> None:
    parts = Assembly(tmp_path / "d", SIZE, MADE).parts
    parts.put(0, pair(0))
    whole = parts.path(0).read_bytes()
    parts.path(0).unlink()
    parts.path(0, ".partial").write_bytes(whole[:100])
    assert Assembly(tmp_path / "d", SIZE, MADE).remaining(1) == [0]


def test_another_command_does_not_go_on_with_it(tmp_path: Path) -> None:
    Assembly(tmp_path / "d", SIZE, MADE).parts.put(0, pair(0))
    with pytest.raises(UsageError, match="begun with subcommand 'test', not 'other'"):
        Assembly(tmp_path / "d", SIZE, {**MADE, "subcommand": "other"})


def test_a_mistake_of_which_no_pair_came_is_typed_again_as_it_was_meant(tmp_path: Path) -> None:
    wrong = Assembly(tmp_path / "d", SIZE, {**MADE, "film": "README.md"})
    (wrong.parts.folder / "film-0.npz").write_bytes(b"what was seen in it")
    right = Assembly(tmp_path / "d", SIZE, {**MADE, "film": "me.mp4"})
    assert [path.name for path in right.parts.folder.iterdir()] == ["job.json"]
    right.parts.put(0, pair(0))
    assert Assembly(tmp_path / "d", SIZE, {**MADE, "film": "me.mp4"}).remaining(2) == [1]


def test_a_folder_that_is_called_parts_by_chance_is_left_alone(tmp_path: Path) -> None:
    novel = tmp_path / "parts" / "one.txt"
    novel.parent.mkdir()
    novel.write_text("It was a dark and stormy night")
    with pytest.raises(UsageError, match="parts holds something else"):
        Assembly(tmp_path, SIZE, MADE)
    assert list(novel.parent.iterdir()) == [novel]
    novel.unlink()
    (novel.parent / "job.json.partial").write_text("{")
    assert Assembly(tmp_path, SIZE, MADE).remaining(1) == [0], "killed as it began"


def test_pictures_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "train" / "holiday.jpg"
    mine.parent.mkdir()
    cv2.imwrite(str(mine), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(UsageError, match="train holds pictures already"):
        Assembly(tmp_path, SIZE, MADE)
    assert mine.exists()


def test_nothing_at_all_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no pair came of it"):
        Assembly(tmp_path / "d", SIZE, MADE).finish(CARD, TASKS)


def test_masks_for_some_pairs_only_are_refused(tmp_path: Path) -> None:
    assembly = Assembly(tmp_path / "d", SIZE, MADE)
    assembly.parts.put(0, pair(0))
    assembly.parts.put(1, Pair(pair(1).drawing, pair(1).picture, pair(1).landmarks))
    with pytest.raises(ValueError, match="1 of 2 pairs have a mask"):
        assembly.finish(CARD, TASKS)
