"""What is said of machines that users meet: the line, the cure, and whether livegan plays."""

from __future__ import annotations

import pytest
from doctor.patients import (
    H200,
    HEALTHY,
    RTX_4090,
    RTX_LIBRARIES,
    exit_code,
    found,
    patient,
    with_packages,
)

from livegan.doctor.examination import examine
from livegan.doctor.facts import (
    Cameras,
    Displays,
    Engine,
    Engines,
    Facts,
    GPUs,
    Host,
    LoopbackDevice,
    Loopbacks,
    Packages,
    Playing,
    SeenCamera,
    Surroundings,
)


def test_a_healthy_machine_has_nothing_to_warn_of() -> None:
    facts = patient(loopbacks=Loopbacks(True, (LoopbackDevice("/dev/video7 'livegan'"),)))
    findings = [one for section in examine(facts) for one in section.findings]
    assert {one.state for one in findings} == {"ok"}
    assert not any(one.cure for one in findings)
    assert exit_code(facts) == 0


def test_every_line_that_warns_has_a_cure() -> None:
    sick = Facts(
        host=Host("Linux", "aarch64", "3.13.1", 64),
        packages=with_packages(
            {"numpy": "2.1.0", "mediapipe": None, "opencv-python": "4.10.0", "torch": "2.5.0"}
        ),
        cameras=Cameras((SeenCamera("camera:0 'A'", allowed=False), SeenCamera("B", opens=None))),
        displays=Displays(),
        loopbacks=Loopbacks(True, (LoopbackDevice("/dev/video7 'x'", writable=False),)),
        gpus=GPUs((), True, "Driver/library version mismatch"),
        engines=Engines((Engine("mona-lisa", "tensorrt", fault="is missing"),), 3),
        surroundings=Surroundings(("UDP 7770",), "/", 1000),
        playing=Playing("mona-lisa", problem="ModuleNotFoundError: No module named 'mediapipe'"),
    )
    findings = [one for section in examine(sick) for one in section.findings]
    warned = [one for one in findings if one.state in ("warn", "FAIL")]
    assert len(warned) == 15
    assert not [one for one in warned if not one.cure]
    assert exit_code(sick) == 2


@pytest.mark.parametrize(("version", "state"), [("3.9.18", "warn"), ("3.13.1", "warn"),
                                                ("3.10.0", "ok"), ("3.12.9", "ok")])  # fmt: skip
def test_python_must_be_one_that_mediapipe_has_wheels_for(version: str, state: str) -> None:
    finding = found(patient(host=Host(python=version)), "Python", "version")
    assert (finding.state, version in finding.told) == (state, True)
    if state == "warn":
        assert ">=3.10,<3.13" in finding.told and "python3.12 -m venv" in finding.cure


def test_a_python_of_32_bits_and_an_unknown_processor_are_told() -> None:
    short = found(patient(host=Host("Windows", "AMD64", bits=32)), "Python", "machine")
    assert short.state == "warn" and "64 bits" in short.cure
    arm = found(patient(host=Host("Linux", "aarch64")), "Python", "machine")
    assert arm.state == "warn" and "only for x86_64" in arm.told and "livegan edges" in arm.cure


def test_numpy_2_is_told_with_its_reason_and_the_line_to_type() -> None:
    facts = patient(
        packages=with_packages({"numpy": "2.1.0"}),
        playing=Playing("mona-lisa", problem="ImportError: numpy.core.multiarray failed to import"),
    )
    finding = found(facts, "packages", "numpy")
    assert finding.state == "warn"
    assert finding.told.startswith("2.1.0, wanted >=1.26,<2: mediapipe")
    assert finding.cure == 'pip install "numpy>=1.26,<2"'
    assert found(facts, "default preset", "mona-lisa").cure == finding.cure
    assert exit_code(facts) == 2


def test_two_wheels_of_opencv_are_both_named_and_replaced_by_one() -> None:
    facts = patient(packages=with_packages({"opencv-python": "4.10.0.84"}))
    finding = found(facts, "packages", "OpenCV")
    assert finding.state == "warn"
    assert "opencv-contrib-python 4.11.0.86, opencv-python 4.10.0.84" in finding.told
    assert finding.cure == (
        "pip uninstall -y opencv-contrib-python opencv-python;"
        ' then: pip install "opencv-contrib-python>=4.11,<4.12"'
    )
    assert exit_code(facts) == 0, "warnings do not count"


