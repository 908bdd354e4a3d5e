"""What is found out, of other processes and of this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from doctor.patients import found, patient
from tiny_onnx import write_generator

from livegan.cli import main
from livegan.compilation import EngineRequest, store_engine
from livegan.control.endpoints import OSC_PORT as PORT
from livegan.doctor import probes, questions
from livegan.doctor.answers import read_cameras, read_displays, read_playing, read_smi
from livegan.doctor.facts import GPU, GPUs, Playing, Requirement, SeenCamera
from livegan.doctor.inquiry import Answer, Inquiry


def rows(*answers: dict[str, object], code: int | None = 0) -> Answer:
    """An answer in rows, with a library's chatter between them."""
    lines = [json.dumps(one) for one in answers]
    return Answer("\n".join(["W0000 chatter", *lines, "[1, 2]"]), code, 3.5)


def listed(name: str, virtual: bool = False) -> dict[str, object]:
    """The row of a camera that is listed."""
    return {"camera": name, "virtual": virtual, "allowed": True, "cure": "close others"}


def test_cameras_that_open_refuse_and_hang_are_told_apart() -> None:
    answer = rows(
        listed("A"), listed("B"), listed("C"), listed("V", virtual=True),
        {"camera": "A", "opens": True}, {"camera": "B", "opens": False}, code=None,
    )  # fmt: skip
    seen = read_cameras(answer, joined=False)
    assert [one.opens for one in seen.cameras] == [True, False, None, None]
    assert seen.problem == ""
    assert seen.cameras[1] == SeenCamera("B", opens=False, cure="close others")


def test_cameras_that_cannot_be_listed_are_a_problem_and_none_at_all_is_not() -> None:
    assert read_cameras(rows(), joined=False).problem == ""
    assert read_cameras(rows(code=None), joined=False).problem == "no answer within 3.5 s"
    broken = rows({"problem": "ImportError: libGL.so.1"})
    assert read_cameras(broken, joined=False).problem == "ImportError: libGL.so.1"


def test_displays_and_what_draws_are_read() -> None:
    seen = read_displays(rows({"display": "0 'X'"}, {"opengl": "OpenGL 4.5"}), {"DISPLAY": ":0"})
    assert (seen.displays, seen.opengl, seen.problem) == (("0 'X'",), "OpenGL 4.5", "")
    died = read_displays(rows({"display": "0 'X'"}, code=-11), {})
    assert (died.displays, died.problem) == (("0 'X'",), "the process died of SIGSEGV")


def test_gpus_are_read_from_nvidia_smi() -> None:
    text = "NVIDIA GeForce RTX 4090, 580.65.06, 8.9, 24564\nOdd, name, 580.65.06, 12.0, 32607\n"
    assert read_smi(Answer(text, 0, 3.5)) == GPUs(
        (
            GPU("NVIDIA GeForce RTX 4090", "580.65.06", (8, 9), 24564),
            GPU("Odd, name", "580.65.06", (12, 0), 32607),
        ),
        driver_here=True,
    )


@pytest.mark.parametrize(
    ("text", "code", "problem"),
    [
        ("Failed to initialize NVML: Driver/library version mismatch\nmore", 18,
         "Failed to initialize NVML: Driver/library version mismatch"),
        ('Field "compute_cap" is not a valid field to query.', 2, 'Field "compute_cap" is not a'),
        ("NVIDIA A100, 580.65.06, [N/A], [N/A]", 0, "NVIDIA A100"),
        ("", None, "no answer within 3.5 s"),
        ("No devices were found", 6, ""),
    ],
)  # fmt: skip
def test_what_nvidia_smi_says_instead_of_gpus_is_kept(
    text: str, code: int | None, problem: str
) -> None:
    gpus = read_smi(Answer(text, code, 3.5))
    assert gpus.gpus == () and gpus.driver_here
    assert gpus.problem.startswith(problem) and bool(gpus.problem) == bool(problem)


def test_a_preset_that_painted_and_one_that_did_not_are_read() -> None:
    row = {"generator": "openvino CPU f32", "found": True, "seconds": 2.1}
    assert read_playing(rows(row, code=-6), "x") == Playing("x", "openvino CPU f32", True, 2.1)
    assert read_playing(rows(code=-4), "x").problem == "the process died of SIGILL"
    assert read_playing(rows(), "x").problem == "the process said nothing"


def test_what_hangs_is_left_at_its_deadline_and_what_it_said_before_is_kept() -> None:
    code = "import time; print('{\"camera\": 1}', flush=True); time.sleep(60)"
    began_s = time.monotonic()
    # Long enough for a Python to start on a busy machine.
    answer = Inquiry([sys.executable, "-c", code], 5.0).answer()
    assert time.monotonic() - began_s < 20
    assert answer.code is None
    assert answer.rows == [{"camera": 1}]


def test_a_process_that_aborts_is_a_problem_and_its_errors_stay_out() -> None:
    code = "import os, sys; print('loud', file=sys.stderr); sys.stderr.flush(); os.abort()"
    quiet = Inquiry([sys.executable, "-c", code], 60).answer()
    assert quiet.text == "" and quiet.problem
    loud = Inquiry([sys.executable, "-c", code], 60, errors=True).answer()
    assert "loud" in loud.text


