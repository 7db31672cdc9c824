"""Hypothesis strategies for users: every function has one, its cases run, and shrink."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from microinfer.errors import UnknownName
from microinfer.testing import Library, assert_bit_exact
from microinfer.testing.strategies import cases, functions, knobs
from microinfer.verify.case import Case
from microinfer.verify.spec import spec_of
from tests.support.kernels import library

QUICK = hypothesis.settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture(scope="module")
def ours() -> Library:
    return Library(Path(library()), "cortex-m4")


@pytest.mark.parametrize("function", functions())
def test_every_function_has_cases(function: str) -> None:
    @QUICK
    @given(case=cases(function))
    def each(case: Case) -> None:
        read = {b.path: (b.shape, b.dtype) for b in case.plan.buffers if b.role in ("in", "inout")}
        assert {path: (array.shape, str(array.dtype)) for path, array in case.arrays.items()} == read
        assert not case.plan.is_rejected

    each()


@QUICK
@given(data=st.data())
def test_cases_run_on_our_kernels(ours: Library, data: st.DataObject) -> None:
    function = data.draw(st.sampled_from([name for name in functions() if ours.has(name)]))
    assert assert_bit_exact(ours, data.draw(cases(function))).cycles > 0


@QUICK
@given(case=cases("arm_convolve_s8", refused=True))
def test_calls_that_must_be_refused_are_refused(ours: Library, case: Case) -> None:
    assert case.plan.is_rejected and case.reject
    assert_bit_exact(ours, case)


def test_a_case_shrinks_to_the_smallest_that_still_has_the_property() -> None:
    wide = hypothesis.find(
        knobs("arm_convolve_s8"), lambda k: k.x.stride > 1 and k.depth > 4, settings=hypothesis.settings(database=None)
    )
    assert (wide.x.stride, wide.y.stride, wide.depth, wide.batch, wide.groups) == (2, 1, 5, 1, 1)


def test_knobs_are_within_the_domain() -> None:
    spec = spec_of("arm_depthwise_conv_s8")
    with pytest.raises(NoSuchExample):
        hypothesis.find(knobs(spec.function), lambda k: not spec.plan(k).buffers, settings=QUICK)


def test_a_function_that_nobody_specifies_is_named() -> None:
    with pytest.raises(UnknownName, match="arm_nothing"):
        cases("arm_nothing")
