"""DEQUANTIZE: integers to float32."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from microinfer.ops.dequantize import dequantize
from tests.microinfer import drawn
from tests.microinfer.layers import Activation, one_layer, run


@pytest.mark.parametrize(
    ("dtype", "x", "zero", "y"),
    [
        ("int8", [-128, 0, 127], 0, [-64.0, 0.0, 63.5]),
        ("uint8", [0, 128, 255], 128, [-64.0, 0.0, 63.5]),
        ("int16", [-32768, 3, 32767], 1, [-16384.5, 1.0, 16383.0]),
    ],
)
def test_dequantize_in_a_model(dtype: str, x: list[int], zero: int, y: list[float]) -> None:
    model = one_layer("DEQUANTIZE", [Activation((1, 3), 0.5, zero, dtype)], Activation((1, 3), dtype="float32"))
    output = run(model, np.array([x], dtype))
    np.testing.assert_array_equal(output, [y])
    assert output.dtype == np.float32


@drawn.MANY
@given(drawn.scale, drawn.zero_point)
def test_the_product_is_rounded_once(scale: float, zero: int) -> None:
    x = np.arange(-128, 128, dtype=np.int8)
    expected = [np.float32(scale * (int(v) - zero)) for v in x]
    np.testing.assert_array_equal(dequantize(x, scale, zero), expected)
