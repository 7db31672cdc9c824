"""Where choices come from: a seeded generator for campaigns, Hypothesis for tests; the same code draws from either."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Draw(Protocol):
    """A source of choices."""

    def integer(self, low: int, high: int) -> int:
        """An integer, both ends included."""

    def choice(self, options: Sequence[T]) -> T:
        """One of the options; the first counts as the simplest."""

    def chance(self, percent: int) -> bool:
        """True `percent` times out of a hundred."""

    def bytes(self, count: int) -> bytes:
        """Uniform bytes."""


class SeededDraw:
    """Choices that follow from a text: the same text, the same choices."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self.bytes = self._random.randbytes
        self._float = self._random.random

    def integer(self, low: int, high: int) -> int:
        """An integer, both ends included."""
        return low + int(self._float() * (high - low + 1))

    def choice(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self._float() * len(options))]

    def chance(self, percent: int) -> bool:
        """True `percent` times out of a hundred."""
        return self._float() * 100 < percent
