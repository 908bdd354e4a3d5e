"""What is held out is never trained on, not even as a variant."""

from __future__ import annotations

import pytest

from livegan.errors import UsageError
from workshop.splitting import by_chance, by_time, read_groups

NAMES = [f"person{person}_{shot}.jpg" for person in range(10) for shot in range(person + 1)]


@pytest.mark.parametrize("seed", range(12))
def test_variants_of_one_original_are_never_on_both_sides(seed: int) -> None:
    groups = read_groups(NAMES, r"^person\d+")
    splits = by_chance(groups, 0.2, seed)
    sides = {group: {s for g, s in zip(groups, splits, strict=True) if g == group}
             for group in groups}
    assert all(len(side) == 1 for side in sides.values())
    assert 0.05 <= splits.count("val") / len(splits) <= 0.4
    assert splits == by_chance(groups, 0.2, seed), "a seed repeats"


def test_another_seed_holds_out_others() -> None:
    assert len({tuple(by_chance(NAMES, 0.2, seed)) for seed in range(5)}) == 5


def test_both_sides_get_something_and_nothing_is_held_out_on_demand() -> None:
    assert sorted(by_chance(["a", "b"], 0.15, 1)) == ["train", "val"]
    assert by_chance(["a"], 0.15, 1) == ["train"]
    assert by_chance(NAMES, 0, 1) == ["train"] * len(NAMES)


def test_a_pattern_tells_what_belongs_together() -> None:
    assert read_groups(["a-1.png", "a-2.png", "x.png"], r"(\w)-\d") == ["a", "a", "x.png"]
    with pytest.raises(UsageError, match="no regular expression"):
        read_groups(["a"], "(")
    with pytest.raises(UsageError, match="finds nothing in any name, such as 'a.png'"):
        read_groups(["a.png"], "b")


def test_the_last_part_of_each_film_is_held_out() -> None:
    splits = by_time(["a"] * 10 + ["b"] * 20, 0.2)
    assert splits == ["train"] * 8 + ["val"] * 2 + ["train"] * 16 + ["val"] * 4


def test_a_part_that_is_none_is_refused() -> None:
    for part in (-0.1, 1.0):
        with pytest.raises(UsageError, match="--held-out"):
            by_chance(NAMES, part, 1)
        with pytest.raises(UsageError, match="--held-out"):
            by_time(NAMES, part)
