"""Changing looks while one plays: what is loaded when, what is shown meanwhile, what is set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeConditioner, FakeGenerator, fake_look, picture

from livegan.engine import Engine
from livegan.errors import ModelError, PresetError
from livegan.frames import Frame, Image
from livegan.look import Look
from livegan.parameters import LiveValues, Setting, Values
from livegan.presets import Preset
from livegan.repertoire import Repertoire
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard

NAMES = ["amber", "blue", "coral"]
LEVELS = dict(zip(NAMES, (10, 60, 110), strict=True))
"""What each paints; the camera gives grey level 0."""
SIZES = {"coral": 16}


class Show:
    """An engine with a repertoire of fakes, played frame by frame at times that a test decides.

    A preset plays on the generator of its name's first word: "blue bright" on that of "blue".
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, values: dict[str, Setting] | None = None
    ) -> None:
        self.presets = {name: Preset(name, name) for name in NAMES}
        self.opened: list[str] = []
        self.generators: dict[str, FakeGenerator] = {}
        self.every: list[FakeGenerator] = []
        self.conditioners: dict[str, FakeConditioner] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.now_s = 1000.0
        self.due_s = 0.0
        self.overrides: dict[str, Setting] = {}
        self.values, self.health = LiveValues(values), HealthBoard()
        monkeypatch.setattr("livegan.preset_names.list_presets", lambda: list(self.presets))
        monkeypatch.setattr("livegan.repertoire.read_preset", self.presets.__getitem__)
        monkeypatch.setattr("livegan.engine.time", self)

    def monotonic(self) -> float:
        """The engine's clock."""
        return self.now_s

    def begin(self, name: str = "amber") -> None:
        """Load the first look."""
        self.repertoire = Repertoire(
            self.presets[name], self._open, self.values, self.overrides, self.health, self._when
        )
        self.engine = Engine(
            self.repertoire.open_first(),
            self.values,
            Statistics(),
            self.health,
            direct=self.repertoire.step,
        )
        self.frame()

    def _when(self, now_s: float, values: Values) -> float:
        return max(now_s, self.due_s)

    def _open(self, preset: Preset) -> Look:
        self.opened.append(preset.name)
        assert self.gate.wait(10)
        if preset.generator == "broken":
            raise ModelError("there is no generator broken.onnx")
        size = SIZES.get(preset.generator, 8)

        def paint(image: Image) -> Image:
            return picture(LEVELS[preset.generator], size)

        generator = self.generators[preset.name] = FakeGenerator(paint)
        self.every.append(generator)
        generator.size = (size, size)
        conditioner = self.conditioners[preset.name] = FakeConditioner()
        return replace(fake_look(preset.name, generator, conditioner), settings={})

    def frame(self, after_s: float = 1 / 30) -> int:
        """Paint the next frame; the grey level of its right half."""
        self.now_s += after_s
        painted = self.engine.paint(Frame(picture(0), 0, self.now_s))
        assert painted is not None
        self.size = painted.image.shape[0]
        return int(painted.image[0, -1, 0])

    def frames(self, count: int, after_s: float = 1 / 30) -> list[int]:
        """The grey levels of the next frames."""
        return [self.frame(after_s) for _ in range(count)]

    def play(self, name: str, value: object = True) -> None:
        """Play a parameter."""
        self.values.update({name: value})

    def until(self, happened: Callable[[], bool]) -> None:
        """Paint, with the clock standing, until something has happened."""
        deadline_s = time.monotonic() + 10
        while not happened():
            assert time.monotonic() < deadline_s
            self.frame(0.0)

    def loaded(self) -> None:
        """Paint until the loader has nothing to do, and once more."""
        self.frame(0.0)
        self.until(lambda: not any(one.name == "next-look" for one in threading.enumerate()))
        self.frame(0.0)

    @property
    def name(self) -> str:
        """What plays."""
        return self.values.snapshot().choice("preset.name")

    @property
    def decks(self) -> tuple[str, str]:
        """What is on deck A and deck B."""
        now = self.values.snapshot()
        return now.choice("deck.a"), now.choice("deck.b")

    @property
    def trouble(self) -> str:
        """What health says of presets."""
        return "; ".join(one.reason for one in self.health.all() if one.name == "preset")


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """A show that plays `amber`."""
    show = Show(monkeypatch)
    show.begin()
    yield show
    show.gate.set()
    show.repertoire.close()
    show.engine.close()


