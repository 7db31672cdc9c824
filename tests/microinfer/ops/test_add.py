"""ADD: cases worked by hand, broadcasting, and the formula of its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.quant import activation_range
from tests.microinfer import drawn, integers
from tests.microinfer.layers import Activation, Constant, one_layer, run


def test_equal_scales_add() -> None:
    model = one_layer("ADD", [Activation((1, 4), 1.0), Activation((1, 4), 1.0)], Activation((1, 4), 1.0))
    a, b = np.array([[1, -1, 100, -100]], np.int8), np.array([[2, -2, 100, -100]], np.int8)
    np.testing.assert_array_equal(run(model, a, b), [[3, -3, 127, -128]])


def test_scales_and_zero_points() -> None:
    """(12 - 2) * 0.5 + (3 + 5) * 0.25 = 7, and 7 / 0.125 + 1 = 57."""
    inputs = [Activation((1, 1), 0.5, 2), Activation((1, 1), 0.25, -5)]
    model = one_layer("ADD", inputs, Activation((1, 1), 0.125, 1))
    assert run(model, np.array([[12]], np.int8), np.array([[3]], np.int8)).item() == 57


def test_ties_leave_zero_only_with_double_rounding() -> None:
    model = one_layer("ADD", [Activation((1, 4), 0.5), Constant(np.zeros((1, 4), np.int8), 0.5)],
                      Activation((1, 4), 1.0))  # fmt: skip
    halves = np.array([[-3, -1, 1, 3]], np.int8)
    np.testing.assert_array_equal(run(model, halves), [[-2, -1, 1, 2]])
    np.testing.assert_array_equal(run(model, halves, profile="cmsis-nn-single-rounding"), [[-1, 0, 1, 2]])


def test_fused_activation() -> None:
    inputs = [Activation((1, 3), 1.0), Constant(np.zeros((1, 3), np.int8), 1.0)]
    model = one_layer("ADD", inputs, Activation((1, 3), 1.0, 10), fused_activation_function="RELU6")
    np.testing.assert_array_equal(run(model, np.array([[-5, 5, 50]], np.int8)), [[10, 15, 16]])


@pytest.mark.parametrize(
    ("a", "b", "out"),
    [((1, 2, 3), (3,), (1, 2, 3)), ((1, 2, 3), (1, 1, 1), (1, 2, 3)), ((1, 2, 1), (1, 1, 3), (1, 2, 3)),
     ((1, 3), (), (1, 3)), ((1, 3), (1, 2, 3), (1, 2, 3)), ((2, 1), (2, 3), (2, 3)), ((1, 3), (2, 1), (2, 3))],
)  # fmt: skip
def test_shapes_broadcast(a: tuple[int, ...], b: tuple[int, ...], out: tuple[int, ...]) -> None:
    x = np.arange(np.prod(a), dtype=np.int8).reshape(a)
    y = 10 * np.arange(np.prod(b), dtype=np.int8).reshape(b)
    model = one_layer("ADD", [Activation(a, 1.0), Constant(y, 1.0)], Activation(out, 1.0))
    np.testing.assert_array_equal(run(model, x), x + y)


@drawn.MANY
@given(
    drawn.scale, drawn.scale, drawn.scale, drawn.zero_point, drawn.zero_point, drawn.zero_point, drawn.fused,
    st.sampled_from(["tflm", "cmsis-nn-single-rounding"]), drawn.seed,
)  # fmt: skip
def test_add_is_its_formula(
    a_scale: float, b_scale: float, out_scale: float, a_zero: int, b_zero: int, out_zero: int, fused: str,
    profile: str, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    a, b = drawn.int8_array(rng, (1, 9)), drawn.int8_array(rng, (1, 9))
    inputs = [Activation(a.shape, a_scale, a_zero), Activation(b.shape, b_scale, b_zero)]
    output = Activation(a.shape, out_scale, out_zero)
    y = run(one_layer("ADD", inputs, output, fused_activation_function=fused), a, b, profile=profile)
    rounding = "single" if "single" in profile else "double"
    clamp = activation_range(fused, out_scale, out_zero, "int8")
    common = 2 * max(a_scale, b_scale)
    for i in range(a.size):
        left = integers.scale((int(a[0, i]) - a_zero) * 2**20, a_scale / common, rounding)
        right = integers.scale((int(b[0, i]) - b_zero) * 2**20, b_scale / common, rounding)
        value = integers.scale(left + right, common / (2**20 * out_scale), rounding) + out_zero
        assert y[0, i] == integers.clamp(value, clamp.min, clamp.max), i
