"""MEAN: integers with the count folded into the multiplier, float32."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from microinfer.ops.mean import mean_factor
from microinfer.quant import quantize_multiplier
from tests.microinfer import drawn
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds
from tests.microinfer.ops.reductions import Reduced, reductions


def test_the_mean_of_a_row() -> None:
    file = content("MEAN", [Activation((1, 3), 0.5, 1), numbers(1)], [Activation((1,), 0.25, -1)])
    assert outputs_of(parse(file), np.array([[1, 4, 7]], np.int8))[0].tolist() == [5]  # 3 * 0.5 / 0.25 - 1


def test_the_count_is_folded_into_the_multiplier() -> None:
    factor = mean_factor(quantize_multiplier(0.5), 3)
    assert (int(factor.multiplier), int(factor.shift)) == ((2**30 << 1) // 3, -1)


def test_the_fold_is_limited_by_the_shift() -> None:
    factor = mean_factor(quantize_multiplier(2.0**-31), 16)
    assert (int(factor.multiplier), int(factor.shift)) == (2**30 * 2 // 16, -31)


def test_axes_must_be_constants() -> None:
    file = content("MEAN", [Activation((1, 3), 0.5), Activation((1,), dtype="int32")], [Activation((1,), 0.5)])
    with pytest.raises(ModelError, match="must be a constant"):
        outputs_of(parse(file), np.zeros((1, 3), np.int8), np.ones(1, np.int32))


def test_the_output_holds_what_stays() -> None:
    file = content("MEAN", [Activation((2, 3), 0.5), numbers(1)], [Activation((3,), 0.5)])
    with pytest.raises(ShapeError, match=r"\(2,\) does not fill \(3,\)"):
        outputs_of(parse(file), np.zeros((2, 3), np.int8))


@QUICK
@given(reductions(), st.sampled_from(["int8", "int16"]), drawn.scale, drawn.scale, st.data(), seeds)
def test_integers_as_tflite_micro(
    r: Reduced, dtype: str, scale: float, out_scale: float, data: st.DataObject, seed: int
) -> None:
    zeros = [data.draw(drawn.zero_point) for _ in range(2)]
    file = r.file("MEAN", Activation(r.shape, scale, zeros[0], dtype), Activation(r.target, out_scale, zeros[1], dtype))
    assert_agrees(file, samples(seed, r.shape, dtype))


@QUICK
@given(reductions(), seeds)
def test_float32_as_tflite_micro(r: Reduced, seed: int) -> None:
    file = r.file("MEAN", Activation(r.shape, dtype="float32"), Activation(r.target, dtype="float32"))
    assert_agrees(file, samples(seed, r.shape, "float32"))
