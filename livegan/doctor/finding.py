"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "warn", "FAIL"]
"""ok: good. note: nothing is wrong, but more could be had. warn: something is wrong, and livegan
plays all the same. FAIL: it can't play."""


@dataclass(frozen=True)
class Finding:
    """One line of the report, and the line below it that says what to do.

    Args:
        state: how it is.
        subject: what was looked at, in a word or two.
        told: what was found.
        cure: what to type or do; "" where there is nothing to do.
    """

    state: State
    subject: str
    told: str
    cure: str = ""
