"""Engines: what is compiled from a generator, each with a manifest that tells what it is.

They lie beside their generator as NAME.TARGET.KEY.engine and NAME.TARGET.KEY.json. The key stands
for all that an engine depends on: the generator's very bytes, target, precision, size, the
packages that compiled it and the hardware that it is for. An engine is taken only if its manifest
says just that and its bytes are those that were written.

An engine is a program. Engines are made here or come with livegan; none is ever fetched.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from livegan.compilation.manifest import KEY_DIGITS, EngineRequest, Manifest
from livegan.errors import ModelError, UsageError
from livegan.files import write_atomically

TARGETS = ("openvino", "tensorrt", "tensorrt-rtx")
_LARGEST_MANIFEST_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20


class EngineRefused(ModelError):
    """There is no engine that may be used; says why, and how to get one.

    Args:
        message: for the user.
        missing: whether none was ever compiled for the target.
    """

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True)
class CachedEngine:
    """An engine that may be used: its bytes are those that its manifest tells.

    Args:
        path: of the engine's file.
        manifest: what it is.
    """

    path: Path
    manifest: Manifest


@dataclass(frozen=True)
class ListedEngine:
    """An engine's file, whether it may be used or not.

    Args:
        path: of the engine's file, which may be missing.
        manifest: what it is; None where that can't be read.
        fault: why nobody may use it; "" where it is whole and of this generator.
    """

    path: Path
    manifest: Manifest | None
    fault: str


def find_engine(generator: Path, request: EngineRequest) -> CachedEngine | None:
    """The engine of a generator for this request; None where there is none that may be used.

    Args:
        generator: the .onnx.
        request: what it must have been compiled for.
    """
    try:
        return require_engine(generator, request)
    except EngineRefused:
        return None


def require_engine(generator: Path, request: EngineRequest) -> CachedEngine:
    """As `find_engine`, for whoever wants to know why there is none.

    Raises:
        EngineRefused: no engine, one of another generator or for something else, one that can't
            be read or whose bytes are not those that were written.
    """
    cure = f"run: python tools/compile.py {generator.stem} --target {request.target}"
    source_sha256 = sha256_of(generator)
    stem = _stem(generator, request, source_sha256)
    faults = []
    for folder in _folders(generator):
        listed = _inspect(folder / f"{stem}.json", source_sha256)
        if listed is None:
            continue
        if listed.manifest and not listed.fault and listed.manifest.request == request:
            return CachedEngine(listed.path, listed.manifest)
        faults.append(f"engine {listed.path} {listed.fault or 'is for something else'}")
    if faults:
        raise EngineRefused(f"{faults[0]}; {cure}")
    other = _what_else_lies_there(generator, request)
    found = other or f"there is no {request.target} engine of '{generator.stem}'"
    raise EngineRefused(f"{found}; {cure}", missing=not other)


def store_engine(
    generator: Path,
    request: EngineRequest,
    content: bytes,
    seconds: float,
    metrics: Mapping[str, float] | None = None,
) -> CachedEngine:
    """Keep an engine beside its generator; where nobody may write, in the user's cache folder.

    Engines that were compiled from what the generator was before are taken away.

    Args:
        generator: the .onnx that it was compiled from.
        request: what it was compiled for.
        content: the engine.
        seconds: how long it took to compile.
        metrics: what was measured of it.

    Raises:
        UsageError: neither folder can be written to.
    """
    source_sha256 = sha256_of(generator)
    manifest = Manifest(
        source=generator.stem,
        source_sha256=source_sha256,
        request=request,
        seconds=round(seconds, 3),
        engine_bytes=len(content),
        engine_sha256=hashlib.sha256(content).hexdigest(),
        metrics=dict(metrics or {}),
    )
    stem, text = _stem(generator, request, source_sha256), manifest.to_json()
    refused: list[str] = []
    for folder in _folders(generator):
        path = folder / f"{stem}.engine"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # The manifest last: an engine without one is none.
            write_atomically(path, content)
            write_atomically(path.with_suffix(".json"), text)
        except OSError as error:
            refused.append(f"{folder}: {error.strerror}")
            continue
        _drop_outdated(generator, folder, source_sha256)
        return CachedEngine(path, manifest)
    raise UsageError(f"the engine of {generator} can't be kept ({'; '.join(refused)})")


def list_engines(generator: Path) -> list[ListedEngine]:
    """All that is there of a generator's engines, usable or not, sorted by file."""
    source_sha256 = sha256_of(generator)
    found = (_inspect(path, source_sha256) for path in _manifests(generator))
    return sorted((listed for listed in found if listed), key=lambda listed: listed.path)


