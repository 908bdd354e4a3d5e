"""How much of one core may be spent on what others send."""

from __future__ import annotations


class Allowance:
    """A bucket of time: what is spent is taken out, and it fills again evenly.

    Args:
        burst_s: how much it holds, in seconds of work.
        share: how much of the time flows in.
    """

    def __init__(self, burst_s: float, share: float) -> None:
        self._burst_s = burst_s
        self._share = share
        self._left_s = burst_s
        self._now_s: float | None = None

    def spend(self, now_s: float, took_s: float) -> float:
        """Take out what some work took.

        Args:
            now_s: the clock, rising, as the work is done.
            took_s: what it took.

        Returns:
            How long to rest before the next work, in seconds; 0 while there is something left.
        """
        passed_s = now_s - self._now_s if self._now_s is not None else 0.0
        self._now_s = now_s
        self._left_s = min(self._left_s + passed_s * self._share, self._burst_s) - took_s
        return max(-self._left_s / self._share, 0.0)
