"""The commands as people type them: what they do, and what they answer to mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from tiny_onnx import write_generator

from livegan.cli import main, parse
from livegan.keepsakes import keep, state_folder


def livegan(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, on a machine without a display."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-m", "livegan", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
        timeout=120,
    )


def frames_in(path: Path) -> int:
    """How many pictures a video file holds."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.fixture
def generator(tmp_path: Path) -> Path:
    """A generator file for edges, 64 x 64."""
    return write_generator(tmp_path / "reverse.onnx")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--source", "gone.mp4"], ["gone.mp4"]),
        (["--source", "text.mp4"], ["text.mp4", "knows no film in it"]),
        (["--source", "camera:no such camera"], ["no such camera"]),
        (["--generator", "cardless.onnx"], ["cardless.onnx", "no livegan card"]),
        (["--generator", "text.onnx"], ["text.onnx"]),
        (["--generator", "newer.onnx"], ["newer.onnx: ", "version 99", "version 1"]),
        (["--generator", "gone.onnx"], ["--generator gone.onnx: there is no such file"]),
        (["wrong_type.toml"], ["wrong_type.toml", "face_mesh.line_width", "'wide'"]),
        (["no-such-preset"], ["no-such-preset", "mona-lisa"]),
        (["--sink", "no/such/folder/take.mp4"], ["take.mp4"]),
        (["--sink", "mirror-ball"], ["mirror-ball"]),
        (["--stats", "no/such/folder/stats.json"], ["stats.json", "there is no folder"]),
        (["--set", "face_mesh.linewidth=2"], ["did you mean face_mesh.line_width"]),
        (["--set", "face_mesh.lips=maybe"], ["face_mesh.lips", "'maybe'"]),
        (["--set", "face_mesh.lips"], ["NAME=VALUE"]),
        (["--seconds", "-1"], ["'-1'"]),
        (["--colour", "red"], ["--colour"]),
        (["--set", "system.fps=60"], ["system.fps can't be set"]),
        (["--osc", "radio"], ["--osc radio", "'radio'"]),
        (["--osc-allow", "192.168.1.0/24"], ["--osc-allow", "add --osc 0.0.0.0"]),
        (["--face-out", "9000"], ["--face-out 9000", "wanted HOST:PORT"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].startswith("-") else None,
)
def test_a_mistake_is_answered_in_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], parts: list[str]
) -> None:
    (tmp_path / "text.mp4").write_text("this is no video\n")
    (tmp_path / "text.onnx").write_text("this is no network\n")
    (tmp_path / "wrong_type.toml").write_text(
        'schema = 1\ngenerator = "identity"\nconditioner = "plain"\n'
        '[face_mesh]\nline_width = "wide"\n'
    )
    write_generator(tmp_path / "cardless.onnx", card=False)
    write_generator(tmp_path / "newer.onnx", version=99)
    given = [*arguments]
    if arguments[0].startswith("-") and "--generator" not in arguments:
        given.insert(0, "edges")
    usual_options = {"--source": "pattern", "--sink": "null", "--seconds": "20", "--osc": "off"}
    for option, usual in usual_options.items():
        if option not in given:
            given += [option, usual]
    done = livegan("run", *given, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("--source gone.mp4", "no such file or folder: gone.mp4; did you mean one.mp4?"),
        ("--source text.mp4", "text.mp4 is not a video"),
        ("--source text.jpg", "livegan: text.jpg is no picture that can be read"),
        ("--source empty", "folder empty holds no picture"),
        ("--source camera:none_such", "no camera is called 'none_such'"),
        ("--sink virtual-camera:none_such", "virtual camera"),
        ("--sink window", "no display: DISPLAY is not set; start livegan on a desktop"),
        ("--display 7", "no display"),
        ("--display 7 --sink null", "--display is for a window; add --sink window"),
        ("--fullscreen --sink null", "--fullscreen is for a window; add --sink window"),
        ("--generator text.onnx", "text.onnx is not an ONNX file"),
        ("--generator mona-lisa", "--generator mona-lisa: did you mean "),
        ("--osc no_such_name", "--osc no_such_name: no machine is called 'no_such_name'; wanted"),
        ("--panel 99999", "--panel 99999: wanted a port from 1 to 65534, off, or HOST:PORT"),
        ("--face-out 9000", "--face-out 9000: wanted HOST:PORT"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells without a device being opened")
def test_what_can_be_seen_to_be_wrong_is_told_before_the_show_begins(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    told: str,
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("text.mp4", "text.jpg", "text.onnx", "one.mp4"):
        (tmp_path / name).write_text("neither a film nor a network\n")
    session = 'schema = 1\n[session]\npreset = "pearl"\n'
    keep(state_folder() / "session.toml", session)  # it is told of as the show begins
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    given = typed.split()
    usual = {"--source": "pattern", "--seconds": "1", "--midi": "off"}
    if not {"--sink", "--display"} & set(given):
        usual["--sink"] = "null"
    given += [word for pair in usual.items() if pair[0] not in given for word in pair]
    assert main(given) == 2
    out, err = capsys.readouterr()
    assert told in err and len(err.splitlines()) == 1
    assert out == ""


def test_bench_looks_for_its_source_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--source", "camera:none_such", "--seconds", "1"]) == 2
    out, err = capsys.readouterr()
    assert "no camera is called 'none_such'" in err and out == ""


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ("pearl mona-lisa", "run does not take mona-lisa; it begins with one preset"),
        ("doctor camera", "doctor does not take camera; leave it out"),
        ("--version", "run does not take --version; livegan run --help says what it takes"),
        ("render a.mp4 b.mp4 --out c.mp4", "; livegan render --help says what it takes"),
        ("--set output.hue 90", "--set output.hue: wanted NAME=VALUE"),
    ],
)
def test_where_nothing_is_plain_nothing_is_guessed(
    capsys: pytest.CaptureFixture[str], typed: str, cure: str
) -> None:
    assert main(typed.split()) == 2
    assert cure in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([""], "the preset"),
        (["  "], "the preset"),
        (["--osc", ""], "--osc"),
        (["pearl", "--sink", "null", "--sink", ""], "--sink"),
        (["--face-out", ""], "--face-out"),
        (["render", "", "out.mp4"], "the input"),
        (["bench", "--preset", ""], "--preset"),
    ],
)
def test_what_is_given_and_empty_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    assert main(arguments) == 2
    assert f"livegan: {what} is empty; say which" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("clip.mp4", "--source clip.mp4"),
        ("CLIP.MOV --seconds 2", "--source CLIP.MOV"),
        ("camera:0", "--source camera:0"),
        ("photos", "--source photos"),
        ("pearl clip.mp4", "--source clip.mp4"),
        ("mine.onnx", "--generator mine.onnx"),
        ("--sorce pattern", "--source"),
        ("pearl --sorce=pattern", "--source"),
        ("rendr a.mp4 b.mp4", "render"),
        ("prests", "presets"),
        ("render a.mp4 b.mp4 --prset edges", "--preset"),
        ("bench --secnds 3", "--seconds"),
        ("--out take.mp4", "--sink"),
        ("--camera 0", "--source camera:0"),
        ("help", "--help"),
        ("play", "run"),
        ("pearl.toml", "pearl"),
    ],
)
def test_what_was_meant_is_guessed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    meant: str,
) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(typed.split()) == 2
    assert capsys.readouterr().err.strip().endswith(f"; did you mean {meant}?")


