"""Looks in front of instructions through one hook for all of them, which C searches (emulator/tracing/_looks.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.engine.engine import Engine
from emulator.errors import TracerError


class Looks:
    """Of an engine whose blocks a native `tracer` counts. Not to be changed while a run lasts."""

    def __init__(self, engine: Engine, tracer: Any) -> None:
        self._tracer = tracer
        covering = engine.instruction_hooks.cover(*self._tracer.look)
        if covering is None:
            raise TracerError("this version of Unicorn's binding takes no native callback; use tracer='python'")
        self._covering = covering

    def holds(self, place: int) -> bool:
        """Whether code translated from now on is looked at there."""
        return self._covering.holds(place)

    def widen(self, place: int) -> None:
        """Let the reads of an instruction be seen."""
        self._covering.add(place)

    def add(self, place: int, what: Any) -> Callable[[], None]:
        """Pass a `_tracer.Site`, or call a function of the address, at each pass; the function returned ends that."""
        self._tracer.look_at(place, what)
        self._covering.add(place)

        def remove() -> None:
            self._tracer.look_away(place, what)
            self._covering.remove(place)

        return remove
