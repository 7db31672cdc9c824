"""SUM: integers scaled to the output, float32."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds
from tests.microinfer.ops.reductions import Reduced, reductions


def test_the_sum_of_a_row_saturates() -> None:
    file = content("SUM", [Activation((2, 3), 0.5, 1), numbers(1)], [Activation((2,), 1.0, -1)])
    x = np.array([[1, 3, 5], [127, 127, 127]], np.int8)
    assert outputs_of(parse(file), x)[0].tolist() == [2, 127]  # (0 + 2 + 4) / 2 - 1, 378 / 2 - 1


def test_float32_is_added_in_stored_order() -> None:
    file = content("SUM", [Activation((3,), dtype="float32"), numbers(0)], [Activation((), dtype="float32")])
    assert outputs_of(parse(file), np.array([1e8, 1, -1e8], np.float32))[0] == 0
    assert outputs_of(parse(file), np.array([1e8, -1e8, 1], np.float32))[0] == 1


@QUICK
@given(reductions(), st.sampled_from(["int8", "int16"]), drawn.scale, drawn.scale, st.data(), seeds)
def test_integers_as_tflite_micro(
    r: Reduced, dtype: str, scale: float, out_scale: float, data: st.DataObject, seed: int
) -> None:
    zeros = [data.draw(drawn.zero_point) for _ in range(2)]
    file = r.file("SUM", Activation(r.shape, scale, zeros[0], dtype), Activation(r.target, out_scale, zeros[1], dtype))
    assert_agrees(file, samples(seed, r.shape, dtype))


@QUICK
@given(reductions(), seeds)
def test_float32_as_tflite_micro(r: Reduced, seed: int) -> None:
    file = r.file("SUM", Activation(r.shape, dtype="float32"), Activation(r.target, dtype="float32"))
    assert_agrees(file, samples(seed, r.shape, "float32"))
