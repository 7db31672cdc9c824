"""RELU, RELU6, LEAKY_RELU, PRELU, ELU, HARD_SWISH, ABS and RSQRT of quantised tensors: by hand, and the runtime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import DomainError, ModelError
from tests.microinfer.layers import Activation, Constant, one_layer, run
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Array, Shape, assert_agree_on, tensors

SLOPES = st.floats(-1, 2, width=32)


def values(op: str, source: Activation, target: Activation, x: list[int], **options: float) -> list[int]:
    model = one_layer(op, [source], target, **options)
    return [int(v) for v in run(model, np.array([x], source.dtype))[0]]


def test_relu_moves_to_the_output_quantisation() -> None:
    assert values("RELU", Activation((1, 3), 0.5, 1), Activation((1, 3), 0.25, -10), [-3, 1, 5]) == [-10, -10, -2]


def test_relu6_stays_in_the_input_quantisation() -> None:
    assert values("RELU6", Activation((1, 3), 0.5, 1), Activation((1, 3), 0.25, -10), [-3, 5, 100]) == [1, 5, 13]


def test_leaky_relu_rounds_each_side_with_its_own_factor() -> None:
    tensor = Activation((1, 4), 1.0)
    assert values("LEAKY_RELU", tensor, tensor, [-10, -3, 0, 7], alpha=0.25) == [-3, -1, 0, 7]
    assert values("LEAKY_RELU", tensor, tensor, [-10, -3, 0, 7], alpha=-0.25) == [3, 1, 0, 7]


def test_prelu_takes_a_slope_per_channel() -> None:
    slope = Constant(np.array([2, -4], np.int8), 0.25)
    model = one_layer("PRELU", [Activation((1, 2, 2), 1.0), slope], Activation((1, 2, 2), 1.0))
    y = run(model, np.array([[[-10, -10], [5, 5]]], np.int8))
    assert y.tolist() == [[[-5, 10], [5, 5]]]


def test_elu_and_hard_swish_near_the_real_functions() -> None:
    x = np.arange(-128, 128, dtype=np.int8)[None]
    real = x * 0.04
    elu = values("ELU", Activation(x.shape, 0.04), Activation(x.shape, 0.05, -5), x[0].tolist())
    swish = values("HARD_SWISH", Activation(x.shape, 0.04), Activation(x.shape, 0.05, -5), x[0].tolist())
    exact_elu = np.clip(np.where(real < 0, np.expm1(real), real) / 0.05 - 5, -128, 127)
    exact_swish = np.clip(real * np.clip(real + 3, 0, 6) / 6 / 0.05 - 5, -128, 127)
    assert np.abs(np.array(elu) - exact_elu).max() < 0.51
    assert np.abs(np.array(swish) - exact_swish).max() < 1.1


def test_abs_of_the_lowest() -> None:
    assert values("ABS", Activation((1, 2), 1.0), Activation((1, 2), 1.0), [-128, 5]) == [127, 5]
    plain = Activation((1, 2), dtype="int16")
    assert values("ABS", plain, plain, [-32768, -5]) == [-32768, 5]


def test_rsqrt() -> None:
    """1 / sqrt(4 * 0.25) / 0.125 = 8; nothing gives the largest value."""
    source, target = Activation((1, 3), 0.25, -1), Activation((1, 3), 0.125)
    assert values("RSQRT", source, target, [3, -1, 63]) == [8, 127, 2]
    with pytest.raises(DomainError, match="negative"):
        values("RSQRT", source, target, [3, -2, 63])


@pytest.mark.parametrize("op", ["RELU", "ABS", "RSQRT"])
def test_int16_with_a_zero_point_is_refused(op: str) -> None:
    with pytest.raises(ModelError, match="zero point 0"):
        values(op, Activation((1, 1), 1.0, 1, "int16"), Activation((1, 1), 1.0, 0, "int16"), [5])


def test_hard_swish_of_large_scales_is_refused() -> None:
    with pytest.raises(ModelError, match="too large for output"):
        values("HARD_SWISH", Activation((1, 1), 2.0), Activation((1, 1), 2.0**-8), [5])


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("op", ["RELU", "RELU6", "ABS"])
@QUICK
@given(lengths(1, 4), st.data(), seeds)
def test_as_tflite_micro(op: str, dtype: str, shape: Shape, data: st.DataObject, seed: int) -> None:
    source, target = (data.draw(tensors(shape, dtype)) for _ in range(2))
    assert_agree_on(op, [source], target, seed)


@pytest.mark.parametrize("dtype", ["int8", "int16", "float32"])
@QUICK
@given(lengths(1, 4), SLOPES, st.data(), seeds)
def test_leaky_relu_as_tflite_micro(dtype: str, shape: Shape, alpha: float, data: st.DataObject, seed: int) -> None:
    source, target = (data.draw(tensors(shape, dtype)) for _ in range(2))
    assert_agree_on("LEAKY_RELU", [source], target, seed, alpha=alpha)


@pytest.mark.parametrize(("dtype", "slope_dtype"), [("int8", "int8"), ("int16", "int8"), ("float32", "float32")])
@QUICK
@given(lengths(1, 4), st.data(), seeds)
def test_prelu_as_tflite_micro(dtype: str, slope_dtype: str, shape: Shape, data: st.DataObject, seed: int) -> None:
    source, target = (data.draw(tensors(shape, dtype)) for _ in range(2))
    ones = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    slope_shape = tuple(1 if one else n for n, one in zip(shape, ones, strict=True))
    slope = data.draw(tensors(slope_shape[data.draw(st.integers(0, len(shape) - 1)) :], slope_dtype))
    assert_agree_on("PRELU", [source, slope], target, seed, constant=data.draw(st.sampled_from([None, 1])))


@QUICK
@given(st.floats(-8, -1), st.floats(-1, 0.9), st.data(), seeds)
def test_hard_swish_and_elu_as_tflite_micro(power: float, ratio: float, data: st.DataObject, seed: int) -> None:
    source, target = (data.draw(tensors((1, 400), "int8")) for _ in range(2))
    assert_agree_on("ELU", [source], target, seed)
    small = Activation(source.shape, float(np.float32(2.0**power)), source.zero_point)
    near = Activation(source.shape, float(np.float32(2.0 ** (power - ratio))), target.zero_point)
    assert_agree_on("HARD_SWISH", [small], near, seed)


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@QUICK
@given(lengths(1, 4), st.floats(-6, 2), st.data(), seeds)
def test_rsqrt_as_tflite_micro(dtype: str, shape: Shape, power: float, data: st.DataObject, seed: int) -> None:
    drawn, target = (data.draw(tensors(shape, dtype)) for _ in range(2))
    source = Activation(shape, float(np.float32(2.0**power)), drawn.zero_point, dtype)

    def positive(position: int, x: Array) -> Array:
        return np.maximum(x, source.zero_point)

    assert_agree_on("RSQRT", [source], target, seed, prepare=positive)


@QUICK
@given(st.floats(-12, 0), seeds)
def test_rsqrt_keeps_20_fractional_bits(power: float, seed: int) -> None:
    """The output scale gives the root of one step its largest value."""
    scale = float(np.float32(2.0**power))
    source = Activation((1, 500), scale, dtype="int16")
    target = Activation((1, 500), float(np.float32(scale**-0.5 / 32767)), dtype="int16")

    def small(position: int, x: Array) -> Array:
        return np.abs(x // 64)

    assert_agree_on("RSQRT", [source], target, seed, prepare=small)
