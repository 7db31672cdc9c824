"""ADD_N: cases worked by hand, what is refused, and TensorFlow Lite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Shape, assert_agree_on, tensors


def test_the_sum_starts_at_minus_the_zero_point() -> None:
    """(3 - 1) + (4 - 1) + (5 - 1) = 9, and once more minus 1."""
    tensor = Activation((1, 1), 1.0, 1)
    model = one_layer("ADD_N", [tensor] * 3, Activation((1, 1), 1.0))
    assert run(model, *(np.array([[v]], np.int8) for v in (3, 4, 5))).item() == 8


def test_float32_is_added_in_order() -> None:
    tensor = Activation((1, 1), dtype="float32")
    values = [np.array([[v]], np.float32) for v in (1.0, 2.0**-24, 2.0**-24, 0.5)]
    assert run(one_layer("ADD_N", [tensor] * 4, tensor), *values).item() == 1.5


def test_inputs_must_be_quantised_alike() -> None:
    model = one_layer("ADD_N", [Activation((1, 1), 1.0), Activation((1, 1), 0.5)], Activation((1, 1), 1.0))
    with pytest.raises(ModelError, match="one scale and zero point"):
        run(model, *[np.zeros((1, 1), np.int8)] * 2)


@pytest.mark.parametrize("dtype", ["int8", "float32"])
@QUICK
@given(lengths(1, 4), st.integers(2, 5), st.data(), seeds)
def test_as_tflite_micro(dtype: str, shape: Shape, count: int, data: st.DataObject, seed: int) -> None:
    tensor, out = (data.draw(tensors(shape, dtype)) for _ in range(2))
    assert_agree_on("ADD_N", [tensor] * count, out, seed)
