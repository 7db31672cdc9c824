"""FULLY_CONNECTED: cases worked by hand, and the loops of its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.quant import activation_range
from tests.microinfer import drawn, integers
from tests.microinfer.layers import Activation, Constant, one_layer, run

WEIGHTS = np.array([[1, 2, 3], [-1, 0, 1]], np.int8)


def test_rows_times_columns_plus_bias() -> None:
    bias = Constant(np.array([5, -5], np.int32))
    model = one_layer("FULLY_CONNECTED", [Activation((2, 3), 1.0), Constant(WEIGHTS, [1.0]), bias],
                      Activation((2, 2), 1.0))  # fmt: skip
    np.testing.assert_array_equal(run(model, np.array([[1, 1, 1], [2, 4, 8]], np.int8)), [[11, -5], [39, 1]])


def test_zero_points_of_input_weights_and_output() -> None:
    model = one_layer("FULLY_CONNECTED", [Activation((1, 3), 1.0, 2), Constant(WEIGHTS, [1.0], 1), None],
                      Activation((1, 2), 1.0, -10))  # fmt: skip
    # inputs less 2 are 1 2 3; weights less 1 are 0 1 2 and -2 -1 0
    np.testing.assert_array_equal(run(model, np.array([[3, 4, 5]], np.int8)), [[8 - 10, -4 - 10]])


def test_one_scale_for_each_output() -> None:
    model = one_layer("FULLY_CONNECTED", [Activation((1, 1), 1.0), Constant(np.array([[3], [3]], np.int8), [1.0, 0.5]),
                      None], Activation((1, 2), 1.0))  # fmt: skip
    np.testing.assert_array_equal(run(model, np.array([[1]], np.int8)), [[3, 2]])
    np.testing.assert_array_equal(run(model, np.array([[-1]], np.int8)), [[-3, -1]])


def test_bias_may_be_left_out_of_the_inputs() -> None:
    model = one_layer("FULLY_CONNECTED", [Activation((1, 3), 1.0), Constant(WEIGHTS, [1.0])], Activation((1, 2), 1.0))
    np.testing.assert_array_equal(run(model, np.array([[1, 2, 3]], np.int8)), [[14, 2]])


@pytest.mark.parametrize(
    ("source", "target"), [((1, 3), (1, 2)), ((1, 1, 1, 3), (1, 2)), ((1, 2, 3), (2, 2)), ((1, 2, 3), (1, 2, 2))]
)
def test_input_is_read_as_rows(source: tuple[int, ...], target: tuple[int, ...]) -> None:
    model = one_layer("FULLY_CONNECTED", [Activation(source, 1.0), Constant(WEIGHTS, [1.0]), None],
                      Activation(target, 1.0))  # fmt: skip
    x = np.arange(np.prod(source), dtype=np.int8).reshape(source)
    np.testing.assert_array_equal(run(model, x), (x.reshape(-1, 3) @ WEIGHTS.T).reshape(target))


@pytest.mark.parametrize(("source", "target"), [((1, 4), (1, 2)), ((1, 3), (1, 3)), ((2, 3), (1, 2))])
def test_shapes_that_do_not_fit(source: tuple[int, ...], target: tuple[int, ...]) -> None:
    model = one_layer("FULLY_CONNECTED", [Activation(source, 1.0), Constant(WEIGHTS, [1.0]), None],
                      Activation(target, 1.0))  # fmt: skip
    with pytest.raises(ShapeError, match=r"layer 0 \(FULLY_CONNECTED\)"):
        run(model, np.zeros(source, np.int8))


@drawn.SOME
@given(
    st.integers(1, 3), st.integers(1, 20), st.integers(1, 5), drawn.scale, drawn.scale,
    drawn.zero_point, st.sampled_from([0, 0, -128, 5, 127]), drawn.zero_point, drawn.fused,
    st.sampled_from(["tflm", "cmsis-nn-single-rounding"]), st.booleans(), drawn.seed,
)  # fmt: skip
def test_fully_connected_is_its_loops(
    rows: int, depth: int, outputs: int, in_scale: float, out_scale: float, in_zero: int, weight_zero: int,
    out_zero: int, fused: str, profile: str, with_bias: bool, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    x, w = drawn.int8_array(rng, (rows, depth)), drawn.int8_array(rng, (outputs, depth))
    bias = drawn.bias_array(rng, outputs) if with_bias else None
    scales = drawn.weight_scales(rng, outputs)
    weight_zero = weight_zero if len(scales) == 1 else 0  # one scale for each output leaves no room for a zero point
    inputs = [Activation(x.shape, in_scale, in_zero), Constant(w, scales, weight_zero),
              None if bias is None else Constant(bias)]  # fmt: skip
    output = Activation((rows, outputs), out_scale, out_zero)
    model = one_layer("FULLY_CONNECTED", inputs, output, fused_activation_function=fused)
    y = run(model, x, profile=profile)
    rounding = "single" if "single" in profile else "double"
    clamp = activation_range(fused, out_scale, out_zero, "int8")
    for n, o in np.ndindex(y.shape):
        total = 0 if bias is None else int(bias[o])
        total += sum((int(x[n, d]) - in_zero) * (int(w[o, d]) - weight_zero) for d in range(depth))
        factor = in_scale * scales[o % len(scales)] / out_scale
        value = integers.wrap(integers.scale(integers.wrap(total), factor, rounding) + out_zero)
        assert y[n, o] == integers.clamp(value, clamp.min, clamp.max), (n, o)
