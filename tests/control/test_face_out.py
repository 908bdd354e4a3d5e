"""The face on its way out."""

from __future__ import annotations

import logging
import time

import numpy as np
import pytest
from control_ports import udp
from faces import as_seen, neutral_face
from pythonosc.osc_message import OscMessage

from livegan.conditioners.conditioner import Conditioned
from livegan.control.endpoints import Endpoint
from livegan.control.face_controls import NAMES
from livegan.control.face_out import FaceOut
from livegan.frames import Frame
from livegan.parameters import Values
from livegan.supervision import HealthBoard

IMAGE = np.zeros((256, 256, 3), np.uint8)
FRAME = Frame(IMAGE, 0, 1.0)


def test_each_number_is_one_float_at_its_own_address() -> None:
    with udp() as hears:
        out = FaceOut(Endpoint("127.0.0.1", hears.getsockname()[1]))
        out.play(HealthBoard())
        performer = as_seen(neutral_face())
        out.see(Conditioned(IMAGE, IMAGE, True, None, performer), FRAME, Values())
        told = [OscMessage(hears.recv(1024)) for _ in NAMES]
        out.close()
    assert [one.address for one in told] == [f"/livegan/face/1/{name}" for name in NAMES]
    assert all(isinstance(value, float) for one in told for value in one)
    assert list(told[0]) == [1.0]


def test_a_look_that_looks_for_no_face_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with udp() as hears, caplog.at_level(logging.WARNING):
        out = FaceOut(Endpoint("127.0.0.1", hears.getsockname()[1]))
        out.play(HealthBoard())
        for _ in range(2):
            out.see(Conditioned(IMAGE, IMAGE), FRAME, Values())
            assert {tuple(OscMessage(hears.recv(1024))) for _ in NAMES} == {(0.0,)}
        out.close()
    (record,) = caplog.records
    assert "looks for no face" in record.getMessage()


def test_a_face_that_is_none_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    with udp() as hears:
        out = FaceOut(Endpoint("127.0.0.1", hears.getsockname()[1]))
        out.play(HealthBoard())
        performer = as_seen(neutral_face())
        none = np.full_like(performer, np.nan)
        out.see(Conditioned(IMAGE, IMAGE, True, None, none), FRAME, Values())
        while not caplog.records:  # it was looked at, and not only replaced
            time.sleep(0.01)
        out.see(Conditioned(IMAGE, IMAGE, True, None, performer), FRAME, Values())
        assert list(OscMessage(hears.recv(1024))) == [1.0]
        out.close()
    assert "face-out degraded" in caplog.records[0].getMessage()


def test_what_was_never_begun_can_be_closed_twice() -> None:
    out = FaceOut(Endpoint("127.0.0.1", 9))
    out.close()
    out.close()