def test_frames_go_on_while_the_next_look_is_loaded_and_none_of_it_is_seen_before(
    show: Show,
) -> None:
    show.gate.clear()
    show.play("preset.load", "blue")
    show.until(lambda: show.opened == ["amber", "blue"])
    shown = show.frames(200)
    assert shown == [10] * 200, "frames of the present look, whatever the loader does"
    assert show.name == "amber"
    show.gate.set()
    show.until(lambda: show.name == "blue")
    assert show.frame() == 60
    assert show.decks == ("amber", "blue")
    assert show.values.snapshot().number("deck.crossfade") == 1.0


def test_a_cut_is_one_frame_of_the_old_and_then_one_of_the_new(show: Show) -> None:
    show.play("preset.load", "blue")
    show.loaded()
    show.play("deck.cut")
    assert show.frames(2) == [10, 10]
    show.play("deck.cut")
    assert show.frames(2) == [60, 60]


def test_a_preset_is_loaded_by_name_and_place_and_as_a_neighbour(show: Show) -> None:
    for name, value, plays in (
        ("preset.load", "coral", "coral"),
        ("preset.load", "1", "blue"),
        ("preset.next", True, "coral"),
        ("preset.next", True, "amber"),
        ("preset.previous", True, "coral"),
    ):
        show.play(name, value)
        show.until(lambda plays=plays: show.name == plays)  # type: ignore[misc]


@pytest.mark.parametrize("sent", ["../x", "x" * 64, "9", "coral.toml"])
def test_a_name_that_is_none_is_told_and_the_show_goes_on(show: Show, sent: str) -> None:
    show.play("preset.load", sent)
    show.until(lambda: show.trouble != "")
    assert show.frames(3) == [10, 10, 10]
    assert sent in show.trouble
    show.play("preset.load", "blue")
    show.until(lambda: show.name == "blue")
    assert show.trouble == ""


def test_a_preset_that_cannot_be_loaded_is_told_and_the_next_goes_past_it(show: Show) -> None:
    show.presets["blue"] = Preset("blue", "broken")
    show.play("preset.next")
    show.until(lambda: show.trouble != "")
    assert "broken.onnx" in show.trouble and show.frame() == 10
    show.play("preset.next")
    show.until(lambda: show.name == "coral")