def test_a_preset_under_the_option_that_other_commands_have_is_told_how_it_is_typed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--preset", "pearl"]) == 2
    assert "run takes a preset by its name alone: livegan pearl" in capsys.readouterr().err


def test_a_preset_goes_before_a_folder_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "edges").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse(["edges"]).preset == "edges"


def test_a_preset_goes_before_a_command_almost_of_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("livegan.presets.list_presets", lambda: ["renders"])
    assert parse(["renders"]).preset == "renders"


def test_figures_that_cannot_be_written_are_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["edges", "--source", "pattern", "--sink", "null", "--seconds", "1", "--stats"]
    assert main([*command, str(tmp_path)]) == 2
    assert f"{tmp_path} is a folder" in capsys.readouterr().err
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path)
    assert main([*command, str(tmp_path / "stats.json")]) == 2
    assert "read only" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["gone.mp4", "null"],
        ["pattern", "out.gif"],
        ["pattern", "no/such/folder/out.mp4"],
        ["camera:0", "null"],
        ["pattern"],
    ],
    ids=" ".join,
)
def test_render_answers_mistakes_likewise(tmp_path: Path, arguments: list[str]) -> None:
    done = livegan("render", *arguments, "--preset", "edges", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_render_paints_every_frame_and_says_how_fast(tmp_path: Path, generator: Path) -> None:
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    done = livegan("render", "pattern", first, "--generator", generator)
    assert done.returncode == 0, done.stderr
    count, _, rest = done.stdout.splitlines()[-1].partition(" frames, ")
    assert rest.endswith(" frames/s") and float(rest.split()[0]) > 0
    assert "face" not in done.stdout, "edges look for none"
    assert frames_in(first) == int(count) > 0
    again = livegan("render", first, second, "--generator", generator)
    assert again.returncode == 0, again.stderr
    assert frames_in(second) == int(count)


def test_render_counts_a_single_picture_as_one(tmp_path: Path, generator: Path) -> None:
    cv2.imwrite(str(tmp_path / "face.png"), np.full((64, 64, 3), 99, np.uint8))
    done = livegan("render", tmp_path / "face.png", "null", "--generator", generator)
    assert done.stdout.startswith("1 frame, "), done.stdout + done.stderr


def test_a_run_without_a_display_writes_a_recording_and_says_where(
    tmp_path: Path, generator: Path
) -> None:
    done = livegan("--generator", generator, "--source", "pattern", "--seconds", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (take,) = tmp_path.glob("livegan-*.mp4")
    assert take.name in done.stderr
    assert frames_in(take) >= 1


def test_a_run_into_several_sinks_with_stats(tmp_path: Path, generator: Path) -> None:
    take, stats = tmp_path / "take.mp4", tmp_path / "stats.json"
    done = livegan(
        "run", "--generator", generator, "--source", "pattern", "--seconds", 2,
        "--sink", "null", "--sink", take, "--stats", stats,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert frames_in(take) >= 1
    data = json.loads(stats.read_text())
    assert data["generator"] == "openvino CPU f32"
    assert data["size"] == [64, 64]
    assert data["frames"] >= 1
    assert data["startup_s"] > 0
    assert data["rss_mib"] > 20
    for line in ("source", "preset", "generator", "sink"):
        assert any(told.startswith(line) for told in done.stdout.splitlines())


def test_bench_measures_and_writes_json(tmp_path: Path, generator: Path) -> None:
    path = tmp_path / "bench.json"
    done = livegan(
        "bench", "--generator", generator, "--source", "pattern", "--seconds", 2, "--json", path
    )
    assert done.returncode == 0, done.stderr
    assert "in the first second" in done.stdout
    data = json.loads(path.read_text())
    assert data["frames"] >= 1
    assert 0 < data["latency_ms"]["p50"] <= data["latency_ms"]["max"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_run_cleanly_and_the_recording_is_whole(
    tmp_path: Path, generator: Path, name: str
) -> None:
    take = tmp_path / "take.mp4"
    command = [
        sys.executable, "-m", "livegan", "--generator", str(generator),
        "--source", "pattern", "--sink", str(take), "--osc", "off",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    environment["PYTHONUNBUFFERED"] = "1"
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)  # under nohup it would be ignored, as it should
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    signal.signal(number, before)
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("sink"):
                break
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert errors == ""
    assert frames_in(take) >= 1


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    assert "mona-lisa" in capsys.readouterr().out


def test_parameters_are_listed_with_their_ranges(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parameters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("face_mesh.line_width")]
    assert "1 to 8 px" in line


def test_parameters_are_written_as_the_page_that_lies_in_the_package(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["parameters", "--markdown"]) == 0
    page = Path(__file__).parents[1] / "livegan" / "PARAMETERS.md"
    assert capsys.readouterr().out == page.read_text(encoding="utf-8")


def test_devices_answer_without_devices() -> None:
    done = livegan("devices")
    assert done.returncode == 0, done.stderr
    for kind in ("camera", "display", "virtual", "MIDI"):
        assert kind in done.stdout


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for command in ("run", "render", "bench", "devices", "presets", "parameters"):
        assert command in shown


def test_a_reader_that_leaves_early_is_no_error() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-m", "livegan", "parameters"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(30)
    assert errors == ""