def test_a_missing_package_and_a_livegan_that_is_not_installed_are_told() -> None:
    finding = found(patient(packages=with_packages({"mediapipe": None})), "packages", "mediapipe")
    assert finding.cure == 'pip install "mediapipe==0.10.21"'
    finding = found(patient(packages=Packages()), "packages", "livegan")
    assert (finding.state, finding.cure) == ("warn", "pip install -e .")


def test_a_missing_extra_is_no_fault_and_its_install_line_is_told() -> None:
    finding = found(patient(packages=with_packages({"mido": None})), "packages", "midi")
    assert (finding.state, finding.cure) == ("note", 'pip install -e ".[midi]"')
    without = with_packages({"torch": None, "safetensors": None}, torch_cuda=None)
    finding = found(patient(packages=without), "packages", "train")
    assert (finding.state, finding.cure) == ("note", 'pip install -e ".[train]"')


def test_a_camera_that_may_not_be_opened_names_the_group() -> None:
    camera = SeenCamera("camera:0 'HD Webcam'", allowed=False, opens=False)
    finding = found(patient(cameras=Cameras((camera,))), "cameras", "camera")
    assert finding.state == "warn"
    assert finding.cure == "sudo usermod -aG video $USER, then log out and in again"
    finding = found(patient(cameras=Cameras((camera,), joined=True)), "cameras", "camera")
    assert finding.cure.startswith("log out and in again") and "usermod" not in finding.cure


def test_a_camera_that_is_busy_or_hangs_is_told() -> None:
    busy = SeenCamera("camera:0 'A'", opens=False, cure="close other programs that use it")
    finding = found(patient(cameras=Cameras((busy,))), "cameras", "camera")
    assert finding.told == "camera:0 'A' cannot be opened"
    assert finding.cure == "close other programs that use it"
    hangs = SeenCamera("camera:0 'A'", opens=None)
    finding = found(patient(cameras=Cameras((hangs,))), "cameras", "camera")
    assert "does not answer" in finding.told and "plug it in again" in finding.cure


def test_cameras_that_cannot_be_listed_have_the_cure_of_the_library_that_is_missing() -> None:
    facts = patient(cameras=Cameras(problem="ImportError: libGL.so.1: cannot open"))
    finding = found(facts, "cameras", "cameras")
    assert (finding.state, finding.cure) == ("warn", "sudo apt install libgl1 libglib2.0-0")


def test_without_a_real_camera_the_bundled_performer_is_named() -> None:
    virtual = SeenCamera("camera:7 'livegan'", virtual=True, opens=None)
    facts = patient(cameras=Cameras((virtual,)))
    assert "bundled performer" in found(facts, "cameras", "cameras").told
    assert found(facts, "cameras", "camera").state == "ok"
    assert exit_code(facts) == 0


def test_no_display_is_a_warning_that_names_the_way_out() -> None:
    facts = patient(displays=Displays())
    finding = found(facts, "display", "display")
    assert (finding.state, finding.told) == ("warn", "none: DISPLAY is not set")
    assert "--sink show.mp4" in finding.cure
    assert exit_code(facts) == 0
    wayland = patient(displays=Displays(variables={"WAYLAND_DISPLAY": "wayland-0"}))
    assert "xwayland" in found(wayland, "display", "display").cure


def test_a_display_that_does_not_answer_is_named() -> None:
    problem = "no window can be opened (Cannot connect); write a file"
    displays = Displays(problem=problem, variables={"DISPLAY": ":7"})
    finding = found(patient(displays=displays), "display", "window")
    assert finding.told == "no window can be opened (Cannot connect), DISPLAY is :7"
    assert finding.cure == "write a file"
    problem = "no window can be opened (Cannot connect to DISPLAY :7); write a file"
    displays = Displays(problem=problem, variables={"DISPLAY": ":7"})
    told = found(patient(displays=displays), "display", "window").told
    assert told == "no window can be opened (Cannot connect to DISPLAY :7)"


def test_opengl_on_the_cpu_is_a_note() -> None:
    displays = Displays(("0",), "OpenGL 4.5, llvmpipe", variables={"DISPLAY": ":0"})
    finding = found(patient(displays=displays), "display", "OpenGL")
    assert finding.state == "note" and "CPU draws" in finding.told


