"""Every frame once, in order, by the stream's own clock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from fakes import FakeConditioner, FakeGenerator, FakeSink, FakeSource, fake_look, levels

from livegan.conditioners.conditioner import Conditioned
from livegan.errors import SinkLost, SourceLost
from livegan.frames import Frame, Image
from livegan.look import Look
from livegan.parameters import Setting, Values
from livegan.rendering import Ahead, FiniteSource, Progress, render

NUMBERS = list(range(1, 101))


def run(source: FakeSource, look: Look, sink: FakeSink) -> Progress:
    """Render to the end."""
    return render(source, look, sink, values=Values(), progress=lambda done: True)


def test_every_frame_arrives_once_and_in_order() -> None:
    sink = FakeSink()
    done = run(FakeSource(NUMBERS), fake_look(), sink)
    assert levels(sink.frames) == NUMBERS
    assert done.frames == 100
    assert done.rate_hz > 0


def test_the_clock_is_the_streams() -> None:
    conditioner = FakeConditioner()
    run(FakeSource(NUMBERS), fake_look(conditioner=conditioner), FakeSink())
    assert conditioner.captured == pytest.approx([count / 30.0 for count in range(100)])


def test_frames_with_a_face_are_counted() -> None:
    done = run(FakeSource([0, 5, 0, 5, 5]), fake_look(), FakeSink())
    assert (done.found, done.frames) == (3, 5)


def test_where_no_face_is_looked_for_none_are_counted() -> None:
    class Blind(FakeConditioner):
        def condition(self, frame: Frame, values: Values) -> Conditioned:
            return Conditioned(frame.image, frame.image)

    assert run(FakeSource([0, 5]), fake_look(conditioner=Blind()), FakeSink()).found is None


def test_it_can_be_ended_half_way() -> None:
    sink = FakeSink()
    done = render(
        FakeSource(NUMBERS), fake_look(), sink, values=Values(), progress=lambda p: p.frames < 7
    )
    assert done.frames == len(sink.frames) == 7


def test_what_is_played_is_rendered_too() -> None:
    sink = FakeSink()
    brighter = FakeGenerator(lambda image: image + np.uint8(100))
    played = {"generator.mix": 0.5, "output.brightness": 2.0, "output.mirror": True}
    render(
        FakeSource([10]),
        fake_look(generator=brighter),
        sink,
        values=Values(played),
        progress=lambda done: True,
    )
    assert sink.frames[0].image[0, 0, 0] == 120  # 2 * (10 / 2 + 110 / 2), the right half at left


def test_what_swings_swings_in_the_films_own_time() -> None:
    sink = FakeSink()
    played: dict[str, Setting] = {
        "lfo.1_target": "output.brightness",
        "lfo.1_shape": "square",
        "lfo.1_depth": 1.0,
        "lfo.1_rate": 1.0,
        "clock.tempo": 180.0,  # up and down in a third of a second
    }
    render(
        FakeSource([50] * 30),
        fake_look(),
        sink,
        values=Values(played),
        progress=lambda done: True,
    )
    assert levels(sink.frames) == ([100] * 5 + [0] * 5) * 3


def fail(image: Image) -> Image:
    """A generator that breaks at the tenth frame."""
    if image[0, -1, 0] == 10:
        raise RuntimeError("out of memory")
    return image


@pytest.mark.parametrize(
    ("source", "look", "sink", "error", "kept"),
    [
        (FakeSource([1, 2, SourceLost("torn")]), fake_look(), FakeSink(), SourceLost, 2),
        (FakeSource(NUMBERS), fake_look(generator=FakeGenerator(fail)), FakeSink(),
         RuntimeError, 9),
        (FakeSource(NUMBERS), fake_look(), FakeSink({3: SinkLost("disk full")}), SinkLost, 3),
    ],
    ids=["source", "generator", "sink"],
)  # fmt: skip
def test_a_fault_ends_it_with_that_fault_after_what_came_before(
    source: FakeSource, look: Look, sink: FakeSink, error: type[Exception], kept: int
) -> None:
    with pytest.raises(error):
        run(source, look, sink)
    assert len(sink.frames) == kept


def test_running_ahead_waits_for_who_takes() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        while True:
            made.append(len(made))
            yield made[-1]

    ahead = Ahead(items())
    taken = iter(ahead)
    assert [next(taken) for _ in range(3)] == [0, 1, 2]
    assert len(made) < 20
    ahead.close()
    ahead.close()
    assert len(made) < 40


def test_only_what_ends_can_be_rendered() -> None:
    assert isinstance(FakeSource([]), FiniteSource)
    assert not isinstance(np.zeros(1), FiniteSource)
