"""What every sink owes, asked of each in the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sinks.helpers import FakeCamera, frame, grey, quarters

from livegan.errors import SinkLost
from livegan.parameters import Values
from livegan.sinks.null import NullSink
from livegan.sinks.recording import Recording
from livegan.sinks.sink import Sink
from livegan.sinks.virtual_camera import VirtualCamera

OpenSink = Callable[[], Sink]


def _window() -> Sink:
    from livegan.sinks.window import Window

    return Window(title="livegan", values=Values, hud=list, bindings=[])


@pytest.fixture(
    params=[
        "null",
        "recording",
        "render",
        "virtual camera",
        pytest.param("window", marks=pytest.mark.display),
    ]
)
def open_one(
    request: pytest.FixtureRequest, tmp_path: Path, fake_camera: type[FakeCamera]
) -> OpenSink:
    """Opens one kind of sink."""
    ways: dict[str, OpenSink] = {
        "null": NullSink,
        "recording": lambda: Recording(tmp_path / "take.mp4", size=(64, 64), fps=30),
        "render": lambda: Recording(tmp_path / "take.mp4", size=(64, 64), fps=30, live=False),
        "virtual camera": lambda: VirtualCamera(fps=200),
        "window": _window,
    }
    return ways[request.param]


def test_it_may_be_closed_twice_and_without_a_frame(open_one: OpenSink) -> None:
    sink = open_one()
    sink.close()
    sink.close()


def test_it_has_a_name_that_people_can_type(open_one: OpenSink) -> None:
    sink = open_one()
    sink.close()
    assert sink.name and sink.name == sink.name.strip()


def test_it_shows_pictures_of_any_size_one_after_the_other(open_one: OpenSink) -> None:
    sink = open_one()
    for moment, size in enumerate([(64, 64), (63, 65), (1, 1), (720, 1280), (512, 512)]):
        sink.show(frame(quarters(*size), moment / 30))
    sink.close()


def test_it_shows_a_picture_whose_rows_do_not_follow_each_other(open_one: OpenSink) -> None:
    sink = open_one()
    sink.show(frame(quarters(128, 128)[::2, ::2]))
    sink.close()


@pytest.mark.parametrize("shape", [(64, 64), (64, 64, 4), (0, 64, 3)])
def test_what_is_no_picture_is_refused_and_the_next_is_shown(
    open_one: OpenSink, shape: tuple[int, ...]
) -> None:
    sink = open_one()
    with pytest.raises(ValueError, match=r"\(H, W, 3\)"):
        sink.show(frame(np.zeros(shape, np.uint8)))
    sink.show(frame(grey(90)))
    sink.close()


def test_a_closed_one_says_that_it_is_closed(open_one: OpenSink) -> None:
    sink = open_one()
    sink.close()
    with pytest.raises(SinkLost, match="closed"):
        sink.show(frame(grey(90)))


def test_it_does_not_write_into_what_it_shows(open_one: OpenSink) -> None:
    image = quarters()
    image.flags.writeable = False
    sink = open_one()
    sink.show(frame(image))
    sink.close()
    assert np.array_equal(image, quarters())
