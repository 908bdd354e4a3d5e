"""Engines are found only if they are just what was asked for, whole, and of this generator."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from livegan.compilation import (
    CachedEngine,
    EngineRefused,
    EngineRequest,
    Manifest,
    cache,
    find_engine,
    list_engines,
    require_engine,
    store_engine,
)
from livegan.compilation.cache import sha256_of, user_cache
from livegan.errors import ModelError, UsageError
from livegan.files import write_atomically

REQUEST = EngineRequest(
    target="tensorrt",
    precision="f16",
    size=(256, 256),
    versions={"tensorrt": "10.9.0"},
    hardware={"gpu": "RTX 4070", "compute_capability": "8.9"},
)


@pytest.fixture(autouse=True)
def _own_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)


@pytest.fixture
def generator(tmp_path: Path) -> Path:
    path = tmp_path / "engines" / "ada.onnx"
    path.parent.mkdir()
    path.write_bytes(b"the network")
    return path


def _store(generator: Path, content: bytes = b"compiled") -> CachedEngine:
    return store_engine(generator, REQUEST, content, seconds=1.5, metrics={"ms_ssim": -0.001})


def _refusal(generator: Path, request: EngineRequest = REQUEST) -> str:
    assert find_engine(generator, request) is None
    with pytest.raises(EngineRefused) as caught:
        require_engine(generator, request)
    return str(caught.value)


def test_what_was_stored_is_found_beside_its_generator(generator: Path) -> None:
    stored = _store(generator)
    assert find_engine(generator, REQUEST) == stored
    assert stored.path.read_bytes() == b"compiled"
    assert stored.path.name == f"ada.tensorrt.{REQUEST.key(stored.manifest.source_sha256)}.engine"
    assert stored.path.parent == generator.parent
    assert stored.manifest.metrics == {"ms_ssim": -0.001}


def test_nothing_is_left_but_the_engine_and_its_manifest(generator: Path) -> None:
    stored = _store(generator)
    manifest = stored.path.with_suffix(".json")
    assert sorted(generator.parent.iterdir()) == sorted([generator, stored.path, manifest])


def test_without_one_the_command_to_type_is_told(generator: Path) -> None:
    assert _refusal(generator) == (
        "there is no tensorrt engine of 'ada'; "
        "run: python tools/compile.py ada --target tensorrt"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"precision": "int8"}, "compiled for f16, wanted int8"),
        ({"size": (512, 512)}, "compiled for 256 x 256, wanted 512 x 512"),
        ({"versions": {"tensorrt": "11.0"}}, "for tensorrt 10.9.0, wanted tensorrt 11.0"),
        (
            {"hardware": {"gpu": "RTX 5080", "compute_capability": "12.0"}},
            "compiled for gpu RTX 4070, compute_capability 8.9, "
            "wanted gpu RTX 5080, compute_capability 12.0",
        ),
    ],
)
def test_one_for_something_else_is_not_taken(
    generator: Path, change: dict[str, object], told: str
) -> None:
    _store(generator)
    refusal = _refusal(generator, dataclasses.replace(REQUEST, **change))  # type: ignore[arg-type]
    assert told in refusal


def test_one_of_what_the_generator_was_before_is_not_taken(generator: Path) -> None:
    _store(generator)
    generator.write_bytes(b"trained on")
    assert "was compiled from another generator of that name" in _refusal(generator)


def test_one_under_the_name_of_another_generator_is_not_taken(generator: Path) -> None:
    stored = _store(generator)
    other = generator.with_name("bob.onnx")
    other.write_bytes(b"another network")
    key = REQUEST.key(sha256_of(other))
    for path in (stored.path, stored.path.with_suffix(".json")):
        path.rename(other.with_name(f"bob.tensorrt.{key}{path.suffix}"))
    assert "was compiled from another generator of that name" in _refusal(other)


def test_one_that_was_renamed_to_another_request_is_not_taken(generator: Path) -> None:
    stored = _store(generator)
    wanted = dataclasses.replace(REQUEST, precision="int8")
    key = wanted.key(stored.manifest.source_sha256)
    for path in (stored.path, stored.path.with_suffix(".json")):
        path.rename(path.with_name(f"ada.tensorrt.{key}{path.suffix}"))
    assert "is for something else" in _refusal(generator, wanted)


def test_a_truncated_one_is_not_taken(generator: Path) -> None:
    stored = _store(generator)
    stored.path.write_bytes(b"comp")
    assert "has 4 bytes, its manifest says 8" in _refusal(generator)


def test_one_with_other_bytes_is_not_taken(generator: Path) -> None:
    stored = _store(generator)
    stored.path.write_bytes(b"COMPILED")
    assert "SHA-256" in _refusal(generator)


def test_one_whose_writing_was_broken_off_is_not_taken(generator: Path) -> None:
    stored = _store(generator)
    stored.path.with_suffix(".json").unlink()
    assert "there is no tensorrt engine of 'ada'" in _refusal(generator)


def test_a_manifest_without_its_engine_is_told(generator: Path) -> None:
    stored = _store(generator)
    stored.path.unlink()
    assert "is missing beside its manifest" in _refusal(generator)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2}', "\xff" * 9])
def test_a_manifest_that_is_none_is_told(generator: Path, text: str) -> None:
    stored = _store(generator)
    stored.path.with_suffix(".json").write_text(text, encoding="latin-1")
    assert "no manifest that can be read" in _refusal(generator)


def test_where_nobody_may_write_it_lies_in_the_users_cache(
    generator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, content: str | bytes) -> None:
        if path.parent == generator.parent:
            raise PermissionError(13, "Permission denied")
        write_atomically(path, content)

    monkeypatch.setattr(cache, "write_atomically", read_only)
    stored = _store(generator)
    assert stored.path.parent == user_cache()
    assert find_engine(generator, REQUEST) == stored


def test_where_nobody_may_write_at_all_both_folders_are_told(
    generator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: str | bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "write_atomically", full)
    with pytest.raises(UsageError) as caught:
        _store(generator)
    assert str(generator.parent) in str(caught.value)
    assert str(user_cache()) in str(caught.value)


def test_storing_takes_away_what_the_generator_was_before(generator: Path) -> None:
    before = _store(generator)
    kernels = before.path.with_suffix(".kernels")
    kernels.write_bytes(b"for this GPU")
    neighbour = generator.with_name("ada.v2.onnx")
    neighbour.write_bytes(b"another network")
    kept = _store(neighbour)
    generator.write_bytes(b"trained on")
    after = _store(generator)
    assert not before.path.exists() and not before.path.with_suffix(".json").exists()
    assert not kernels.exists()
    assert after.path.exists() and kept.path.exists()


def test_the_list_tells_which_may_be_used(generator: Path) -> None:
    good = _store(generator)
    torn = store_engine(generator, dataclasses.replace(REQUEST, precision="f32"), b"f32", 1.0)
    torn.path.write_bytes(b"f")
    states = {listed.path: listed.fault for listed in list_engines(generator)}
    assert states == {good.path: "", torn.path: "has 1 bytes, its manifest says 3"}


def test_the_key_stands_for_all_of_it() -> None:
    changes: list[dict[str, object]] = [
        {"target": "tensorrt-rtx"},
        {"precision": "f32"},
        {"size": (256, 512)},
        {"versions": {}},
        {"hardware": {}},
    ]
    requests = [REQUEST, *(dataclasses.replace(REQUEST, **change) for change in changes)]  # type: ignore[arg-type]
    keys = {request.key("0" * 64) for request in requests} | {REQUEST.key("1" * 64)}
    assert len(keys) == 7
    assert all(len(key) == 12 and int(key, 16) >= 0 for key in keys)


def test_a_key_does_not_depend_on_the_order_in_which_packages_are_named() -> None:
    one = dataclasses.replace(REQUEST, versions={"a": "1", "b": "2"})
    other = dataclasses.replace(REQUEST, versions={"b": "2", "a": "1"})
    assert one.key("0" * 64) == other.key("0" * 64)


def test_a_manifest_is_read_as_it_was_written(generator: Path) -> None:
    manifest = _store(generator).manifest
    assert Manifest.from_json(manifest.to_json(), "here") == manifest


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("seconds", "soon", "here: seconds"),
        ("engine_bytes", 1.5, "here: engine_bytes"),
        ("request", {}, "here: request.target is missing"),
        ("metrics", {"ms_ssim": None}, "here: metrics.ms_ssim"),
        ("more", 1, "here: more is unknown"),
    ],
)
def test_a_manifest_with_a_wrong_field_names_it(
    generator: Path, key: str, value: object, told: str
) -> None:
    data = json.loads(_store(generator).manifest.to_json())
    with pytest.raises(ModelError, match=told):
        Manifest.from_json(json.dumps({**data, key: value}), "here")
