"""How long a run trains: by the clock, or by epochs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """A length of training; one of both is given.

    Args:
        minutes: of training in all, earlier runs of the folder included.
        epochs: how often all drawings come, in all.
    """

    minutes: float | None = None
    epochs: int | None = None

    def fraction(self, elapsed_s: float, epochs: float) -> float:
        """The share of the training that is over, 0..1, after so much time and so many epochs."""
        if self.minutes is not None:
            return min(1.0, elapsed_s / (60 * self.minutes))
        assert self.epochs is not None
        return min(1.0, epochs / self.epochs)

    def left_s(self, elapsed_s: float, epochs: float) -> float | None:
        """Seconds until it is over; None while nobody knows."""
        done = self.fraction(elapsed_s, epochs)
        if self.minutes is not None:
            return 60 * self.minutes - elapsed_s
        return elapsed_s * (1 - done) / done if done else None

    def __str__(self) -> str:
        return f"{self.minutes:g} minutes" if self.minutes is not None else f"{self.epochs} epochs"
