"""What plays livegan from outside, without telling the network of it."""

from __future__ import annotations

import pytest

from livegan.control.endpoints import Endpoint
from livegan.control.oscquery import service


class Silence:
    """Announces nothing."""

    def __init__(self, panel: Endpoint, osc: Endpoint | None) -> None:
        pass

    def start(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _unannounced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "Announcement", Silence)
