"""Values on their way to what a preset wants."""

from __future__ import annotations

import pytest

from livegan.morphing import Morph
from livegan.parameters import LiveValues, Setting


def test_numbers_go_evenly_and_all_else_changes_in_the_middle() -> None:
    values = LiveValues({"source.zoom": 2.0})
    wanted: dict[str, Setting] = {
        "source.zoom": 4.0,
        "face_mesh.lips": False,
        "output.view": "side_by_side",
    }
    morph = Morph(values, wanted, now_s=100.0, lasts_s=4.0)
    shown = []
    for now_s in (100.0, 101.0, 101.9, 102.1, 103.0, 104.0, 105.0):
        morph.step(now_s)
        now = values.snapshot()
        shown.append((now.number("source.zoom"), now.switch("face_mesh.lips")))
        assert (now.choice("output.view") == "picture") == now.switch("face_mesh.lips")
    zooms, lips = zip(*shown, strict=True)
    assert zooms == pytest.approx((2.0, 2.5, 2.95, 3.05, 3.5, 4.0, 4.0))
    assert lips == (True, True, True, False, False, False, False)


def test_what_is_played_meanwhile_wins_for_that_value_alone() -> None:
    values = LiveValues()
    morph = Morph(values, {"source.zoom": 5.0, "output.hue": 100.0}, 0.0, 10.0)
    morph.step(2.0)
    values.update({"source.zoom": 7.0})
    for now_s in (3.0, 6.0, 10.0, 11.0):
        morph.step(now_s)
        assert values.snapshot().number("source.zoom") == 7.0
    assert values.snapshot().number("output.hue") == 100.0


def test_it_tells_where_it_leads_until_it_is_there_or_somebody_plays() -> None:
    values = LiveValues()
    morph = Morph(values, {"source.zoom": 5.0, "output.hue": 100.0}, 0.0, 10.0)
    assert morph.ends == {"source.zoom": 5.0, "output.hue": 100.0}
    values.update({"source.zoom": 7.0})
    morph.step(3.0)
    assert morph.ends == {"output.hue": 100.0}
    morph.step(10.0)
    assert morph.ends == {}


def test_a_switch_that_is_played_there_and_back_goes_its_way() -> None:
    values = LiveValues()
    morph = Morph(values, {"face_mesh.lips": False}, 0.0, 10.0)
    morph.step(1.0)
    values.update({"face_mesh.lips": False})
    values.update({"face_mesh.lips": True})  # back again: nobody could tell, so it goes its way
    morph.step(2.0)
    assert values.snapshot().switch("face_mesh.lips")
    morph.step(10.0)
    assert not values.snapshot().switch("face_mesh.lips")


def test_after_its_end_it_leaves_everything_alone() -> None:
    values = LiveValues()
    morph = Morph(values, {"source.zoom": 5.0}, 0.0, 1.0)
    assert morph.moves("source.zoom")
    morph.step(1.0)
    assert not morph.moves("source.zoom")
    values.update({"source.zoom": 2.0})
    morph.step(1.5)
    assert values.snapshot().number("source.zoom") == 2.0


def test_no_time_at_all_is_there_at_once() -> None:
    values = LiveValues()
    Morph(values, {"source.zoom": 5.0, "face_mesh.lips": False}, 50.0, 0.0).step(50.0)
    assert values.snapshot().number("source.zoom") == 5.0
    assert not values.snapshot().switch("face_mesh.lips")
