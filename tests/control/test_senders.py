"""Who is told what."""

from __future__ import annotations

from livegan.control.senders import MOST, Senders
from livegan.parameters import Values


def test_nobody_is_told_what_he_set_himself_and_all_others_are() -> None:
    senders = Senders()
    senders.heard("ann", {}, {})
    senders.heard("bob", {"source.zoom": 2.0}, {"source.zoom": 2.0})
    values = Values({"source.zoom": 2.0})
    assert senders.news(["source.zoom"], values) == [("ann", "source.zoom")]
    assert senders.news(["source.zoom"], values) == []


def test_a_change_from_elsewhere_is_told_to_all() -> None:
    senders = Senders()
    senders.heard("ann", {"source.zoom": 2.0}, {"source.zoom": 2.0})
    senders.news(["source.zoom"], Values({"source.zoom": 2.0}))
    assert senders.news(["source.zoom"], Values({"source.zoom": 3.0})) == [("ann", "source.zoom")]


def test_who_sent_what_is_out_of_range_is_told_what_became_of_it_even_if_nothing_changed() -> None:
    senders = Senders()
    senders.heard("ann", {"source.zoom": 8.0}, {"source.zoom": 99.0})
    assert senders.news([], Values({"source.zoom": 8.0})) == [("ann", "source.zoom")]
    assert senders.news([], Values({"source.zoom": 8.0})) == []


def test_only_the_last_few_are_remembered() -> None:
    senders = Senders()
    for number in range(MOST + 3):
        senders.heard(str(number), {}, {})
        senders.heard("first", {}, {})
    assert senders.all() == [*(str(number) for number in range(4, MOST + 3)), "first"]
