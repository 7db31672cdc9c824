"""DEPTHWISE_CONV_2D: cases worked by hand, and the loops of its definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from microinfer.errors import ShapeError
from microinfer.quant import activation_range
from tests.microinfer import drawn, integers
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, Constant, one_layer, run


def test_each_channel_meets_only_its_filter() -> None:
    x = np.array([[[[1, 10], [2, 20]], [[3, 30], [4, 40]]]], np.int8)
    w = Constant(np.array([[[[1, 0], [1, 0]], [[1, 0], [1, 1]]]], np.int8), [1.0])
    model = one_layer("DEPTHWISE_CONV_2D", [Activation(x.shape, 1.0), w, None], Activation((1, 1, 1, 2), 1.0),
                      padding="VALID", stride_h=1, stride_w=1)  # fmt: skip
    np.testing.assert_array_equal(run(model, x).ravel(), [10, 40])


def test_depth_multiplier_lays_the_outputs_of_a_channel_side_by_side() -> None:
    w = Constant(np.array([1, 2, 3, -1, -2, -3], np.int8).reshape(1, 1, 1, 6), [1.0])
    model = one_layer("DEPTHWISE_CONV_2D", [Activation((1, 1, 1, 2), 1.0), w, None], Activation((1, 1, 1, 6), 1.0),
                      stride_h=1, stride_w=1, depth_multiplier=3)  # fmt: skip
    np.testing.assert_array_equal(run(model, np.array([[[10, 7]]], np.int8)).ravel(), [10, 20, 30, -7, -14, -21])


def test_bias_and_scale_of_each_channel() -> None:
    w = Constant(np.ones((1, 1, 1, 2), np.int8), [0.5, 0.25], axis=3)
    bias = Constant(np.array([1, -30], np.int32))
    model = one_layer("DEPTHWISE_CONV_2D", [Activation((1, 1, 1, 2), 1.0, -4), w, bias],
                      Activation((1, 1, 1, 2), 1.0, 100), stride_h=1, stride_w=1)  # fmt: skip
    # (6 + 4 + 1) / 2 = 5.5 -> 6 and (6 + 4 - 30) / 4 = -5
    np.testing.assert_array_equal(run(model, np.array([[[6, 6]]], np.int8)).ravel(), [106, 95])


def test_bias_may_be_left_out_of_the_inputs() -> None:
    w = Constant(np.full((1, 1, 1, 1), 3, np.int8), [1.0])
    model = one_layer("DEPTHWISE_CONV_2D", [Activation((1, 1, 1, 1), 1.0), w], Activation((1, 1, 1, 1), 1.0),
                      stride_h=1, stride_w=1)  # fmt: skip
    assert run(model, np.array([[[7]]], np.int8)).item() == 21


@pytest.mark.parametrize(
    ("filters", "output", "message"),
    [((2, 3, 3, 3), (1, 4, 4, 3), "weights"), ((1, 3, 3, 4), (1, 4, 4, 4), "3 channels to 4"),
     ((1, 3, 3, 3), (1, 4, 4, 6), "weights")],
)  # fmt: skip
def test_shapes_that_do_not_fit(filters: tuple[int, ...], output: tuple[int, ...], message: str) -> None:
    inputs = [Activation((1, 4, 4, 3), 1.0), Constant(np.ones(filters, np.int8), [1.0]), None]
    model = one_layer("DEPTHWISE_CONV_2D", inputs, Activation(output, 1.0), stride_h=1, stride_w=1)
    with pytest.raises(ShapeError, match=message):
        run(model, np.zeros((1, 4, 4, 3), np.int8))


def test_an_output_without_axes_does_not_fit_either() -> None:
    inputs = [Activation((1, 4, 4, 2), 1.0), Constant(np.ones((1, 3, 3, 2), np.int8), [1.0]), None]
    model = one_layer("DEPTHWISE_CONV_2D", inputs, Activation((), 1.0), stride_h=1, stride_w=1)
    with pytest.raises(ShapeError, match="DEPTHWISE_CONV_2D"):
        run(model, np.zeros((1, 4, 4, 2), np.int8))


def accumulator(
    g: Geometry, x: NDArray[Any], w: NDArray[Any], bias: NDArray[Any] | None, zero_point: int, cell: tuple[int, ...]
) -> int:
    """Sum for output cell (n, y, x, channel)."""
    n, oy, ox, o = cell
    source = o // (w.shape[3] // x.shape[3])
    total = 0 if bias is None else int(bias[o])
    for ky, kx, iy, ix in g.cells(oy, ox):
        total += (int(x[n, iy, ix, source]) - zero_point) * int(w[0, ky, kx, o])
    return integers.wrap(total)


@drawn.SOME
@given(
    geometries(dilated=True), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3),
    drawn.scale, drawn.scale, drawn.zero_point, drawn.zero_point, drawn.fused,
    st.sampled_from(["tflm", "cmsis-nn-single-rounding"]), st.booleans(), drawn.seed,
)  # fmt: skip
def test_depthwise_conv_2d_is_its_loops(
    g: Geometry, batch: int, channels: int, depth_multiplier: int, in_scale: float, out_scale: float,
    in_zero: int, out_zero: int, fused: str, profile: str, with_bias: bool, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    filters = channels * depth_multiplier
    x = drawn.int8_array(rng, (batch, *g.size, channels))
    w = drawn.int8_array(rng, (1, *g.kernel, filters))
    bias = drawn.bias_array(rng, filters) if with_bias else None
    scales = drawn.weight_scales(rng, filters)
    inputs = [Activation(x.shape, in_scale, in_zero), Constant(w, scales, axis=3),
              None if bias is None else Constant(bias)]  # fmt: skip
    output = Activation((batch, *g.output, filters), out_scale, out_zero)
    options = {**g.options(), "fused_activation_function": fused, "depth_multiplier": depth_multiplier}
    y = run(one_layer("DEPTHWISE_CONV_2D", inputs, output, **options), x, profile=profile)
    rounding = "single" if "single" in profile else "double"
    clamp = activation_range(fused, out_scale, out_zero, "int8")
    for cell in np.ndindex(y.shape):
        factor = in_scale * scales[cell[3] % len(scales)] / out_scale
        scaled = integers.scale(accumulator(g, x, w, bias, in_zero, cell), factor, rounding)
        assert y[cell] == integers.clamp(integers.wrap(scaled + out_zero), clamp.min, clamp.max), cell
