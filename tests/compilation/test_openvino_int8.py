"""The file that an int8 engine is kept in."""

from __future__ import annotations

from pathlib import Path

import pytest

from livegan.compilation import CachedEngine, EngineRefused, store_engine
from livegan.compilation.openvino_int8 import int8_request, pack, unpack


def _store(tmp_path: Path, content: bytes) -> CachedEngine:
    generator = tmp_path / "ada.onnx"
    generator.write_bytes(b"the network")
    return store_engine(generator, int8_request((256, 256)), content, 1.0)


def test_what_was_packed_comes_out(tmp_path: Path) -> None:
    engine = _store(tmp_path, pack(b"<net/>", b"\x00\xff" * 500))
    assert unpack(engine) == (b"<net/>", b"\x00\xff" * 500)


def test_the_same_network_is_the_same_file() -> None:
    assert pack(b"<net/>", b"weights") == pack(b"<net/>", b"weights")


def test_what_holds_no_network_is_refused_with_the_command(tmp_path: Path) -> None:
    engine = _store(tmp_path, b"something else")
    with pytest.raises(EngineRefused, match="run: python tools/compile.py ada --target openvino"):
        unpack(engine)


def test_an_engine_for_cpus_depends_on_no_package_and_no_hardware() -> None:
    request = int8_request((256, 512))
    assert not request.versions and not request.hardware
    assert (request.target, request.precision, request.size) == ("openvino", "int8", (256, 512))
