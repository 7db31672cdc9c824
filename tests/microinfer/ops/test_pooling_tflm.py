"""AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D as TensorFlow Lite Micro pools, in every dtype."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, outputs_of, samples, seeds

PAIR = {"filter_height": 1, "filter_width": 2, "stride_h": 1, "stride_w": 1, "padding": "VALID"}


def pair(op: str, values: list[float], dtype: str = "float32", **options: str) -> float:
    scale = None if dtype == "float32" else 1.0
    ends = [Activation((1, 1, n, 1), scale, 0, dtype) for n in (2, 1)]
    file = content(op, ends[:1], ends[1:], **PAIR, **options)
    return float(outputs_of(parse(file), np.array(values, dtype).reshape(1, 1, 2, 1))[0].item())


def test_pairs() -> None:
    assert pair("AVERAGE_POOL_2D", [1, 2]) == 1.5
    assert pair("AVERAGE_POOL_2D", [-1001, -1002], "int16") == -1002
    assert pair("MAX_POOL_2D", [-1001, -1002], "int16") == -1001
    assert pair("L2_POOL_2D", [1, 7]) == 5
    assert pair("L2_POOL_2D", [1, 7], fused_activation_function="RELU_N1_TO_1") == 1


def test_infinity_is_clamped_to_the_largest_finite_value() -> None:
    assert pair("MAX_POOL_2D", [float("inf"), 1]) == float(np.finfo(np.float32).max)
    assert pair("MAX_POOL_2D", [float("nan"), 1]) == 1


@QUICK
@given(
    geometries(dilated=False), st.sampled_from(["AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"]),
    st.sampled_from(["int8", "int16", "float32"]), drawn.scale, drawn.zero_point, drawn.fused, seeds,
)  # fmt: skip
def test_as_tflite_micro(
    g: Geometry, op: str, drawn_dtype: str, scale: float, zero: int, fused: str, seed: int
) -> None:
    dtype = "float32" if op == "L2_POOL_2D" else drawn_dtype
    source, target = (
        Activation((1, *size, 2), None if dtype == "float32" else scale, zero, dtype) for size in (g.size, g.output)
    )
    options = {**g.options(), "filter_height": g.kernel[0], "filter_width": g.kernel[1]}
    file = content(op, [source], [target], fused_activation_function=fused, **options)
    assert_agrees(file, samples(seed, source.shape, dtype))
