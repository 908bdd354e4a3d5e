"""A dataset is read as it was written, and a broken one says what is broken."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from livegan.errors import UsageError
from livegan.frames import Image
from livegan.model_card import ConditionerCard
from workshop.pairs import PairWriter, read_dataset

SIZE = (32, 48)


def images(count: int) -> list[Image]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*SIZE, 3), dtype=np.uint8) for _ in range(count)]


def writer(out: Path) -> PairWriter:
    conditioner = ConditionerCard("canny", 2, {"canny.blur": 1.5})
    return PairWriter(out, "noise", SIZE, conditioner, None, "CC0", "nobody", "dice")


def write(out: Path) -> Path:
    some = writer(out)
    for index, split in enumerate(("train", "train", "val")):
        some.add(split, images(3)[index], images(6)[3 + index])
    some.finish()
    return out


def test_pairs_come_back_to_the_pixel(tmp_path: Path) -> None:
    shown: list[tuple[int, int]] = []
    dataset = read_dataset(write(tmp_path / "d"), lambda done, total: shown.append((done, total)))
    np.testing.assert_array_equal(dataset.train.drawings, images(2))
    np.testing.assert_array_equal(dataset.train.pictures, images(6)[3:5])
    np.testing.assert_array_equal(dataset.val.pictures, images(6)[5:])
    assert dataset.train.landmarks is None
    assert dataset.card.conditioner == ConditionerCard("canny", 2, {"canny.blur": 1.5})
    assert (dataset.card.name, dataset.card.size, dataset.card.puppet) == ("noise", SIZE, None)
    assert (dataset.card.licence, dataset.card.credit) == ("CC0", "nobody")
    assert shown == [(1, 3), (2, 3), (3, 3)]


def test_the_drawing_lies_left(tmp_path: Path) -> None:
    path = write(tmp_path / "d") / "train" / "000000.png"
    np.testing.assert_array_equal(cv2.imread(str(path))[:, : SIZE[1]], images(1)[0])


def test_landmarks_and_puppet_come_back(dataset: Path) -> None:
    read = read_dataset(dataset)
    assert read.train.landmarks is not None and read.val.landmarks is not None
    assert read.train.landmarks.shape == (24, 478, 2)
    assert read.val.landmarks.dtype == np.float32
    assert read.card.puppet is not None and read.card.puppet.limits.yaw_deg == 30


def test_landmarks_for_some_pairs_only_are_refused(tmp_path: Path) -> None:
    some = writer(tmp_path / "d")
    drawing, picture = images(2)
    some.add("train", drawing, picture, np.zeros((478, 3)))
    some.add("val", drawing, picture)
    with pytest.raises(ValueError, match="landmarks"):
        some.finish()


def test_a_pair_of_another_size_is_refused(tmp_path: Path) -> None:
    some = writer(tmp_path / "d")
    with pytest.raises(ValueError, match=r"\(48, 32, 3\), wanted uint8 \(32, 48, 3\)"):
        some.add("train", images(1)[0], images(1)[0].transpose(1, 0, 2))


def test_an_unfinished_dataset_is_none_and_is_written_over(tmp_path: Path) -> None:
    some = writer(tmp_path / "d")
    for _ in range(5):
        some.add("train", images(2)[0], images(2)[1])
    with pytest.raises(UsageError, match="not a dataset"):
        read_dataset(tmp_path / "d")
    write(tmp_path / "d")
    assert len(list((tmp_path / "d" / "train").iterdir())) == 2


def test_a_finished_dataset_is_not_written_over(tmp_path: Path) -> None:
    write(tmp_path / "d")
    with pytest.raises(UsageError, match="holds a dataset already"):
        writer(tmp_path / "d")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't write a dataset"):
        writer(tmp_path / "file" / "d")


def test_broken_pairs_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    path = folder / "train" / "000001.png"
    cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(UsageError, match=r"000001.png is \(8, 8, 3\), wanted \(32, 96, 3\)"):
        read_dataset(folder)
    path.write_bytes(b"no picture")
    with pytest.raises(UsageError, match="000001.png is missing or is not a picture"):
        read_dataset(folder)
    path.unlink()
    with pytest.raises(UsageError, match="000001.png is missing"):
        read_dataset(folder)


def test_a_wrong_description_names_the_key(tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    path = folder / "dataset.json"
    good = json.loads(path.read_text(encoding="utf-8"))
    for change, told in (
        ({"schema": 9}, "schema is 9, wanted 1"),
        ({"size": "big"}, "size is 'big'"),
        ({"counts": {"train": 2}}, "counts.val is missing"),
        ({"counts": {"train": 2, "val": 0}}, "training needs some of both"),
        ({"conditioner": {}}, "conditioner.kind is missing"),
    ):
        path.write_text(json.dumps({**good, **change}), encoding="utf-8")
        with pytest.raises(UsageError, match=told):
            read_dataset(folder)


def test_landmarks_of_another_count_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "d")
    np.savez(folder / "landmarks.npz", train=np.zeros((7, 478, 2)), val=np.zeros((1, 478, 2)))
    with pytest.raises(UsageError, match=r"train is \(7, 478, 2\), wanted \(2, 478, 2\)"):
        read_dataset(folder)
    whole = (folder / "landmarks.npz").read_bytes()
    for broken in (b"nothing", b"", whole[:2000]):
        (folder / "landmarks.npz").write_bytes(broken)
        with pytest.raises(UsageError, match="landmarks.npz can't be read"):
            read_dataset(folder)
