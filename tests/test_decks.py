"""Two decks: which is in front, and whose values are played."""

from __future__ import annotations

import pytest
from fakes import FakeGenerator, fake_look, picture

from livegan.decks import OF_A_LOOK, Decks, Loaded
from livegan.frames import Image
from livegan.parameters import LiveValues, Setting
from livegan.presets import Preset


def loaded(name: str, own: dict[str, Setting] | None = None, **stage: Setting) -> Loaded:
    """A look for a deck."""
    held = Loaded(fake_look(name, FakeGenerator()), Preset(name, name), name)
    held.own = own or {}
    held.stage = {f"output.{key}": value for key, value in stage.items()}
    return held


@pytest.fixture
def values() -> LiveValues:
    return LiveValues()


def test_what_is_seen_more_of_is_in_front_and_in_the_middle_nothing_changes(
    values: LiveValues,
) -> None:
    decks = Decks(loaded("one"), values)
    decks.put_behind(loaded("two"))
    seen = []
    for crossfade in (0.0, 0.5, 0.51, 0.5, 0.49):
        decks.follow(crossfade)
        seen.append(decks.front.preset.name)
    assert seen == ["one", "one", "two", "two", "one"]


def test_a_look_brings_its_own_values_and_sets_the_stage_once(values: LiveValues) -> None:
    decks = Decks(loaded("one"), values)
    decks.put_behind(loaded("two", {"puppet.mouth_gain": 1.5}, hue=40.0))
    assert decks.follow(0.0) == {}
    assert decks.follow(1.0) == {"puppet.mouth_gain": 1.5, "output.hue": 40.0}
    values.update({"output.hue": 90.0})
    decks.follow(0.0)
    assert "output.hue" not in decks.follow(1.0)
    now = values.snapshot()
    assert (now.number("output.hue"), now.number("puppet.mouth_gain")) == (90.0, 1.5)


def test_what_a_look_keeps_for_itself_is_nothing_of_the_stage() -> None:
    groups = {name.partition(".")[0] for name in OF_A_LOOK}
    assert groups == {"canny", "face_mesh", "puppet", "generator", "latent"}


def test_the_other_picture_is_painted_only_where_it_is_seen(values: LiveValues) -> None:
    decks = Decks(loaded("one"), values)
    painted: list[str] = []

    def paint(behind: Loaded) -> Image:
        painted.append(behind.preset.name)
        return picture(200)

    for crossfade in (0.0, 0.3, 1.0):  # while there is no other
        decks.follow(crossfade)
        assert int(decks.mixed(picture(100), paint)[0, -1, 0]) == 100
    decks.put_behind(loaded("two"))
    levels = []
    for crossfade in (0.0, 0.25, 0.75, 1.0):
        decks.follow(crossfade)
        levels.append(int(decks.mixed(picture(100), paint)[0, -1, 0]))
    assert painted == ["two", "one"]
    assert levels == [100, 125, 125, 100]


def test_where_what_plays_is_told_to_all(values: LiveValues) -> None:
    decks = Decks(loaded("one"), values)
    decks.put_behind(loaded("two"))
    decks.follow(1.0)
    decks.play(decks.front, Preset("three", "two"))
    now = values.snapshot()
    assert [now[name] for name in ("preset.name", "deck.a", "deck.b")] == ["three", "one", "three"]
