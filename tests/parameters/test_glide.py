"""Numbers glide to what they are set to."""

from __future__ import annotations

import itertools

import pytest

from livegan.parameters import Glide, Values, find
from livegan.parameters.glide import eased

FRAME_S = 1 / 60


def test_a_fader_of_128_steps_does_not_show_them() -> None:
    glide = Glide()
    played = [
        # 25 messages a second, each one step of 128 further, seen at 60 frames a second.
        glide.at(index * FRAME_S, Values({"output.fade": int(index * FRAME_S * 25) / 127}))
        for index in range(240)
    ]
    fades = [values.number("output.fade") for values in played]
    settled = [after - before for before, after in itertools.pairwise(fades)][30:]
    assert min(settled) > 0, "it moves at every frame"
    assert max(settled) < 0.75 / 127, "and by less than the fader's steps"


def test_after_its_time_63_percent_of_the_way_is_gone_at_any_rate() -> None:
    row = find("source.zoom")
    for rate_hz in (24, 60, 240):
        values, target = Values(), Values({"source.zoom": 2.0})
        frames = round(rate_hz * row.smoothing_ms / 1e3)
        for _ in range(frames):
            values = eased(values, target, row.smoothing_ms / 1e3 / frames)
        assert values.number("source.zoom") == pytest.approx(1.632, abs=0.001)


def test_it_arrives_and_then_costs_nothing() -> None:
    glide, target = Glide(), Values({"source.zoom": 8.0})
    glide.at(0.0, Values())
    for index in range(1, 120):
        shown = glide.at(index * FRAME_S, target)
    assert shown is target


def test_the_first_frame_and_a_new_look_do_not_glide() -> None:
    glide = Glide()
    first = Values({"source.zoom": 4.0})
    assert glide.at(5.0, first) is first
    glide.jump({"source.zoom": 1.0})
    second = Values({"source.zoom": 1.0})
    assert glide.at(5.0 + FRAME_S, second) is second


def test_a_switch_and_what_has_no_time_change_at_once() -> None:
    before = Values()
    after = eased(before, Values({"output.blackout": True, "face_mesh.line_width": 3.0}), FRAME_S)
    assert after.switch("output.blackout")
    assert after.number("face_mesh.line_width") == 3.0
