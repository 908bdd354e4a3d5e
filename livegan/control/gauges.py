"""What a performance measures of itself, as read-only parameters."""

from __future__ import annotations

from collections.abc import Callable

from livegan.parameters import Setting
from livegan.performance import Performance

_LONGEST = 200


class Gauges:
    """Reads `system.*`, and what the clock tells of itself.

    Args:
        performance: what is measured.
        osc_counts: OSC messages that came and that were refused.
    """

    def __init__(
        self, performance: Performance, osc_counts: Callable[[], tuple[int, int]]
    ) -> None:
        self._performance = performance
        self._osc_counts = osc_counts

    def read(self, now_s: float) -> dict[str, Setting]:
        """All of them, as the clock reads `now_s`."""
        lately = self._performance.statistics.lately(now_s)
        received, refused = self._osc_counts()
        trouble = [
            str(one) for one in self._performance.health.all() if one.state in ("degraded", "lost")
        ]
        return {
            **self._performance.conductor.measured(now_s),
            "system.fps": lately.rate_hz,
            "system.latency": lately.p50_ms,
            "system.latency_p95": lately.p95_ms,
            "system.dropped": float(lately.dropped),
            "system.face_found": bool(self._performance.face_found),
            "system.health": "; ".join(trouble)[:_LONGEST] or "ok",
            "system.osc_received": float(received),
            "system.osc_refused": float(refused),
        }
