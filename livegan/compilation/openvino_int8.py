"""A generator's network in whole numbers of eight bits, for OpenVINO on a CPU.

The engine is OpenVINO's own form of a network, two files, in one zip archive. It runs on every CPU,
so that one made here may ship with its generator; the pictures are the same on all of them.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from livegan.compilation.cache import CachedEngine, EngineRefused
from livegan.compilation.manifest import EngineRequest

TARGET, PRECISION = "openvino", "int8"
FALL = "ms_ssim_fall"
"""The metric in the manifest that tells what eight bits cost: 1 less the mean MS-SSIM between its
pictures and the exact ones."""

_NETWORK, _WEIGHTS = "network.xml", "network.bin"
_A_DATE = (1980, 1, 1, 0, 0, 0)


def int8_request(size: tuple[int, int]) -> EngineRequest:
    """Which engine a CPU takes, whatever CPU it is.

    Args:
        size: height and width in pixels.
    """
    return EngineRequest(TARGET, PRECISION, size)


def pack(network: bytes, weights: bytes) -> bytes:
    """The engine's file; the same for the same network.

    Args:
        network: OpenVINO's .xml.
        weights: its .bin.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as parts:
        for name, content in ((_NETWORK, network), (_WEIGHTS, weights)):
            part = zipfile.ZipInfo(name, _A_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            parts.writestr(part, content)
    return archive.getvalue()


def unpack(engine: CachedEngine) -> tuple[bytes, bytes]:
    """OpenVINO's .xml and .bin.

    Raises:
        EngineRefused: the file holds something else, or went away.
    """
    try:
        with zipfile.ZipFile(engine.path) as parts:
            return parts.read(_NETWORK), parts.read(_WEIGHTS)
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise EngineRefused(
            f"engine {engine.path} holds no network ({error}); run: python tools/compile.py"
            f" {Path(engine.manifest.source).name} --target {TARGET}"
        ) from error