def test_a_preset_that_cannot_be_read_is_told_and_the_next_goes_past_it(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(name: str) -> Preset:
        if name == "blue":
            raise PresetError("blue.toml: not TOML")
        return show.presets[name]

    monkeypatch.setattr("livegan.repertoire.read_preset", read)
    show.play("preset.next")
    show.until(lambda: "not TOML" in show.trouble)
    show.play("preset.next")
    show.until(lambda: show.name == "coral")


def test_of_what_is_asked_while_one_is_loaded_the_last_counts_and_steps_add_up(
    show: Show,
) -> None:
    show.gate.clear()
    show.play("preset.load", "coral")
    show.until(lambda: "coral" in show.opened)
    for _ in range(2):
        show.play("preset.next")
        show.frame()
    show.gate.set()
    show.until(lambda: show.name == "blue")
    assert show.opened == ["amber", "coral", "blue"], "amber, which was passed, never loaded"
    assert show.generators["coral"].closed == 1, "and what was overtaken is closed unplayed"


def test_back_to_the_other_deck_nothing_is_loaded_again(show: Show) -> None:
    for name in ("blue", "amber", "blue"):
        show.play("preset.load", name)
        show.until(lambda name=name: show.name == name)  # type: ignore[misc]
    assert show.opened == ["amber", "blue"]


def test_the_third_look_takes_the_place_of_the_one_behind_which_is_closed(show: Show) -> None:
    for name in ("blue", "coral"):
        show.play("preset.load", name)
        show.until(lambda name=name: show.name == name)  # type: ignore[misc]
    assert show.decks == ("coral", "blue")
    show.until(lambda: show.generators["amber"].closed == 1)
    assert show.conditioners["amber"].closed == 1
    assert not show.generators["blue"].closed


def test_a_fade_mixes_evenly_and_only_then_do_both_paint(show: Show) -> None:
    painted = []
    show.play("preset.morph", 1.0)
    show.play("preset.load", "blue")
    show.loaded()
    began_s = show.now_s
    levels = []
    while show.now_s < began_s + 2:
        before = len(show.conditioners["amber"].captured)
        levels.append(show.frame())
        painted.append(len(show.conditioners["amber"].captured) > before)
    assert levels == sorted(levels)
    assert 30 < levels[15] < 40, "half of the way, less what it glides behind"
    assert max(np.diff(levels)) <= 4, "no step"
    assert levels[-1] == 60 and not painted[-1], "amber paints no more once it is gone"
    assert show.name == "blue"


def test_looks_of_two_sizes_are_mixed_in_the_larger_one(show: Show) -> None:
    show.play("deck.load", "coral")
    show.loaded()
    sizes = []
    for crossfade in (0.0, 0.25, 0.75, 1.0):
        show.play("deck.crossfade", crossfade)
        show.frames(30)
        sizes.append(show.size)
    assert sizes == [8, 16, 16, 16]


def test_a_look_waits_on_the_deck_behind_until_the_fader_moves(show: Show) -> None:
    show.play("deck.load", "blue")
    show.loaded()
    assert show.frames(5) == [10] * 5
    assert show.decks == ("amber", "blue") and show.name == "amber"
    show.play("deck.crossfade", 0.25)
    assert show.frames(30)[-1] in (22, 23)
    assert show.name == "amber"
    show.play("deck.crossfade", 1.0)
    assert show.frames(30)[-1] == 60
    assert show.name == "blue"


def test_next_goes_on_from_what_came_to_the_front_by_the_fader(show: Show) -> None:
    show.play("deck.load", "blue")
    show.loaded()
    show.play("deck.cut")
    show.frame()
    show.play("preset.next")
    show.until(lambda: show.name == "coral")


def test_a_fader_that_stood_elsewhere_before_there_were_two_decks_shows_nothing_new(
    show: Show,
) -> None:
    show.play("deck.crossfade", 1.0)
    assert show.frames(30)[-1] == 10
    show.play("deck.load", "blue")
    show.loaded()
    assert show.frames(30) == [10] * 30


def test_a_show_that_begins_with_the_fader_at_b_begins_on_deck_b(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = Show(monkeypatch, {"deck.crossfade": 1.0})
    show.begin()
    assert show.decks == ("", "amber") and show.frame() == 10


def test_cutting_with_one_deck_empty_does_nothing(show: Show) -> None:
    show.play("deck.cut")
    assert show.frames(3) == [10, 10, 10]


def test_the_deck_in_front_plays_with_its_own_values_and_gets_them_back(show: Show) -> None:
    show.presets["blue"] = Preset("blue", "blue", values={"face_mesh.line_width": 3.0})
    show.play("source.zoom", 2.0)
    show.play("face_mesh.line_width", 5.0)
    show.play("preset.load", "blue")
    show.until(lambda: show.name == "blue")
    now = show.values.snapshot()
    assert now.number("face_mesh.line_width") == 3.0
    assert now.number("source.zoom") == 2.0, "the camera's crop is no matter of the look"
    show.play("deck.cut")
    show.frame()
    assert show.values.snapshot().number("face_mesh.line_width") == 5.0, "as it was played"


def test_the_deck_behind_is_mixed_in_with_its_own_values(show: Show) -> None:
    seen: dict[str, float] = {}

    def watch(name: str) -> None:
        conditioner = show.conditioners[name]
        inner = conditioner.condition

        def condition(frame: Frame, values: Values) -> object:
            seen[name] = values.number("face_mesh.line_width")
            return inner(frame, values)

        conditioner.condition = condition  # type: ignore[method-assign,assignment]

    show.presets["blue"] = Preset("blue", "blue", values={"face_mesh.line_width": 3.0})
    show.play("deck.load", "blue")
    show.loaded()
    watch("amber")
    watch("blue")
    for crossfade in (0.4, 0.6):
        show.play("deck.crossfade", crossfade)
        show.frames(30)
        assert seen == {"amber": 1.0, "blue": 3.0}, "whichever of them is in front"


def test_a_look_comes_to_the_front_with_its_numbers_and_does_not_glide_to_them(
    show: Show,
) -> None:
    show.presets["blue"] = Preset("blue", "blue", values={"output.fade": 0.5})
    show.play("preset.load", "blue")
    show.until(lambda: show.name == "blue")
    assert show.frame() == 30


def test_a_preset_on_the_same_generator_is_morphed_to_and_nothing_is_loaded(show: Show) -> None:
    bright: dict[str, Setting] = {"output.brightness": 2.0, "face_mesh.lips": False}
    show.presets["amber bright"] = Preset("amber bright", "amber", values=bright)
    show.play("preset.morph", 2.0)
    show.play("preset.load", "amber bright")
    show.loaded()
    assert show.name == "amber bright" and show.opened == ["amber"]
    levels = show.frames(70)
    assert levels == sorted(levels) and levels[0] == 10 and levels[-1] == 20
    assert 14 <= levels[30] <= 15, "half of the way after half of the time"
    assert not show.values.snapshot().switch("face_mesh.lips")
    assert show.decks == ("amber bright", "")


def test_what_is_played_during_a_morph_wins(show: Show) -> None:
    dim: dict[str, Setting] = {"output.brightness": 0.5, "output.hue": 90.0}
    show.presets["amber dim"] = Preset("amber dim", "amber", values=dim)
    show.play("preset.morph", 2.0)
    show.play("preset.load", "amber dim")
    show.loaded()
    show.frames(10)
    show.play("output.brightness", 1.7)
    show.frames(90)
    now = show.values.snapshot()
    assert (now.number("output.brightness"), now.number("output.hue")) == (1.7, 90.0)


def test_a_fader_that_is_taken_during_a_fade_is_obeyed(show: Show) -> None:
    show.play("preset.morph", 4.0)
    show.play("preset.load", "blue")
    show.loaded()
    show.frames(30)
    show.play("deck.crossfade", 0.1)
    assert show.frames(200)[-1] == 15
    assert show.name == "amber"


def test_what_the_stage_is_to_be_goes_there_with_the_fade(show: Show) -> None:
    show.presets["blue"] = Preset("blue", "blue", values={"output.hue": 80.0})
    show.play("preset.morph", 2.0)
    show.play("preset.load", "blue")
    show.loaded()
    hues = []
    for _ in range(70):
        show.frame()
        hues.append(show.values.snapshot().number("output.hue"))
    assert hues == sorted(hues) and 30 < hues[29] < 45 and hues[-1] == 80.0


def test_a_change_that_is_asked_for_during_a_fade_waits_for_its_end(show: Show) -> None:
    show.play("preset.morph", 2.0)
    show.play("preset.load", "blue")
    show.loaded()
    show.frames(15)
    show.play("preset.load", "coral")
    show.loaded()
    assert show.decks == ("amber", "blue") and show.opened[-1] == "coral"
    levels = show.frames(150)
    assert levels == sorted(levels), "no picture of amber in the middle, no step back"
    assert show.name == "coral" and levels[-1] == 110


def test_next_goes_on_from_what_was_asked_for_and_not_from_what_a_fade_brings(show: Show) -> None:
    show.play("preset.morph", 2.0)
    show.play("preset.load", "blue")
    show.loaded()
    show.frames(15)
    show.play("preset.next")  # coral, which waits
    show.loaded()
    show.frames(30)
    assert show.name == "blue"
    show.play("preset.next")
    show.loaded()
    show.frames(150)
    assert show.name == "amber"


def test_an_override_holds_whatever_a_preset_says(monkeypatch: pytest.MonkeyPatch) -> None:
    show = Show(monkeypatch)
    show.overrides = {"face_mesh.line_width": 4.0, "source.zoom": 3.0}
    show.presets["blue"] = Preset("blue", "blue", values={"face_mesh.line_width": 2.0})
    show.begin()
    show.play("source.zoom", 1.5)
    show.play("preset.load", "blue")
    show.until(lambda: show.name == "blue")
    now = show.values.snapshot()
    assert now.number("face_mesh.line_width") == 4.0
    assert now.number("source.zoom") == 1.5, "no preset said anything of it"


def test_a_change_waits_for_its_moment_and_the_look_is_loaded_before(show: Show) -> None:
    show.due_s = show.now_s + 1.0
    show.play("preset.load", "blue")
    show.loaded()
    assert show.opened == ["amber", "blue"]
    assert set(show.frames(25)) == {10}
    assert show.frames(10)[-1] == 60
    show.due_s = show.now_s + 1.0
    show.play("deck.cut")
    assert set(show.frames(25)) == {60}
    assert show.frames(10)[-1] == 10


def test_a_change_that_waits_comes_as_soon_as_it_need_not_wait_any_more(show: Show) -> None:
    show.due_s = show.now_s + 60.0
    show.play("preset.load", "blue")
    show.loaded()
    assert set(show.frames(5)) == {10}
    show.due_s = show.now_s + 1.0  # a quicker tempo was tapped
    assert set(show.frames(25)) == {10}
    assert show.frames(10)[-1] == 60
    show.due_s = show.now_s + 60.0
    show.play("deck.cut")
    assert set(show.frames(5)) == {60}
    show.due_s = 0.0  # clock.quantise is off
    assert show.frames(2)[-1] == 10


def test_a_preset_may_not_move_the_fader_that_shows_it(show: Show) -> None:
    show.presets["blue"] = Preset("blue", "blue", values={"deck.crossfade": 0.3})
    show.play("preset.load", "blue")
    show.until(lambda: show.name == "blue")
    assert show.values.snapshot().number("deck.crossfade") == 1.0


def test_the_deck_behind_may_fail_and_the_one_in_front_plays_on(show: Show) -> None:
    show.play("deck.load", "blue")
    show.loaded()

    def fail(image: Image) -> Image:
        raise RuntimeError("no memory")

    show.generators["blue"]._paint = fail
    show.play("deck.crossfade", 0.4)
    assert show.frames(30) == [10] * 30
    assert any("no memory" in str(one) for one in show.health.all())


def test_both_decks_take_the_neutral_face_again(show: Show) -> None:
    show.play("deck.load", "blue")
    show.loaded()
    show.play("puppet.neutral")
    show.frames(3)
    assert [show.conditioners[name].recalibrated for name in ("amber", "blue")] == [1, 1]


def test_the_figures_say_what_is_on_the_decks_once_both_are_used(show: Show) -> None:
    assert show.engine.lines() == []
    show.play("deck.load", "blue")
    show.loaded()
    show.play("deck.crossfade", 0.25)
    show.frames(30)
    assert show.engine.lines() == ["A amber 75%   B blue 25%"]


def test_the_figures_say_what_is_loaded_and_what_waits(show: Show) -> None:
    assert show.repertoire.lines() == []
    show.gate.clear()
    show.due_s = show.now_s + 1.0
    show.play("preset.load", "blue")
    show.until(lambda: show.repertoire.lines() == ["loading a preset"])
    show.gate.set()
    show.loaded()
    assert show.repertoire.lines() == ["blue waits"]
    show.frames(40)
    assert show.repertoire.lines() == []


def test_what_plays_is_saved_and_is_that_preset_from_then_on(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[Preset] = []

    def save(preset: Preset) -> Preset:
        saved.append(preset)
        return replace(preset, name=f"{preset.name}-2")

    monkeypatch.setattr("livegan.repertoire.save", save)
    show.play("puppet.mouth_gain", 1.5)
    show.play("preset.save", "mine")
    show.until(lambda: show.name == "mine-2")
    assert [(one.generator, one.values) for one in saved] == [("amber", {"puppet.mouth_gain": 1.5})]
    assert show.values.snapshot()["preset.save"] == ""


def test_a_name_that_cannot_be_saved_is_told(show: Show) -> None:
    show.play("preset.save", "../x")
    show.until(lambda: "no preset can be called '../x'" in show.trouble)
    assert show.name == "amber"


def test_a_look_that_comes_after_the_end_is_closed(show: Show) -> None:
    show.gate.clear()
    show.play("preset.load", "blue")
    show.until(lambda: "blue" in show.opened)
    show.repertoire.close()
    show.gate.set()
    show.loaded()
    assert show.generators["blue"].closed == 1


def test_a_look_that_waits_at_the_end_is_closed(show: Show) -> None:
    show.due_s = show.now_s + 100
    show.play("preset.load", "blue")
    show.loaded()
    show.repertoire.close()
    assert show.generators["blue"].closed == 1


def test_a_flood_of_requests_loads_one_at_a_time_and_ends_with_the_last(show: Show) -> None:
    busiest = 0
    for number in range(300):
        show.play("preset.load", NAMES[number % 3])
        show.play("deck.load", "../x")
        show.play("preset.next")
        show.play("deck.cut")
        show.play("deck.crossfade", number / 300)
        assert show.frame() in range(10, 111)
        loaders = [one for one in threading.enumerate() if one.name == "next-look"]
        busiest = max(busiest, len(loaders))
    assert busiest <= 1
    show.loaded()
    show.play("preset.load", "blue")
    show.until(lambda: show.name == "blue")
    show.until(lambda: sum(not one.closed for one in show.every) == 2)


def test_a_deck_that_fails_is_no_trouble_once_it_is_not_seen(show: Show) -> None:
    show.play("deck.load", "blue")
    show.loaded()

    def fail(image: Image) -> Image:
        raise RuntimeError("no memory")

    show.generators["blue"]._paint = fail
    show.play("deck.crossfade", 0.4)
    show.frames(30)
    show.play("deck.crossfade", 0.0)
    assert show.frames(30)[-1] == 10
    assert {one.state for one in show.health.all()} == {"ok"}
