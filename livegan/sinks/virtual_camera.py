"""A camera that other programs see, and that shows the puppet."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from typing import Any

import pyvirtualcam  # type: ignore[import-untyped]

from livegan.errors import SinkError, SinkLost
from livegan.frames import Closed, Frame, Image, Mailbox
from livegan.sinks.letterbox import Letterbox, check_picture
from livegan.sinks.virtual_devices import (
    check_unused,
    explain_refusal,
    list_loopbacks,
    resolve_device,
)

CALL_SIZE = (720, 1280)
"""Height and width that every video call takes; OBS on macOS takes no other."""

PATIENCE = 0.5
"""How long after its time a picture is still waited for, as a share of the interval. Less, and a
jittery camera's frames are sent twice or not at all; more, and the viewer sees the gap."""


def next_due_s(due_s: float, sent_at_s: float, interval_s: float) -> float:
    """When the picture after the one just sent is due.

    Times stay on a grid, so that a late picture does not slow those after it down. After a stall
    the grid begins anew: what was missed is not made up for. Either way the n-th picture never
    leaves before n intervals have passed, so no viewer gets more than the rate it was promised.

    Args:
        due_s: when the one just sent was due.
        sent_at_s: when it was sent; not before it was due.
        interval_s: one over the rate.
    """
    following_s = due_s + interval_s
    return following_s if sent_at_s < following_s else sent_at_s + interval_s


class VirtualCamera(AbstractContextManager["VirtualCamera"]):
    """Sends the newest picture at a steady rate, from its own thread.

    A picture that is late is waited for a little, then the last one is sent again: a viewer that
    gets nothing freezes. `show` only leaves the frame for that thread.

    Args:
        device: path, number or part of the label on Linux, name elsewhere; None takes the first
            that is free.
        fps: pictures a second that other programs are promised.
        size: height and width that they are promised; pictures are scaled into it.

    Raises:
        SinkError: there is no such device, no right to use it, or another program has it.
    """

    def __init__(
        self, device: str | None = None, *, fps: float, size: tuple[int, int] = CALL_SIZE
    ) -> None:
        self._camera = _open(device, fps, size)
        self.name = f"virtual-camera:{self._camera.device}"
        self.sent = 0
        self.repeated = 0
        self.age_s: float | None = None
        self._interval_s = 1 / fps
        self._letterbox = Letterbox(size)
        self._mailbox: Mailbox[Frame] = Mailbox()
        self._closing = threading.Event()
        self._failure: Exception | None = None
        self._sender = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._sender.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        """How many frames came faster than the camera's rate and were never sent."""
        return self._mailbox.dropped

    def show(self, frame: Frame) -> None:
        """Leave one frame to be sent when its time comes.

        Once it was sent, `age_s` is the time from its capture to then.

        Raises:
            ValueError: the picture is not (H, W, 3) uint8.
            SinkLost: the device stopped taking pictures, or the sink is closed.
        """
        check_picture(frame.image)
        if self._failure is not None:
            reason = str(self._failure) or type(self._failure).__name__
            raise SinkLost(f"{self.name} stopped taking pictures: {reason}") from self._failure
        if self._closing.is_set():
            raise SinkLost(f"{self.name} is closed")
        self._mailbox.put(frame)

    def close(self) -> None:
        """Send what is waiting and give the device back. May be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._mailbox.close()
        self._sender.join(timeout=5)
        if not self._sender.is_alive():  # closing under a send that hangs would crash
            self._camera.close()

    def _run(self) -> None:
        try:
            self._send_steadily()
        except Closed:
            pass
        except Exception as error:  # backends raise what they like; show tells it to the owner
            self._failure = error

    def _send_steadily(self) -> None:
        frame = self._mailbox.take()
        picture: Image | None = None
        due_s = time.monotonic()
        while True:
            if frame is not None:
                picture = self._letterbox.put(frame.image)
            self._camera.send(picture)
            sent_at_s = time.monotonic()
            self._count(frame, sent_at_s)
            due_s = next_due_s(due_s, sent_at_s, self._interval_s)
            frame = self._newest(due_s)

    def _newest(self, due_s: float) -> Frame | None:
        """The newest frame when one is due; None if it does not come in time."""
        self._closing.wait(max(0.0, due_s - time.monotonic()))
        latest_s = due_s + PATIENCE * self._interval_s
        return self._mailbox.take(max(0.0, latest_s - time.monotonic()))

    def _count(self, frame: Frame | None, sent_at_s: float) -> None:
        self.sent += 1
        if frame is None:
            self.repeated += 1
        else:
            self.age_s = sent_at_s - frame.captured_at_s


def _open(device: str | None, fps: float, size: tuple[int, int]) -> Any:
    loopbacks = list_loopbacks()
    path = resolve_device(device, loopbacks)
    check_unused(path, loopbacks)
    try:
        return pyvirtualcam.Camera(
            width=size[1], height=size[0], fps=fps, fmt=pyvirtualcam.PixelFormat.BGR, device=path
        )
    except RuntimeError as error:
        raise SinkError(explain_refusal(path, str(error), loopbacks)) from None
