"""Layers with weights: random ones byte for byte, and those that must be refused."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from microinfer.graph import runner
from microinfer.graph.model import Model
from tests.microinfer import drawn
from tests.microinfer.fast.twins import assert_twins, fast_nodes
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, Constant, one_layer

profiles = st.sampled_from(["tflm", "cmsis-nn-single-rounding"])
searches = st.sampled_from([1, 32])
"""The run before which faster forms are sought."""

scales = st.one_of(drawn.scale, st.sampled_from([2.0**-6, 2.0**-3, 1.0]))
"""Powers of two make accumulators land on ties."""


def weight_scales(generator: np.random.Generator, channels: int) -> NDArray[np.float32]:
    """From zero multipliers to left shifts, a third of them powers of two."""
    exponents = generator.uniform(-12, 3, channels)
    exponents = np.where(generator.random(channels) < 1 / 3, np.round(exponents), exponents)
    exponents = np.where(generator.random(channels) < 0.1, -60, exponents)
    return (2.0**exponents).astype(np.float32)


def bias(generator: np.random.Generator, channels: int) -> Constant | None:
    """None, small biases, or among them some that saturate the output."""
    if generator.random() < 0.2:
        return None
    large = np.where(generator.random(channels) < 0.1, 2**30, 0) * generator.choice([-1, 1], channels)
    return Constant((generator.integers(-5000, 5000, channels) + large).astype(np.int32))


def layer(
    op: str, generator: np.random.Generator, x: Activation, weights: NDArray[Any], out: Activation, **options: Any
) -> Model:
    axis, channels = (3, weights.shape[3]) if op == "DEPTHWISE_CONV_2D" else (0, weights.shape[0])
    constant = Constant(weights, list(weight_scales(generator, channels)), 0, axis)
    return one_layer(op, [x, constant, bias(generator, channels)], out, **options)


@drawn.MANY
@given(geometries(dilated=True), st.integers(1, 5), st.integers(1, 5), st.integers(1, 2), scales, scales,
       drawn.zero_point, drawn.zero_point, drawn.fused, profiles, searches, drawn.seed)  # fmt: skip
def test_conv_2d(
    g: Geometry, depth: int, filters: int, batch: int, in_scale: float, out_scale: float, in_zero: int, out_zero: int,
    fused: str, profile: str, search: int, seed: int,
) -> None:  # fmt: skip
    generator = np.random.default_rng(seed)
    x = drawn.int8_array(generator, (batch, *g.size, depth))
    w = drawn.int8_array(generator, (filters, *g.kernel, depth))
    given_, out = Activation(x.shape, in_scale, in_zero), Activation((batch, *g.output, filters), out_scale, out_zero)
    model = layer("CONV_2D", generator, given_, w, out, fused_activation_function=fused, **g.options())
    with mock.patch.object(runner, "_RUNS_BEFORE_SEARCH", search):
        assert_twins(model, x, profile=profile)


@drawn.MANY
@given(geometries(dilated=True), st.integers(1, 5), st.integers(1, 2), scales, scales,
       drawn.zero_point, drawn.zero_point, drawn.fused, profiles, searches, drawn.seed)  # fmt: skip
def test_depthwise_conv_2d(
    g: Geometry, channels: int, batch: int, in_scale: float, out_scale: float, in_zero: int, out_zero: int,
    fused: str, profile: str, search: int, seed: int,
) -> None:  # fmt: skip
    generator = np.random.default_rng(seed)
    x = drawn.int8_array(generator, (batch, *g.size, channels))
    w = drawn.int8_array(generator, (1, *g.kernel, channels))
    given_, out = Activation(x.shape, in_scale, in_zero), Activation((batch, *g.output, channels), out_scale, out_zero)
    model = layer("DEPTHWISE_CONV_2D", generator, given_, w, out, fused_activation_function=fused, **g.options())
    with mock.patch.object(runner, "_RUNS_BEFORE_SEARCH", search):
        assert_twins(model, x, profile=profile)


@drawn.MANY
@given(st.integers(1, 40), st.integers(1, 6), st.integers(1, 3), scales, scales, scales, st.sampled_from([0, 0, -3, 7]),
       drawn.zero_point, drawn.zero_point, drawn.fused, profiles, searches, drawn.seed)  # fmt: skip
def test_fully_connected(
    depth: int, outputs: int, rows: int, in_scale: float, weight_scale: float, out_scale: float, weight_zero: int,
    in_zero: int, out_zero: int, fused: str, profile: str, search: int, seed: int,
) -> None:  # fmt: skip
    generator = np.random.default_rng(seed)
    x = drawn.int8_array(generator, (rows, depth))
    weights = Constant(drawn.int8_array(generator, (outputs, depth)), weight_scale / 64, weight_zero)
    model = one_layer(
        "FULLY_CONNECTED",
        [Activation(x.shape, in_scale, in_zero), weights, bias(generator, outputs)],
        Activation((rows, outputs), out_scale, out_zero),
        fused_activation_function=fused,
    )
    with mock.patch.object(runner, "_RUNS_BEFORE_SEARCH", search):
        assert_twins(model, x, profile=profile)


def pointwise(weights: NDArray[Any], scale: float, bias: int, out_scale: float, in_zero: int = 0) -> Model:
    """1 x 1 convolution with one output channel on 16 x 16 pixels."""
    inputs = [Activation((1, 16, 16, weights.size), 1.0, in_zero), Constant(weights.reshape(1, 1, 1, -1), [scale]),
              Constant(np.array([bias], np.int32))]  # fmt: skip
    return one_layer("CONV_2D", inputs, Activation((1, 16, 16, 1), out_scale), stride_h=1, stride_w=1)


def test_every_sum_of_a_layer_with_both_signs() -> None:
    """All 256 inputs under a weight of 1 and a scale of 2**-7 / 3: each sum the layer can have."""
    model = pointwise(np.array([1], np.int8), 1 / 3, 0, 128.0)
    assert fast_nodes(model) == {0}
    assert_twins(model, np.arange(-128, 128).astype(np.int8).reshape(1, 16, 16, 1))


@pytest.mark.parametrize(("depth", "fast"), [(1032, True), (1040, False)])
def test_sums_that_float32_cannot_hold_are_refused(depth: int, fast: bool) -> None:
    """127 * 128 * 1032 is just below 2**24."""
    model = pointwise(np.full(depth, 127, np.int8), 2.0**-12, 0, 4.0)
    assert (fast_nodes(model) == {0}) == fast
    assert_twins(model, drawn.int8_array(np.random.default_rng(0), (1, 16, 16, depth)))


@pytest.mark.parametrize("depth", [516, 1032])
def test_the_zero_point_counts_in_the_bound(depth: int) -> None:
    """With a zero point of -128 inputs reach 255."""
    model = pointwise(np.full(depth, 127, np.int8), 2.0**-12, 0, 4.0, in_zero=-128)
    assert (fast_nodes(model) == {0}) == (depth == 516)


def test_an_accumulator_that_wraps_is_refused() -> None:
    model = pointwise(np.array([1], np.int8), 2.0**-24, 2**31 - 1, 1.0)
    assert fast_nodes(model) == set()
    assert_twins(model, np.arange(-128, 128).astype(np.int8).reshape(1, 16, 16, 1))


def test_a_left_shift_that_wraps_is_refused() -> None:
    model = pointwise(np.array([100], np.int8), 2.0**20, 0, 1.0)
    assert fast_nodes(model) == set()
    assert_twins(model, np.arange(-128, 128).astype(np.int8).reshape(1, 16, 16, 1))
