"""Steps found in integers against the specification on every sum, and proofs that must fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.fast.exact_scale import exact_scale
from microinfer.fast.rescale import Rescale, fit, holds
from microinfer.fast.staircase import Sums, staircases
from microinfer.numerics import Numerics
from microinfer.ops.output_stage import OutputStage
from microinfer.quant import Clamp, Multiplier
from tests.microinfer import drawn

RANGE = 3000


def stage_of(multiplier: int, shift: int, offset: int, clamp: Clamp, rounding: str = "double") -> OutputStage:
    factor = Multiplier(np.array([multiplier], np.int32), np.array([shift], np.int32))
    return OutputStage(factor, offset, clamp, Numerics(rounding, "double"))


def sums_of(fold: int) -> Sums:
    return Sums(np.array([-RANGE]), np.array([RANGE]), np.array([fold]))


stages = st.builds(
    stage_of,
    st.one_of(st.sampled_from([0, 2**30, 3 * 2**29, 2**31 - 1]), st.integers(2**30, 2**31 - 1)),
    st.integers(-12, 3),
    drawn.zero_point,
    st.builds(lambda a, b: Clamp(min(a, b), max(a, b)), drawn.zero_point, drawn.zero_point),
    st.sampled_from(["double", "single"]),
)
folds = st.one_of(st.just(0), st.integers(-20000, 20000))


@drawn.MANY
@given(stages, folds)
def test_steps_are_those_of_the_specification(stage: OutputStage, fold: int) -> None:
    every = np.arange(-RANGE, RANGE + 1)
    output = stage(every + fold)
    (stairs,) = staircases(stage, sums_of(fold)) or []
    steps = {int(every[i + 1]): int(output[i + 1]) for i in np.flatnonzero(np.diff(output))}
    found: dict[int, int] = {}
    for at, level in zip(stairs.at[0], stairs.level[0], strict=True):
        found[int(at)] = max(int(level) + stage.output_offset, found.get(int(at), -999))
    assert bool(stairs.moves[0]) == bool(steps)
    assert not steps or found == steps


@drawn.MANY
@given(stages, folds)
def test_what_is_fitted_equals_the_specification_on_every_sum(stage: OutputStage, fold: int) -> None:
    every = np.arange(-RANGE, RANGE + 1)
    blocks = staircases(stage, sums_of(fold))
    assert blocks is not None
    for rescale in (fit(blocks, np.float32), fit(blocks, np.float64), exact_scale(stage, sums_of(fold))):
        if rescale is not None:
            output = rescale(every[None].astype(np.float32))[0] + stage.output_offset
            np.testing.assert_array_equal(stage.activation(output.astype(np.int64)), stage(every + fold))


@drawn.MANY
@given(stages, folds, st.integers(-4, 4), st.floats(-0.6, 0.6))
def test_holds_exactly_where_every_sum_is_right(stage: OutputStage, fold: int, ulps: int, nudge: float) -> None:
    """A formula slightly off is accepted if and only if no sum shows it."""
    every = np.arange(-RANGE, RANGE + 1)
    (stairs,) = staircases(stage, sums_of(fold)) or []
    scale = (stairs.scale * (1 + ulps * 2.0**-10)).astype(np.float32)
    shift = (stairs.fold * stairs.scale + 0.5 + nudge).astype(np.float32)
    rescale = Rescale(scale, shift, None)
    output = stage.activation(rescale(every[None].astype(np.float32))[0].astype(np.int64) + stage.output_offset)
    assert bool(holds(rescale, stairs)[0]) == bool(np.array_equal(output, stage(every + fold)))


def test_the_shortcut_that_forgets_the_second_rounding_is_found_out() -> None:
    """Multiplier 1.5 * 2**30, shift -1: 3 / 8 a step; the sum 1 is 0.375, rounded to 0.5 of 2**-1 first and then up."""
    stage = stage_of(3 * 2**29, -1, 0, Clamp(0, 127))
    sums = Sums(np.array([0]), np.array([300]), np.array([0]))
    (stairs,) = staircases(stage, sums) or []
    once = Rescale(np.array([0.375]), np.array([0.5]), None)
    assert stage(np.array([1])) == 1
    assert once(np.array([[1]], np.float32)) == 0
    assert not holds(once, stairs)[0]
    twice = Rescale(np.array([0.375]), np.array([0.75]), None)
    assert holds(twice, stairs)[0]


def test_one_constant_does_not_do_for_both_signs() -> None:
    stage = stage_of(2**30, -5, 0, Clamp(-128, 127))
    (stairs,) = staircases(stage, sums_of(0)) or []
    one_sided = Rescale(np.array([2.0**-6]), np.array([0.5 + 2.0**-6]), None)
    assert not holds(one_sided, stairs)[0]
    found = fit([stairs], np.float32)
    assert found is not None
    assert found.half is not None
    assert exact_scale(stage, sums_of(0)) is None


@pytest.mark.parametrize("rounding", ["upward", "wide"])
def test_what_is_not_known_to_be_monotone_is_refused(rounding: str) -> None:
    stage = stage_of(2**30, -5, 0, Clamp(-128, 127))
    other = replace(stage, wide=True) if rounding == "wide" else replace(stage, numerics=Numerics(rounding, "double"))
    assert staircases(other, sums_of(0)) is None
    assert exact_scale(other, sums_of(0)) is None


def test_operands_too_large_for_the_exact_formula_are_refused() -> None:
    stage = stage_of(2**31 - 1, -20, -128, Clamp(-128, 127))
    assert exact_scale(stage, Sums(np.array([0]), np.array([1 << 21]), np.array([0]))) is not None
    assert exact_scale(stage, Sums(np.array([0]), np.array([1 << 22]), np.array([0]))) is None


@pytest.mark.parametrize(
    ("shift", "largest", "refused"), [(10, 1 << 20, False), (10, 1 << 21, True), (0, 1 << 21, False)]
)
def test_a_left_shift_that_may_wrap_is_refused(shift: int, largest: int, refused: bool) -> None:
    stage = stage_of(2**30, shift, 0, Clamp(-128, 127))
    sums = Sums(np.array([-largest]), np.array([largest]), np.array([0]))
    assert (staircases(stage, sums) is None) == refused
    assert exact_scale(stage, sums) is None
