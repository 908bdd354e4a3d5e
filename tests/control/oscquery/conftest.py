"""A server that plays, and whoever calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from panel_rig import Rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    """One that is closed at the end."""
    made = Rig()
    yield made
    made.close()
