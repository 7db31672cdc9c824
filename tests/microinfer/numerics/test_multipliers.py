"""How profiles form multipliers and round: operators that older builds and other runtimes compute in float32."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.fixedpoint import requantize_float32
from microinfer.numerics import profile
from microinfer.quant import quantize_multiplier

A, B, C = (float(np.float32(v)) for v in (0.011, 0.017, 0.013))
OLDER = ["SUB", "DIV", "ABS", "RELU", "LEAKY_RELU", "HARD_SWISH"]


@pytest.mark.parametrize("op", OLDER)
def test_older_builds_form_the_whole_ratio_in_float32(op: str) -> None:
    new, old = (profile(name).for_operator(op).output_factor(A, B, C) for name in ("tflm", "tflm-2026-02"))
    assert new.multiplier == quantize_multiplier(A * B / C).multiplier
    assert old.multiplier == quantize_multiplier(float(np.float32(A) * np.float32(B) / np.float32(C))).multiplier
    assert new.multiplier != old.multiplier


def test_older_builds_multiply_scales_of_rsqrt_in_float32() -> None:
    assert profile("tflm").for_operator("RSQRT").scale_product(A, B) == A * B
    assert profile("tflm-2026-02").for_operator("RSQRT").scale_product(A, B) == float(np.float32(A) * np.float32(B))


def test_litert_reference_rounds_fully_connected_once() -> None:
    quarter = quantize_multiplier(0.25)
    litert = profile("litert-reference")
    assert litert.for_operator("FULLY_CONNECTED").requantize([-6, 6], quarter).tolist() == [-1, 2]
    assert litert.for_operator("CONV_2D").requantize([-6, 6], quarter).tolist() == [-2, 2]


def test_xnnpack_rounds_float32_products_to_even() -> None:
    numerics = profile("xnnpack").for_operator("CONV_2D")
    assert numerics.requantize([-5, -3, 1, 3, 5], quantize_multiplier(0.5)).tolist() == [-2, -2, 0, 2, 2]
    factor = numerics.output_factor(A, B, C)
    scale = np.float32(A) * np.float32(B) / np.float32(C)
    values = np.arange(-(2**26), 2**26, 99991)
    expected = np.rint(values.astype(np.float32) * scale)
    np.testing.assert_array_equal(numerics.requantize(values, factor), expected)


def test_float32_products_beyond_int32_saturate() -> None:
    assert requantize_float32([2**30, -(2**30)], 2**30, 4).tolist() == [2**31 - 1, -(2**31)]
