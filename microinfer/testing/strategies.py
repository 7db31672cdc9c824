"""Hypothesis strategies: cases of any function that has a specification, shrinking as Hypothesis shrinks.

@given(case=cases("arm_convolve_s8"))
def test_convolution(microinfer_library, case):
    assert_bit_exact(microinfer_library, case)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import assume
from hypothesis import strategies as st

from microinfer.verify.case import Case
from microinfer.verify.spec import OutOfDomain, all_specs, spec_of

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


def functions() -> tuple[str, ...]:
    """Names of all functions that have a specification."""
    return tuple(all_specs())


def knobs(function: str) -> st.SearchStrategy[Any]:
    """Arguments of a function without contents of arrays: the frozen dataclass of its specification."""
    spec_of(function)
    return _knobs(function)


def cases(function: str, refused: bool = False) -> st.SearchStrategy[Case]:
    """Cases of a function, e.g. `cases("arm_convolve_s8")`; UnknownName when nobody specifies it.

    With `refused`, those calls that must come back with an error and nothing written; none where any call is fine.
    """
    spec_of(function)
    return _cases(function, refused)


@st.composite
def _knobs(draw: st.DrawFn, function: str) -> Any:
    spec = spec_of(function)
    made = spec.draw(_HypothesisDraw(draw))
    try:
        spec.plan(made)
    except OutOfDomain:
        assume(False)
    return made


@st.composite
def _cases(draw: st.DrawFn, function: str, refused: bool) -> Case:
    spec, made = spec_of(function), draw(_knobs(function))
    reject = ""
    if refused:
        ways = spec.rejects(made)
        assume(ways)
        reject = draw(st.sampled_from([way.name for way in ways]))
    return Case(
        function, made, spec.plan_of(made, reject), spec.fill(made, spec.plan(made), _HypothesisDraw(draw)), "", reject
    )
