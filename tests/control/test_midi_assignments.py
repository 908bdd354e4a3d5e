"""The file that says which control plays what."""

from __future__ import annotations

from pathlib import Path

import pytest
from midi_messages import control

from livegan.control.midi.assignments import Assignment, Assignments

FADER = Assignment(control("cc", 7), "output.fade", low=0.2, high=0.8)
PAD = Assignment(control("note", 36, 10), "output.blackout", "toggle")
WHEEL = Assignment(control("bend", 0, 3), "output.hue", takeover=False)
FINE = Assignment(control("nrpn", 300), "output.brightness", "14bit")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file will be, in a folder that is not there yet."""
    return tmp_path / "state" / "midi.toml"


def written(path: Path, text: str) -> Path:
    """The file with this after its first line."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("schema = 1\n" + text, encoding="utf-8")
    return path


def entry(**changes: object) -> str:
    """An entry, whole but for what is changed; None leaves a line out."""
    fields = {
        "port": '"Box"', "channel": 1, "control": '"cc 7"', "parameter": '"output.fade"', **changes,
    }  # fmt: skip
    lines = [f"{key} = {value}" for key, value in fields.items() if value is not None]
    return "\n".join(["[[control]]", *lines, ""])


def test_what_is_learned_is_there_again(path: Path) -> None:
    first = Assignments(path)
    assert first.all == () and not path.parent.exists()
    for one in (FADER, PAD, WHEEL, FINE):
        first.learn(one)
    assert Assignments(path).all == (FADER, PAD, WHEEL, FINE)


def test_names_with_quotes_and_signs_survive(path: Path) -> None:
    odd = Assignment(control("cc", 1, port='Bo"x\\ \t\x7fü #2'), "output.fade")
    Assignments(path).learn(odd)
    assert Assignments(path).all == (odd,)


def test_a_control_plays_one_thing_and_a_thing_is_played_by_the_control_learned_last(
    path: Path,
) -> None:
    assignments = Assignments(path)
    assignments.learn(FADER)
    other = Assignment(FADER.control, "output.hue")
    assignments.learn(other)
    assert assignments.all == (other,)
    again = Assignment(control("cc", 9), "output.hue")
    assignments.learn(again)
    assert Assignments(path).all == (again,)


def test_what_is_forgotten_is_gone_from_the_file(path: Path) -> None:
    assignments = Assignments(path)
    assignments.learn(FADER)
    assert assignments.forget("output.hue") == 0
    assert assignments.forget("output.fade") == 1
    assert Assignments(path).all == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (entry(parameter='"output.fad"'), "did you mean output.fade"),
        (entry(parameter='"system.fps"'), "can't be played"),
        (entry(parameter='"preset.load"'), "can't be played"),
        (entry(channel=17), "channel is 17, wanted 1 to 16"),
        (entry(channel='"1"'), "wanted 1 to 16"),
        (entry(control='"cc 128"'), "control is 'cc 128'"),
        (entry(control='"fader"'), "wanted such as"),
        (entry(control="7"), "control is 7"),
        (entry(port=None), "port is None"),
        (entry(mode='"14bit"', control='"cc 40"'), "14bit"),
        (entry(mode='"spin"'), "wanted one of absolute"),
        (entry(mode='"toggle"'), "is for switches"),
        (entry(mode='"offset_64"', control='"bend"'), "is for cc"),
        (entry(low=0.5, high=0.5), "both 0.5"),
        (entry(low='"x"'), "a number"),
        (entry(low=0, parameter='"output.view"'), "are for numbers"),
        (entry(takeover=1), "wanted true or false"),
        ("control = [1]\n", "wanted [[control]]"),
    ],
)
def test_what_is_not_understood_is_told_and_kept(
    path: Path, text: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    assignments = Assignments(written(path, text))
    assert assignments.all == ()
    (record,) = caplog.records
    assert reason in record.getMessage() and "control 1 passed over" in record.getMessage()
    assignments.learn(PAD)
    if "[[control]]" in text:
        assert [line for line in text.splitlines() if line not in path.read_text()] == []
    assert PAD in Assignments(path).all


def test_what_a_later_livegan_wrote_is_kept_as_it_is(path: Path) -> None:
    entries = entry(curve='"soft"', steps="[1, 2.5, {a = true}]", since="2026-11-21")
    assignments = Assignments(written(path, 'note = "mine"\n[map]\n"a b" = 1\n' + entries))
    assert [one.parameter for one in assignments.all] == ["output.fade"]
    assignments.learn(PAD)
    text = path.read_text()
    for kept in (
        'note = "mine"', 'map = {"a b" = 1}', 'curve = "soft"', "steps = [1, 2.5, {a = true}]",
        "since = 2026-11-21",
    ):  # fmt: skip
        assert kept in text
    assert len(Assignments(path).all) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"schema = 2\n",
        b"no toml",
        b"\xff\xfe",
        b"schema = 1\ncontrol = 3\n",
        b"schema = " + b"[" * 5000 + b"]" * 5000,
    ],
)
def test_a_file_that_cannot_be_read_is_put_aside_and_not_written_over(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assignments = Assignments(path)
    assert assignments.all == () and "is passed over" in caplog.text
    assignments.learn(PAD)
    assert path.with_suffix(".toml.old").read_bytes() == content
    assert Assignments(path).all == (PAD,)


def test_a_folder_that_cannot_be_written_is_told_and_it_is_played_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assignments = Assignments(tmp_path / "file" / "midi.toml")
    assignments.learn(PAD)
    assert assignments.all == (PAD,)
    assert "cannot be written" in caplog.text


def test_without_a_file_all_is_held_in_memory() -> None:
    assignments = Assignments(None)
    assignments.learn(PAD)
    assert assignments.all == (PAD,)
