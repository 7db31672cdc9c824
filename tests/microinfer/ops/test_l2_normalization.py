"""L2_NORMALIZATION: rows of length one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.graph.tflite import parse
from microinfer.ops.inverse_square_root import inverse_square_root
from tests.microinfer import drawn
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


def test_three_four_five() -> None:
    floats = content("L2_NORMALIZATION", [Activation((1, 2), dtype="float32")], [Activation((1, 2), dtype="float32")])
    np.testing.assert_array_equal(outputs_of(parse(floats), np.array([[3, 4]], np.float32))[0],
                                  np.array([[0.6, 0.8]], np.float32))  # fmt: skip
    eights = content("L2_NORMALIZATION", [Activation((1, 2), 1.0, 10)], [Activation((1, 2), 1 / 128)])
    assert outputs_of(parse(eights), np.array([[40, 50]], np.int8))[0].tolist() == [[77, 102]]  # 76.8, 102.4


def test_a_row_of_zeros() -> None:
    floats = content("L2_NORMALIZATION", [Activation((1, 2), dtype="float32")], [Activation((1, 2), dtype="float32")])
    assert outputs_of(parse(floats), np.zeros((1, 2), np.float32))[0].tolist() == [[0, 0]]
    eights = content("L2_NORMALIZATION", [Activation((1, 2), 1.0, 10)], [Activation((1, 2), 1 / 128)])
    assert outputs_of(parse(eights), np.full((1, 2), 10, np.int8))[0].tolist() == [[0, 0]]


def test_a_fused_activation_is_refused() -> None:
    file = content("L2_NORMALIZATION", [Activation((1, 2), 1.0)], [Activation((1, 2), 1 / 128)],
                   fused_activation_function="RELU")  # fmt: skip
    with pytest.raises(ModelError, match="fused activation"):
        outputs_of(parse(file), np.zeros((1, 2), np.int8))


@given(st.integers(2, 2**31 - 1))
@drawn.MANY
def test_the_inverse_square_root_is_close(value: int) -> None:
    found = inverse_square_root(value)
    real = float(found.multiplier) * 2.0 ** (int(found.shift) - 31)
    assert abs(real * value**0.5 - 1) < 2e-4


@QUICK
@given(lengths(1, 4), st.integers(1, 70), st.sampled_from(["int8", "float32"]), drawn.zero_point, seeds)
def test_as_tflite_micro(shape: tuple[int, ...], depth: int, dtype: str, zero: int, seed: int) -> None:
    scale = 0.5 if dtype == "int8" else None
    shape = (*shape[:-1], depth)
    file = content("L2_NORMALIZATION", [Activation(shape, scale, zero, dtype)], [Activation(shape, scale, 0, dtype)])
    assert_agrees(file, samples(seed, shape, dtype))
