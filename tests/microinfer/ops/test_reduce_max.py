"""REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds
from tests.microinfer.ops.reductions import Reduced, reductions

NAN, INF, MOST = float("nan"), float("inf"), float(np.finfo(np.float32).max)
OPS = st.sampled_from(["REDUCE_MAX", "REDUCE_MIN"])


def test_extremes_of_rows() -> None:
    ends = [Activation((2, 3), 0.5), numbers(1)]
    x = np.array([[1, 5, 3], [-1, -5, -3]], np.int8)
    largest = parse(content("REDUCE_MAX", ends, [Activation((2, 1), 0.5)], keep_dims=True))
    smallest = parse(content("REDUCE_MIN", ends, [Activation((2,), 0.5)]))
    assert outputs_of(largest, x)[0].tolist() == [[5], [-1]]
    assert outputs_of(smallest, x)[0].tolist() == [1, -5]


@pytest.mark.parametrize(
    ("row", "largest", "smallest"),
    [
        ([NAN, 1, 2], 2, 1),
        ([NAN, NAN, NAN], -MOST, MOST),
        ([-INF, -INF, -INF], -MOST, -INF),
        ([INF, NAN, INF], INF, MOST),
    ],
)
def test_nan_does_not_count_and_the_start_is_finite(row: list[float], largest: float, smallest: float) -> None:
    ends = [Activation((3,), dtype="float32"), numbers(0)]
    for op, extreme in (("REDUCE_MAX", largest), ("REDUCE_MIN", smallest)):
        file = content(op, ends, [Activation((), dtype="float32")])
        assert outputs_of(parse(file), np.array(row, np.float32))[0] == np.float32(extreme)


@pytest.mark.parametrize(("scale", "zero"), [(0.25, 0), (0.5, 1)])
def test_int8_is_never_rescaled(scale: float, zero: int) -> None:
    file = content("REDUCE_MAX", [Activation((2, 3), 0.5), numbers(1)], [Activation((2,), scale, zero)])
    with pytest.raises(ModelError, match="input and output are quantised differently"):
        outputs_of(parse(file), np.zeros((2, 3), np.int8))


@QUICK
@given(reductions(), OPS, st.sampled_from(["int8", "float32"]), st.sampled_from([NAN, INF, -INF, 0.0]), seeds)
def test_as_tflite_micro(r: Reduced, op: str, dtype: str, special: float, seed: int) -> None:
    scale = 0.5 if dtype == "int8" else None
    x = samples(seed, r.shape, dtype)
    if dtype == "float32":
        x[np.random.default_rng(seed).random(x.shape) < 0.3] = special
    assert_agrees(r.file(op, Activation(r.shape, scale, 3, dtype), Activation(r.target, scale, 3, dtype)), x)
