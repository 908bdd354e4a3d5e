"""A virtual camera: steady, newest picture first, and lost without a noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sinks.helpers import BLUE, GREEN, RED, FakeCamera, frame, grey, quarters

from livegan.errors import SinkError, SinkLost
from livegan.sinks.virtual_camera import VirtualCamera, next_due_s

INTERVAL_S = 1 / 30


def sent_times(lateness_s: list[float]) -> list[float]:
    """When pictures leave, if each is so much later than it was due."""
    due_s, times = 0.0, []
    for late_s in lateness_s:
        times.append(due_s + late_s)
        due_s = next_due_s(due_s, times[-1], INTERVAL_S)
    return times


def test_pictures_in_time_leave_at_the_declared_rate() -> None:
    assert sent_times([0.0] * 91)[-1] == pytest.approx(3.0)


def test_late_pictures_do_not_slow_down_the_others() -> None:
    late = [0.0, 0.012, 0.0, 0.03, 0.001] * 18 + [0.0]
    assert sent_times(late)[-1] == pytest.approx(3.0)


def test_what_a_stall_has_cost_is_not_sent_in_a_burst() -> None:
    times = sent_times([0.0, 2.0, 0.0, 0.0, 0.0])
    assert np.diff(times[1:]) == pytest.approx([INTERVAL_S] * 3)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_nobody_gets_more_pictures_than_were_declared(lateness_s: list[float]) -> None:
    times = sent_times(lateness_s)
    assert all(at_s >= number * INTERVAL_S - 1e-9 for number, at_s in enumerate(times))
    assert times == sorted(times)


def test_a_puppet_arrives_in_its_colours_between_black(fake_camera: type[FakeCamera]) -> None:
    with VirtualCamera(fps=100) as sink:
        device = fake_camera.opened[0]
        sink.show(frame(quarters(256, 256)))
        assert device.taken.acquire(timeout=10)
    seen = device.pictures[0]
    assert seen.shape == (720, 1280, 3)
    assert not seen[:, :280].any() and not seen[:, 1000:].any()
    assert tuple(seen[100, 640]) == BLUE
    assert tuple(seen[600, 400]) == GREEN
    assert tuple(seen[600, 900]) == RED


def test_nothing_is_sent_before_the_first_picture(fake_camera: type[FakeCamera]) -> None:
    VirtualCamera(fps=1000).close()
    assert fake_camera.opened[0].pictures == []


def test_where_no_new_picture_comes_the_last_is_sent_again(fake_camera: type[FakeCamera]) -> None:
    with VirtualCamera(fps=200) as sink:
        device = fake_camera.opened[0]
        sink.show(frame(grey(77, 720, 1280)))
        for _ in range(5):
            assert device.taken.acquire(timeout=10)
    assert sink.repeated >= 4
    assert all((seen == 77).all() for seen in device.pictures)


def test_a_new_picture_takes_the_place_of_the_repeated_one(fake_camera: type[FakeCamera]) -> None:
    with VirtualCamera(fps=200) as sink:
        device = fake_camera.opened[0]
        sink.show(frame(grey(77, 72, 128)))
        assert device.taken.acquire(timeout=10)
        sink.show(frame(grey(130, 72, 128)))
    assert (device.pictures[-1] == 130).all()


def test_pictures_that_come_too_fast_are_dropped_and_counted(
    fake_camera: type[FakeCamera],
) -> None:
    with VirtualCamera(fps=0.01) as sink:
        device = fake_camera.opened[0]
        sink.show(frame(grey(10, 72, 128)))
        assert device.taken.acquire(timeout=10)
        for level in (20, 30, 40):
            sink.show(frame(grey(level, 72, 128)))
        assert sink.dropped == 2
    assert [seen[0, 0, 0] for seen in device.pictures] == [10, 40]


def test_it_knows_how_old_the_picture_was_that_it_sent(
    fake_camera: type[FakeCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livegan.sinks.virtual_camera.time.monotonic", lambda: 50.0)
    with VirtualCamera(fps=0.01) as sink:
        sink.show(frame(grey(10), at_s=49.75))
        assert fake_camera.opened[0].taken.acquire(timeout=10)
    assert sink.age_s == 0.25


def test_the_device_is_given_back_once(fake_camera: type[FakeCamera]) -> None:
    sink = VirtualCamera(fps=30)
    sink.close()
    sink.close()
    assert fake_camera.opened[0].closed == 1


def test_a_device_that_went_away_is_told_to_whoever_shows(fake_camera: type[FakeCamera]) -> None:
    with VirtualCamera(fps=1000) as sink:
        fake_camera.opened[0].fault = RuntimeError("the device is gone")
        sink.show(frame(grey(10)))
        sink._sender.join(10)
        with pytest.raises(SinkLost, match=r"virtual-camera:fake .*the device is gone"):
            sink.show(frame(grey(10)))


def test_a_device_that_cannot_be_opened_is_refused_with_the_reason(
    fake_camera: type[FakeCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_camera, "refusal", "virtual camera output\ncould not be started")
    monkeypatch.setattr("livegan.sinks.virtual_devices.platform.system", lambda: "Windows")
    with pytest.raises(SinkError, match="output could not be started.*OBS"):
        VirtualCamera("OBS Virtual Camera", fps=30)
