"""Which cameras there are, and which of them is meant: by index, by part of a name, by identity."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from livegan.errors import SourceError, SourceLost

# One backend a system, because every backend numbers the cameras in its own order. On Windows it
# is DirectShow: Media Foundation takes 10 to 30 s to open a camera (opencv issue 17687).
_BACKENDS = {"linux": "V4L2", "win32": "DSHOW", "darwin": "AVFOUNDATION"}

NO_CAMERA = "there is no camera; plug one in, or play a clip: --source clip.mp4"
"""What to tell who asks for one."""

_VIRTUAL_NAMES = ("virtual", "dummy video device", "unity video capture")


@dataclass(frozen=True)
class CameraIdentity:
    """What stays the same when a camera is unplugged and plugged in again, unlike its index.

    Args:
        name: as the system lists it.
        vid, pid: USB vendor and product; None where the system does not say.
        path: the place where it is plugged in (or a serial id); "" where the system does not say.
        twins: the places of other cameras with the same name, vendor and product, as they were
            when this one was chosen. What lies there is not this camera.
    """

    name: str
    vid: int | None = None
    pid: int | None = None
    path: str = ""
    twins: tuple[str, ...] = ()

    def is_same_model(self, other: CameraIdentity) -> bool:
        """Whether name, vendor and product agree."""
        return (self.name, self.vid, self.pid) == (other.name, other.vid, other.pid)


@dataclass(frozen=True)
class CameraInfo:
    """One camera that is there now.

    Args:
        index: its number in the backend's own order, as in `camera:0`.
        name: as the system lists it.
        backend: the OpenCV backend that the index belongs to: V4L2 for `cv2.CAP_V4L2`.
        identity: what finds it again after it was unplugged.
    """

    index: int
    name: str
    backend: str
    identity: CameraIdentity

    def __str__(self) -> str:
        return f"camera:{self.index} '{self.name}'"

    @property
    def is_virtual(self) -> bool:
        """Whether a program makes its pictures, judged by its name and, on Linux, its device.

        The first camera that opens must not be livegan's own output, nor another program's logo.
        """
        name = self.name.casefold()
        return "/virtual/" in self.identity.path or any(word in name for word in _VIRTUAL_NAMES)


def list_cameras() -> list[CameraInfo]:
    """The cameras of this machine, by index; none of them is opened."""
    # Here, so that the names of this package can be had without OpenCV.
    import cv2
    from cv2_enumerate_cameras import enumerate_cameras

    backend = _BACKENDS.get(sys.platform, "ANY")
    found = []
    for camera in enumerate_cameras(getattr(cv2, f"CAP_{backend}")):
        name = camera.name or f"camera {camera.index}"
        path = _stable_path(camera.path or "")
        identity = CameraIdentity(name, camera.vid, camera.pid, path)
        found.append(CameraInfo(camera.index, name, backend, identity))
    found.sort(key=lambda camera: camera.index)
    return [_with_twins(camera, found) for camera in found]


def _stable_path(path: str) -> str:
    """On Linux the USB port behind /dev/videoN, since N changes when the camera is replugged.

    One camera may have several nodes (colour, infrared): the node's own number tells them apart.
    """
    node = Path("/sys/class/video4linux") / os.path.basename(path)
    if sys.platform != "linux" or not node.exists():
        return path
    try:
        number = (node / "index").read_text().strip()
    except OSError:
        number = "0"
    # A device without hardware has no `device` link; its own node then is all there is to know.
    place = node / "device" if (node / "device").exists() else node
    return f"{place.resolve()}#{number}"


def _with_twins(camera: CameraInfo, cameras: Sequence[CameraInfo]) -> CameraInfo:
    mine = camera.identity
    twins = tuple(
        other.identity.path
        for other in cameras
        if mine.is_same_model(other.identity) and other.identity.path != mine.path
    )
    return replace(camera, identity=replace(mine, twins=twins))


def choose_camera(which: str, cameras: Sequence[CameraInfo]) -> CameraInfo:
    """The camera that is meant.

    Args:
        which: its index in digits, its name, or a part of its name; case does not matter.
        cameras: those that there are.

    Raises:
        SourceError: none is meant, or more than one; the message lists them.
    """
    if which.isdecimal():
        matches = [camera for camera in cameras if camera.index == int(which)]
        missing = f"no camera has the index {which}"
    else:
        wanted = which.casefold()
        matches = [camera for camera in cameras if wanted == camera.name.casefold()]
        matches = matches or [camera for camera in cameras if wanted in camera.name.casefold()]
        missing = f"no camera is called '{which}'"
    if len(matches) > 1:
        raise SourceError(
            f"'{which}' means more than one camera: {_listed(matches)}; "
            "say more of the name, or the index"
        )
    if not matches:
        raise SourceError(f"{missing}; {there_are(cameras) if cameras else NO_CAMERA}")
    return matches[0]


def find_again(identity: CameraIdentity, cameras: Sequence[CameraInfo]) -> CameraInfo:
    """The camera that was opened before, wherever it is plugged in now.

    Raises:
        SourceLost: it is not there. Another camera never takes its place.
    """
    same = [camera for camera in cameras if camera.identity.is_same_model(identity)]
    for camera in same:
        if camera.identity.path == identity.path:
            return camera
    moved = [camera for camera in same if camera.identity.path not in identity.twins]
    if len(moved) != 1:
        raise SourceLost(f"camera '{identity.name}' is unplugged; {there_are(cameras)}")
    return moved[0]


def there_are(cameras: Sequence[CameraInfo]) -> str:
    """The end of a message: which cameras exist."""
    return f"there are {_listed(cameras)}" if cameras else "there is no camera"


def _listed(cameras: Sequence[CameraInfo]) -> str:
    return ", ".join(str(camera) for camera in cameras)
