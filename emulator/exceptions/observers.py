"""Several observers of the exception unit as one."""

from __future__ import annotations

from emulator.exceptions.unit import Observer


class Observers:
    """Tells each in turn."""

    def __init__(self, *observers: Observer) -> None:
        self._all = observers

    def stacked(self, frame: int) -> None:
        """See Observer."""
        for observer in self._all:
            observer.stacked(frame)

    def entered(self, number: int, handler: int) -> None:
        """See Observer."""
        for observer in self._all:
            observer.entered(number, handler)

    def left(self, number: int) -> None:
        """See Observer."""
        for observer in self._all:
            observer.left(number)

    def unstacked(self, frame: int, pc: int) -> None:
        """See Observer."""
        for observer in self._all:
            observer.unstacked(frame, pc)