def test_virtual_cameras_of_linux() -> None:
    missing = found(patient(loopbacks=Loopbacks()), "virtual camera", "device")
    assert missing.state == "note" and "modprobe v4l2loopback exclusive_caps=1" in missing.cure
    empty = found(patient(loopbacks=Loopbacks(loaded=True)), "virtual camera", "device")
    assert empty.state == "warn" and "modprobe -r v4l2loopback" in empty.cure
    closed = LoopbackDevice("/dev/video7 'livegan'", writable=False)
    finding = found(patient(loopbacks=Loopbacks(True, (closed,))), "virtual camera", "device")
    assert finding.state == "warn" and "usermod -aG video" in finding.cure
    used = LoopbackDevice("/dev/video7 'livegan'", sent="YU12:1280x720@30")
    finding = found(patient(loopbacks=Loopbacks(True, (used,))), "virtual camera", "device")
    assert finding.state == "note" and "sends YU12:1280x720@30" in finding.told


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_virtual_cameras_elsewhere_are_those_of_obs(system: str) -> None:
    bare = patient(host=Host(system, "AMD64"))
    finding = found(bare, "virtual camera", "device")
    assert finding.state == "note" and "OBS Studio" in finding.cure
    obs = SeenCamera("camera:1 'OBS Virtual Camera'", virtual=True, opens=None)
    finding = found(
        patient(host=Host(system, "AMD64"), cameras=Cameras((obs,))), "virtual camera", "device"
    )
    assert (finding.state, finding.told) == ("ok", "camera:1 'OBS Virtual Camera'")


@pytest.mark.parametrize(
    ("capability", "told"),
    [("sm_89", ""), ("8.9", ""), ("8.6, 8.9, 12.0", ""), ("sm_120", "compiled for sm_120"),
     ("8.6", "compiled for sm_86, this GPU is sm_89")],
)  # fmt: skip
def test_an_engine_of_another_gpu_is_told_with_the_command(capability: str, told: str) -> None:
    engine = Engine("mona-lisa", "tensorrt-rtx", "f16", hardware={"compute_capability": capability})
    facts = patient(gpus=GPUs((RTX_4090,), True), engines=Engines((engine,), 3))
    finding = found(facts, "engines", "mona-lisa")
    assert (finding.state == "warn") == bool(told) and told in finding.told
    if told:
        assert finding.cure == "python tools/compile.py mona-lisa --target tensorrt-rtx"
    assert exit_code(facts) == 0


def test_an_engine_of_tensorrt_is_for_one_model_of_gpu() -> None:
    hardware = {"compute_capability": "8.9", "gpu": "NVIDIA L4"}
    engines = Engines((Engine("mona-lisa", "tensorrt", hardware=hardware),), 3)
    finding = found(patient(gpus=GPUs((RTX_4090,), True), engines=engines), "engines", "mona-lisa")
    assert finding.state == "warn"
    told = "was compiled for NVIDIA L4 sm_89, this GPU is NVIDIA GeForce RTX 4090 sm_89"
    assert told in finding.told
    own = Engine("mona-lisa", "tensorrt", hardware={**hardware, "gpu": RTX_4090.name})
    facts = patient(gpus=GPUs((RTX_4090,), True), engines=Engines((own,), 3))
    assert found(facts, "engines", "mona-lisa").state == "ok"


def test_where_tensorrt_rtx_does_not_play_the_engine_is_compiled_by_tensorrt() -> None:
    engine = Engine("mona-lisa", "tensorrt-rtx", hardware={"compute_capability": "8.9"})
    facts = patient(gpus=GPUs((H200,), True), engines=Engines((engine,), 3))
    finding = found(facts, "engines", "mona-lisa")
    assert finding.cure == "python tools/compile.py mona-lisa --target tensorrt"


def test_an_engine_of_another_gpu_beside_the_right_one_is_a_note() -> None:
    def of(capability: str) -> Engine:
        return Engine("mona-lisa", "tensorrt-rtx", hardware={"compute_capability": capability})

    both = patient(gpus=GPUs((RTX_4090,), True), engines=Engines((of("8.9"), of("12.0")), 3))
    (section,) = (one for one in examine(both) if one.title == "engines")
    assert [one.state for one in section.findings] == ["ok", "note"]
    elsewhere = found(patient(engines=Engines((of("8.9"),), 3)), "engines", "mona-lisa")
    assert elsewhere.state == "note" and "compiled for sm_89: there is no" in elsewhere.told


