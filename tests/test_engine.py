"""One frame in, one picture out, whatever fails and whatever changes meanwhile."""

from __future__ import annotations

import numpy as np
from fakes import FakeConditioner, FakeGenerator, fake_look, picture

from livegan.conditioners.conditioner import Conditioned
from livegan.decks import Loaded
from livegan.engine import Engine
from livegan.frames import Frame, Image
from livegan.look import Look
from livegan.parameters import LiveValues, Values
from livegan.presets import Preset
from livegan.statistics import Statistics
from livegan.supervision import HealthBoard


def make(look: Look | None = None) -> tuple[Engine, LiveValues, HealthBoard]:
    """An engine, and what plays it."""
    values, health = LiveValues(), HealthBoard()
    first = loaded(look or fake_look())
    return Engine(first, values, Statistics(), health), values, health


def loaded(look: Look) -> Loaded:
    """A look, ready for a deck."""
    return Loaded(look, Preset(look.name, "fake"))


def frame(level: int, index: int = 0) -> Frame:
    """A frame of one grey level, caught at a time that tells its index."""
    return Frame(picture(level), index, 100.0 + index)


def level(painted: Frame | None) -> int:
    """The grey level of the right half."""
    assert painted is not None
    return int(painted.image[0, -1, 0])


def brighter(by: int) -> FakeGenerator:
    """A generator that adds so many grey levels."""
    return FakeGenerator(lambda image: image + np.uint8(by))


def test_index_and_stamp_travel_with_the_picture() -> None:
    engine, _, _ = make()
    painted = engine.paint(frame(3, index=7))
    assert painted is not None
    assert (painted.index, painted.captured_at_s) == (7, 107.0)
    assert painted.camera is not None and painted.drawing is not None


def test_a_failure_before_the_first_picture_shows_nothing() -> None:
    def fail(image: Image) -> Image:
        raise RuntimeError("no memory")

    engine, _, health = make(fake_look(generator=FakeGenerator(fail)))
    assert engine.paint(frame(1)) is None
    assert [str(one) for one in health.all()] == ["generator degraded: RuntimeError: no memory"]


def test_a_conditioner_that_fails_is_told_and_its_frame_does_not_count_as_painted() -> None:
    class Stumbling(FakeConditioner):
        def condition(self, frame: Frame, values: Values) -> Conditioned:
            if frame.index == 1:
                raise ValueError("odd frame")
            return super().condition(frame, values)

    engine, _, health = make(fake_look(conditioner=Stumbling()))
    engine.paint(frame(1, index=0))
    painted = engine.paint(frame(2, index=1))
    assert level(painted) == 1
    assert painted is not None and (painted.index, painted.captured_at_s) == (0, 101.0)
    assert "conditioner degraded: ValueError: odd frame" in map(str, health.all())
    assert level(engine.paint(frame(3, index=2))) == 3
    assert {one.state for one in health.all()} == {"ok"}


def test_freeze_holds_one_picture_under_mirror_and_blackout() -> None:
    engine, values, _ = make()
    engine.paint(frame(1))
    values.update({"output.freeze": True})
    held = engine.paint(frame(2, index=1))
    again = engine.paint(frame(3, index=2))
    assert level(held) == level(again) == 2
    values.update({"output.mirror": True})
    mirrored = engine.paint(frame(4, index=3))
    assert mirrored is not None
    assert np.array_equal(mirrored.image, picture(2)[:, ::-1])
    values.update({"output.blackout": True})
    black = engine.paint(frame(5, index=4))
    assert black is not None and not black.image.any()
    values.update({"output.freeze": False, "output.blackout": False, "output.mirror": False})
    assert level(engine.paint(frame(6, index=5))) == 6


def test_rest_keeps_the_index_of_the_last_frame() -> None:
    engine, _, _ = make()
    before = engine.rest(50.0)
    assert before is not None
    assert before.index < 0 and before.captured_at_s == 50.0
    engine.paint(frame(1, index=7))
    after = engine.rest(60.0)
    assert level(after) == 99
    assert after is not None and after.index == 7


def test_a_look_that_cannot_rest_leaves_the_last_picture() -> None:
    class Restless:
        kind = "canny"
        version = 1

        def condition(self, frame: Frame, values: Values) -> Conditioned:
            return Conditioned(frame.image, frame.image)

        def close(self) -> None:
            return

    engine, _, _ = make(Look("plain", Restless(), FakeGenerator(), {}))
    assert level(engine.paint(frame(4))) == 4
    assert engine.rest(60.0) is None


def test_a_frozen_source_is_still_played() -> None:
    engine, values, _ = make(fake_look(generator=brighter(5)))
    engine.paint(frame(1))
    values.update({"source.freeze": True})
    assert level(engine.paint(frame(20, index=1))) == 25
    held = engine.paint(frame(40, index=2))
    assert level(held) == 25
    assert held is not None and (held.index, held.captured_at_s) == (2, 102.0)
    values.update({"source.freeze": False})
    assert level(engine.paint(frame(60, index=3))) == 65


def test_bypass_shows_the_camera_whatever_the_generator_does() -> None:
    engine, values, _ = make(fake_look(generator=brighter(100)))
    values.update({"source.bypass": True})
    assert level(engine.paint(frame(7))) == 7


def test_the_neutral_face_is_taken_again_once_for_each_time_it_is_asked() -> None:
    conditioner = FakeConditioner()
    engine, values, _ = make(fake_look(conditioner=conditioner))
    engine.paint(frame(1))
    assert conditioner.recalibrated == 0
    values.update({"puppet.neutral": True})
    for index in (1, 2, 3):
        engine.paint(frame(1, index))
    assert conditioner.recalibrated == 1


def test_a_number_that_is_played_glides_there() -> None:
    engine, values, _ = make()
    engine.paint(frame(100))
    values.update({"output.fade": 1.0})
    assert 0 < level(engine.paint(frame(100, index=1))) <= 100


def test_a_delayed_picture_brings_its_own_age_and_index() -> None:
    engine, values, _ = make()
    engine.paint(frame(0))
    values.update({"output.delay": 500.0})
    shown = [engine.paint(frame(index, index)) for index in range(1, 5)]
    last = shown[-1]
    assert last is not None and last.index < 4 and last.captured_at_s == 100.0 + last.index
    assert level(last) == last.index


def test_who_watches_is_told_what_was_seen_and_with_which_values() -> None:
    seen = []
    values = LiveValues({"source.zoom": 2.0})
    engine = Engine(
        loaded(fake_look()),
        values,
        Statistics(),
        HealthBoard(),
        lambda drawn, frame, values: seen.append(
            (drawn.found, frame.index, values.number("source.zoom"))
        ),
    )
    engine.paint(frame(1, index=3))
    engine.rest(50.0)
    assert seen == [(True, 3, 2.0), (False, 3, 2.0)]


def test_a_blackout_is_seen_in_the_frame_that_is_being_painted() -> None:
    def paint(image: Image) -> Image:
        values.update({"output.blackout": True})
        return image

    engine, values, _ = make(fake_look(generator=FakeGenerator(paint)))
    assert level(engine.paint(frame(40))) == 0


def test_what_is_set_together_is_seen_together() -> None:
    def paint(image: Image) -> Image:
        values.update({"output.blackout": True, "source.mirror": True})
        return image

    engine, values, _ = make(fake_look(generator=FakeGenerator(paint)))
    assert level(engine.paint(frame(40))) == 40
    assert level(engine.paint(frame(40))) == 0