def test_a_question_that_fails_is_answered_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert questions.main(["playing", "no-such-preset"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "no-such-preset" in json.loads(line)["problem"]

    def broken() -> None:
        raise ImportError("libGL.so.1:\n cannot open")

    monkeypatch.setattr(questions, "_QUESTIONS", {"cameras": broken})
    assert questions.main(["cameras"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"problem": "ImportError: libGL.so.1: cannot open"}


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("numpy<2,>=1.26", Requirement("numpy", "<2,>=1.26")),
        ("torch==2.13.0; extra == 'train'", Requirement("torch", "==2.13.0", "train")),
        ('Python_RtMidi ; extra == "midi"', Requirement("python-rtmidi", "", "midi")),
        ("livegan[train]>=1", Requirement("livegan", ">=1")),
        ("tomli>=2; python_version < '3.0'", None),
        ("tomli>=2; python_version < '3.99'", Requirement("tomli", ">=2")),
    ],
)
def test_requirements_are_read(text: str, requirement: Requirement | None) -> None:
    assert probes.read_requirement(text) == requirement


def test_the_packages_of_this_python_are_found() -> None:
    packages = probes.read_packages()
    assert packages.installed["numpy"].startswith("1.")
    assert "mediapipe==0.10.21" in map(str, packages.requirements)
    # Another version of PyTorch is built for other CUDAs: look at livegan.doctor.wheels then.
    assert "torch==2.13.0" in map(str, packages.requirements)


def test_engines_are_found_with_their_state(tmp_path: Path) -> None:
    generator = write_generator(tmp_path / "mine.onnx")
    assert probes.read_engines(tmp_path).generators == 1
    hardware = {"compute_capability": "sm_89"}
    request = EngineRequest("tensorrt", "f16", (64, 64), {"tensorrt": "11.4"}, hardware)
    cached = store_engine(generator, request, b"engine", 1.0)
    (whole,) = probes.read_engines(tmp_path).engines
    assert (whole.generator, whole.target, whole.precision) == ("mine", "tensorrt", "f16")
    assert (whole.fault, whole.versions, whole.hardware) == ("", {"tensorrt": "11.4"}, hardware)
    cached.path.write_bytes(b"engi")
    (cut,) = probes.read_engines(tmp_path).engines
    assert "4 bytes" in cut.fault
    cached.path.with_suffix(".json").write_text("{")
    (unread,) = probes.read_engines(tmp_path).engines
    assert unread.target == "tensorrt" and "no manifest that can be read" in unread.fault


def test_ports_that_others_have_are_found() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind(("127.0.0.1", PORT))
        except OSError:
            pytest.skip(f"another program has UDP {PORT}")
        assert f"UDP {PORT}" in probes.read_surroundings().taken
    assert f"UDP {PORT}" not in probes.read_surroundings().taken


def test_a_folder_that_is_gone_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert probes.read_surroundings().folder == str(tmp_path)

    def gone() -> str:
        raise FileNotFoundError("no such folder")

    monkeypatch.setattr("os.getcwd", gone)
    assert probes.read_surroundings().folder == ""
    facts = patient(surroundings=probes.read_surroundings())
    assert found(facts, "disk", "recordings").told == "the current folder is gone"


def test_what_can_be_kept_is_known_before_anything_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEGAN_STATE", str(tmp_path / "not" / "yet"))
    facts = probes.read_surroundings()
    assert (facts.kept, facts.keeps) == (str(tmp_path / "not" / "yet"), True)
    assert not (tmp_path / "not").exists()
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LIVEGAN_STATE", str(tmp_path / "file" / "below"))
    assert not probes.read_surroundings().keeps


def test_a_package_that_was_removed_by_half_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ghost-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    installed = probes.read_packages().installed
    assert "numpy" in installed and "ghost" not in installed


def test_the_doctor_finds_this_machine_able_to_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    # A machine that runs tests may be slower than any that plays.
    monkeypatch.setattr(probes, "PLAYING_LIMIT_S", 150.0)
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    headings = [line for line in lines[:-1] if line and not line.startswith(" ")]
    assert headings == [
        "Python", "packages", "cameras", "display", "virtual camera", "GPU", "engines", "ports",
        "disk", "default preset",
    ]  # fmt: skip
    assert any(line.startswith("  ok    mona-lisa") for line in lines), lines
    assert any(str(tmp_path) in line for line in lines), "recordings go to the current folder"
    assert lines[-1].startswith("livegan can play")
    assert "\x1b" not in "".join(lines)


def test_the_process_that_answers_loads_what_the_one_that_asks_does_not() -> None:
    code = (
        "import livegan.doctor.command, livegan.doctor.probes, livegan.doctor.examination, sys;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        timeout=120,
    )
    heavy = {"cv2", "mediapipe", "openvino", "pyglet", "tensorrt", "tensorrt_rtx", "torch"}
    assert not heavy & set(done.stdout.split())
