"""Hypothesis strategies: cases of any function that has a specification, shrinking as Hypothesis shrinks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import assume
from hypothesis import strategies as st

from microinfer.verify.case import Case
from microinfer.verify.spec import OutOfDomain, spec_of

T = TypeVar("T")


class _HypothesisDraw:
    """Choices made by Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def choice(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def bytes(self, count: int) -> bytes:
        return self._draw(st.binary(min_size=count, max_size=count))


@st.composite
def cases(draw: st.DrawFn, function: str) -> Case:
    """Cases of a function, e.g. `cases("arm_convolve_s8")`; UnknownName when nobody specifies it."""
    spec = spec_of(function)
    source = _HypothesisDraw(draw)
    knobs = spec.draw(source)
    try:
        plan = spec.plan(knobs)
    except OutOfDomain:
        assume(False)
        raise
    return Case(function, knobs, plan, spec.fill(knobs, plan, source))