def user_cache() -> Path:
    """Where this user's programs keep what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "livegan" / "engines"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits.

    Raises:
        ModelError: it can't be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _folders(generator: Path) -> tuple[Path, Path]:
    return generator.resolve().parent, user_cache()


def _stem(generator: Path, request: EngineRequest, source_sha256: str) -> str:
    return f"{generator.stem}.{request.target}.{request.key(source_sha256)}"


def _manifests(generator: Path) -> Iterator[Path]:
    """The manifests that have this generator's name."""
    form = re.compile(
        rf"{re.escape(generator.stem)}\.({'|'.join(TARGETS)})\.[0-9a-f]{{{KEY_DIGITS}}}\.json"
    )
    for folder in _folders(generator):
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if form.fullmatch(path.name))


def _inspect(manifest_path: Path, source_sha256: str) -> ListedEngine | None:
    """What lies there; None if nothing does."""
    path = manifest_path.with_suffix(".engine")
    try:
        with manifest_path.open("rb") as file:
            text = file.read(_LARGEST_MANIFEST_BYTES).decode()
        manifest = Manifest.from_json(text, str(manifest_path))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ModelError) as error:
        return ListedEngine(path, None, f"has no manifest that can be read ({error})")
    return ListedEngine(path, manifest, _fault(path, manifest, source_sha256))


def _fault(path: Path, manifest: Manifest, source_sha256: str) -> str:
    if manifest.source_sha256 != source_sha256:
        return "was compiled from another generator of that name"
    try:
        size = path.stat().st_size
        if size != manifest.engine_bytes:
            return f"has {size} bytes, its manifest says {manifest.engine_bytes}"
        if sha256_of(path) != manifest.engine_sha256:
            return "is not what was written: its SHA-256 is another than its manifest says"
    except OSError:
        return "is missing beside its manifest"
    return ""


def _what_else_lies_there(generator: Path, request: EngineRequest) -> str:
    """Why an engine of the same target that lies there doesn't do; "" where there is none."""
    for listed in list_engines(generator):
        if listed.manifest is None or listed.manifest.request.target != request.target:
            continue
        if listed.fault:
            return f"engine '{generator.stem}' {listed.fault}"
        found = listed.manifest.request.to_dict()
        for name, wanted in request.to_dict().items():
            if found[name] != wanted:
                told = f"was compiled for {_said(found[name])}, wanted {_said(wanted)}"
                return f"engine '{generator.stem}' {told}"
    return ""


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text}" for name, text in value.items()) or "anything"
    return " x ".join(map(str, value)) if isinstance(value, list) else str(value)


def _drop_outdated(generator: Path, folder: Path, source_sha256: str) -> None:
    for path in list(_manifests(generator)):
        listed = _inspect(path, source_sha256) if path.parent == folder else None
        if listed and listed.manifest and listed.manifest.source_sha256 != source_sha256:
            # TensorRT for RTX keeps its kernels beside its engine.
            for outdated in (path, listed.path, listed.path.with_suffix(".kernels")):
                try:
                    outdated.unlink(missing_ok=True)
                except OSError:  # on Windows it may still be open; it is refused in any case
                    return
