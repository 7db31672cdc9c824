"""The host's time at which a run has to end."""

from __future__ import annotations

import time

_FIRST, _LEAST, _MOST = 50_000, 1_000, 20_000_000
_SECONDS = 0.03


class Deadline:
    """Looked at every so many cycles: what runs in some hundredths of a second, whatever the tracer's speed."""

    def __init__(self, at: float) -> None:
        self._at = at
        self._slice = _FIRST
        self._cycles = -1
        self._looked = 0.0

    def passed(self, cycles: int) -> bool:
        """Whether it is over at `cycles`."""
        now = time.monotonic()
        if cycles >= self._cycles + self._slice and self._cycles >= 0:
            done, spent = cycles - self._cycles, max(now - self._looked, 1e-6)
            self._slice = int(min(max(done / spent * _SECONDS, _LEAST), 2 * self._slice, _MOST))
            self._cycles = -1
        if self._cycles < 0:
            self._cycles, self._looked = cycles, now
        return now >= self._at

    @property
    def next_look(self) -> int:
        """The cycles at which to ask again."""
        return self._cycles + self._slice
