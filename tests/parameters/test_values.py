"""Live values, and the snapshots that are taken of them."""

from __future__ import annotations

import threading

import pytest

from livegan.errors import ParameterError
from livegan.parameters import TABLE, LiveValues, Values


def test_values_change_together_or_not_at_all() -> None:
    live = LiveValues()
    before = live.snapshot()
    for refused in ({"output.freeze": "yes"}, {"nobody.knows": 1.0}, {"system.fps": 60.0}):
        with pytest.raises(ParameterError):
            live.update({"source.zoom": 2.0, "puppet.neutral": True, **refused})
    assert dict(live.snapshot()) == dict(before)


def test_a_snapshot_never_changes() -> None:
    live = LiveValues({"source.zoom": 2.0})
    snapshot = live.snapshot()
    live.update({"source.zoom": 3.0})
    assert snapshot.number("source.zoom") == 2.0
    assert live.snapshot().number("source.zoom") == 3.0


def test_a_reader_never_sees_half_of_a_change() -> None:
    live = LiveValues()
    torn = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            snapshot = live.snapshot()
            if snapshot.number("source.pan_x") != snapshot.number("source.pan_y"):
                torn.append(snapshot)

    reader = threading.Thread(target=read)
    reader.start()
    for step in range(5_000):
        live.update({"source.pan_x": step / 5_000, "source.pan_y": step / 5_000})
    done.set()
    reader.join(30)
    assert not torn


def test_a_trigger_happens_when_it_is_set_to_true_and_only_then() -> None:
    live = LiveValues()
    for fires in (True, False, True):
        live.update({"puppet.neutral": fires})
    assert live.snapshot().fired("puppet.neutral") == 2


def test_a_name_is_taken_once() -> None:
    live = LiveValues()
    assert live.take("preset.load") == ""
    live.update({"preset.load": "pearl"})
    assert live.take("preset.load") == "pearl"
    assert live.take("preset.load") == "" == live.snapshot()["preset.load"]


def test_a_name_that_is_sent_while_another_is_taken_is_not_lost() -> None:
    live = LiveValues()
    sent = [str(number) for number in range(2_000)]
    taken: list[str] = []

    def send() -> None:
        for name in sent:
            live.update({"preset.load": name})

    sender = threading.Thread(target=send)
    sender.start()
    while not taken or taken[-1] != sent[-1]:
        if name := live.take("preset.load"):
            taken.append(name)
    sender.join(30)
    assert taken == sorted(set(taken), key=int)


def test_what_is_measured_can_only_be_measured() -> None:
    live = LiveValues()
    live.measured({"system.fps": 59.5, "system.health": "ok"})
    assert live.snapshot().number("system.fps") == 59.5
    with pytest.raises(ParameterError, match="can't be set"):
        live.update({"system.fps": 60.0})


def test_waiting_ends_with_the_next_change() -> None:
    live = LiveValues()
    before = live.snapshot()
    assert live.wait(before, 0.0) is before
    threading.Timer(0.05, live.toggle, ["output.freeze"]).start()
    assert live.wait(before, 30.0).switch("output.freeze")


def test_toggling_from_many_threads_loses_nothing() -> None:
    live = LiveValues()
    threads = [
        threading.Thread(target=lambda: [live.toggle("output.freeze") for _ in range(101)])
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert live.snapshot().switch("output.freeze") is True  # 505 times


def test_values_speak_in_their_types() -> None:
    values = Values({"output.view": "side_by_side"})
    assert values.choice("output.view") == "side_by_side"
    assert values.number("source.zoom") == 1.0
    assert values.switch("source.mirror") is False
    assert len(values) == len(TABLE)


def test_who_hears_a_parameter_is_called_once_as_it_is_set_and_may_set_others() -> None:
    live = LiveValues()
    heard: list[float] = []

    def answer() -> None:
        heard.append(live.snapshot().number("source.zoom"))
        live.update({"source.pan_x": 0.5})

    live.hear(("source.zoom", "source.mirror"), answer)
    live.update({"source.zoom": 2.0, "source.mirror": True, "source.pan_y": 0.1})
    live.update({"source.pan_y": 0.2})
    assert heard == [2.0]
    assert live.snapshot().number("source.pan_x") == 0.5


def test_who_hears_a_switch_is_called_as_it_is_turned_over() -> None:
    live = LiveValues()
    heard: list[bool] = []
    live.hear(("source.mirror",), lambda: heard.append(live.snapshot().switch("source.mirror")))
    assert heard == [] and live.toggle("source.mirror") == heard[0]