def test_an_engine_is_held_against_the_bindings_that_load_it() -> None:
    engine = Engine("mona-lisa", "tensorrt-rtx", versions={"tensorrt-rtx": "1.6.0.1"})
    facts = patient(engines=Engines((engine,), 3), packages=with_packages(RTX_LIBRARIES))
    told = found(facts, "engines", "mona-lisa").told
    assert told.endswith("was compiled with tensorrt-rtx 1.6.0.1, installed is 1.7.1.116")


def test_an_engine_that_is_damaged_or_of_another_version_is_told() -> None:
    engines = Engines(
        (
            Engine("pearl", "openvino", "int8", fault="has 3 bytes, its manifest says 9"),
            Engine("mona-lisa", "tensorrt", "f16", versions={"tensorrt": "10.3"}),
            Engine("edges", "tensorrt", "f16", versions={"tensorrt": "11.4"}),
        ),
        3,
    )
    facts = patient(engines=engines, packages=with_packages({"tensorrt": "11.4.0.106"}))
    damaged = found(facts, "engines", "pearl")
    assert damaged.told == "openvino int8 engine has 3 bytes, its manifest says 9"
    assert damaged.cure == "python tools/compile.py pearl --target openvino"
    old = found(facts, "engines", "mona-lisa")
    assert "compiled with tensorrt 10.3, installed is 11.4.0.106" in old.told
    assert found(facts, "engines", "edges").state == "ok"


@pytest.mark.parametrize(
    ("system", "finder"), [("Linux", "ss -"), ("Windows", "netstat"), ("Darwin", "lsof")]
)
def test_a_port_in_use_is_told_with_what_finds_its_owner(system: str, finder: str) -> None:
    facts = patient(host=Host(system), surroundings=Surroundings(("UDP 7770", "TCP 7770")))
    finding = found(facts, "ports", "OSC")
    assert finding.state == "warn" and finding.told.startswith("UDP 7770 and TCP 7770 are taken")
    assert finder in finding.cure and "7770" in finding.cure
    assert exit_code(facts) == 0


def test_a_full_or_closed_disk_is_told() -> None:
    full = patient(surroundings=Surroundings(folder="/shows", free_bytes=1 << 30))
    finding = found(full, "disk", "recordings")
    assert (finding.state, finding.told) == ("warn", "/shows: only 1.0 GiB are free")
    closed = patient(surroundings=Surroundings(folder="/shows", writable=False))
    assert "not yours to write" in found(closed, "disk", "recordings").told


def test_where_nothing_can_be_kept_it_is_told_what_to_name() -> None:
    keeps = patient(surroundings=Surroundings(kept="/home/ada/.local/state/livegan"))
    finding = found(keeps, "disk", "session")
    assert finding.state == "ok" and "/home/ada/.local/state/livegan" in finding.told
    closed = patient(surroundings=Surroundings(kept="/closed is not yours", keeps=False))
    finding = found(closed, "disk", "session")
    assert finding.state == "warn" and "/closed is not yours" in finding.told
    assert "LIVEGAN_STATE" in finding.cure


@pytest.mark.parametrize(
    ("problem", "told", "cure"),
    [
        ("ImportError: libGL.so.1: cannot open", "libGL.so.1", "sudo apt install libgl1"),
        ("ModuleNotFoundError: No module named 'cv2'", "'cv2'", "pip install -e ."),
        ("engine x is gone; run: compile it", "engine x is gone", "compile it"),
        ("no answer within 30 s", "30 s", "close other programs and try again"),
        ("the process died of SIGILL", "SIGILL", "from the top"),
    ],
)
def test_a_preset_that_does_not_play_decides_the_exit_code(
    problem: str, told: str, cure: str
) -> None:
    facts = patient(playing=Playing("mona-lisa", problem=problem))
    finding = found(facts, "default preset", "mona-lisa")
    assert finding.state == "FAIL" and told in finding.told and cure in finding.cure
    assert exit_code(facts) == 2


def test_a_preset_that_plays_without_seeing_the_face_is_told() -> None:
    facts = patient(playing=Playing("mona-lisa", "openvino CPU f32", False, 2.0))
    finding = found(facts, "default preset", "mona-lisa")
    assert finding.state == "warn" and "did not see the face" in finding.told
    assert exit_code(facts) == 0


def test_the_healthy_laptop_says_what_paints() -> None:
    finding = found(HEALTHY, "default preset", "mona-lisa")
    assert (finding.state, finding.told) == ("ok", "openvino CPU f32, first picture after 2.0 s")
