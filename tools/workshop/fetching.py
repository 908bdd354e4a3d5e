"""Fetches pictures from the web, politely and with limits."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException

import cv2
import numpy as np

from livegan.frames import Image

# Says truly what asks, so that a site can refuse it.
_USER_AGENT = "livegan dataset download (urllib)"
_CHUNK = 1 << 16
_LONGEST_WAIT_S = 600.0
_BUSY = (429, 503)

# How a file of that kind begins; what OpenCV decodes besides these is no picture for people.
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)


class NoPicture(Exception):
    """An address gave no picture; the text says why."""


class Busy(NoPicture):
    """The site asks to be left alone for a while.

    Args:
        text: what it said.
        wait_s: for how long.
    """

    def __init__(self, text: str, wait_s: float) -> None:
        super().__init__(text)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Fetched:
    """A picture as it came.

    Args:
        content: the file.
        suffix: what its name should end in.
        digest: of its pixels; the same picture has the same, whatever else the file says.
        size: height and width in pixels.
    """

    content: bytes
    suffix: str
    digest: str
    size: tuple[int, int]


class Fetcher:
    """Fetches from http and https only, wherever a site may redirect to.

    Args:
        timeout_s: for the answer, and for the whole of the picture.
        largest: bytes.
    """

    def __init__(self, timeout_s: float, largest: int) -> None:
        self._timeout_s = timeout_s
        self._largest = largest
        # Only these: the usual opener also reads files and FTP, which a redirect might ask for.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    def fetch(self, address: str) -> Fetched:
        """Fetch one picture.

        Raises:
            NoPicture: it isn't there, is none, is too large or comes too slowly; `Busy` if the
                site asks for a pause.
        """
        try:
            request = urllib.request.Request(address, headers={"User-Agent": _USER_AGENT})
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                content = self._read(answer)
        except urllib.error.HTTPError as error:
            with error:
                text = f"the site answers {error.code} {error.reason}"
                if error.code in _BUSY:
                    raise Busy(text, _asked_wait_s(error.headers)) from error
            raise NoPicture(text) from error
        except urllib.error.URLError as error:
            raise NoPicture(f"{error.reason}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoPicture(f"{error}" or type(error).__name__) from error
        return as_picture(content)

    def _read(self, answer: object) -> bytes:
        ends_s = time.monotonic() + self._timeout_s
        content = bytearray()
        # read1 gives what has come, so that a site that drips a byte a second is noticed.
        while chunk := answer.read1(_CHUNK):  # type: ignore[attr-defined]
            content += chunk
            if len(content) > self._largest:
                raise NoPicture(f"larger than {self._largest / 1e6:g} MB")
            if time.monotonic() > ends_s:
                raise NoPicture(f"not whole after {self._timeout_s:g} s")
        missing = getattr(answer, "length", None)
        if missing:
            raise NoPicture(f"cut short, {missing} bytes are missing")
        return bytes(content)


def as_picture(content: bytes) -> Fetched:
    """What was fetched, if it decodes.

    Raises:
        NoPicture: it does not, or is of a kind that isn't read here.
    """
    suffix = next((suffix for magic, suffix in _KINDS if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        suffix = ".webp"
    if suffix is None:
        raise NoPicture("not a picture; wanted PNG, JPEG, WebP, BMP or TIFF")
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise NoPicture("a picture that can't be decoded")
    size = (image.shape[0], image.shape[1])
    return Fetched(content, suffix, _digest(np.asarray(image, np.uint8)), size)


def _digest(image: Image) -> str:
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()


def _asked_wait_s(headers: Message) -> float:
    """How long a busy site asks to be left alone; a minute if it doesn't say in seconds."""
    asked = str(headers.get("Retry-After", ""))
    return min(float(asked), _LONGEST_WAIT_S) if asked.isdecimal() else 60.0
