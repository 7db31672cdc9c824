"""Pools, additions, reshapes and softmax, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.fast.softmax import reciprocal_of_sum
from microinfer.fixedpoint import count_leading_zeros, one_over_one_plus_x, wrap32
from tests.microinfer import drawn
from tests.microinfer.fast.twins import assert_twins, fast_nodes
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, one_layer


@drawn.MANY
@given(st.sampled_from(["AVERAGE_POOL_2D", "MAX_POOL_2D"]), geometries(dilated=False), st.integers(1, 3),
       st.integers(1, 2), drawn.scale, drawn.zero_point, drawn.fused, drawn.seed)  # fmt: skip
def test_pools(op: str, g: Geometry, channels: int, batch: int, scale: float, zero: int, fused: str, seed: int) -> None:
    x = drawn.int8_array(np.random.default_rng(seed), (batch, *g.size, channels))
    out = Activation((batch, *g.output, channels), scale, zero)
    model = one_layer(op, [Activation(x.shape, scale, zero)], out, filter_height=g.kernel[0], filter_width=g.kernel[1],
                      fused_activation_function=fused, **g.options())  # fmt: skip
    if g.padding == "VALID":
        assert fast_nodes(model) == {0}
    assert_twins(model, x)


@drawn.SOME
@given(drawn.scale, drawn.scale, drawn.scale, drawn.zero_point, drawn.zero_point, drawn.zero_point, drawn.fused,
       st.sampled_from(["tflm", "cmsis-nn-single-rounding"]))  # fmt: skip
def test_add_of_all_pairs(
    a: float, b: float, out: float, a_zero: int, b_zero: int, out_zero: int, fused: str, profile: str
) -> None:
    every = np.arange(-128, 128).astype(np.int8)
    left, right = (pair.reshape(1, 256, 256) for pair in np.meshgrid(every, every))
    given_ = [Activation(left.shape, a, a_zero), Activation(right.shape, b, b_zero)]
    model = one_layer("ADD", given_, Activation(left.shape, out, out_zero), fused_activation_function=fused)
    assert fast_nodes(model) == {0}
    assert_twins(model, left, right, profile=profile)


def test_add_that_broadcasts_is_left_to_the_plain_kernel() -> None:
    model = one_layer("ADD", [Activation((1, 4), 1.0), Activation((1, 1), 1.0)], Activation((1, 4), 1.0))
    assert fast_nodes(model) == set()


@drawn.MANY
@given(st.integers(1, 12), st.integers(1, 3), st.floats(2.0**-10, 2.0), st.floats(0.25, 4.0), drawn.zero_point,
       drawn.seed)  # fmt: skip
def test_softmax(length: int, rows: int, scale: float, beta: float, zero: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    spread = int(generator.integers(1, 129))
    x = generator.integers(-spread, spread, (rows, length)).astype(np.int8)
    model = one_layer(
        "SOFTMAX", [Activation(x.shape, float(np.float32(scale)), zero)], Activation(x.shape, 1 / 256, -128), beta=beta
    )
    assert fast_nodes(model) == {0}
    assert_twins(model, x)


def test_reciprocal_of_sum_is_the_fixed_point_one() -> None:
    generator = np.random.default_rng(0)
    ends = np.concatenate([2 ** np.arange(19, 31), 2 ** np.arange(20, 32) - 1])
    totals = np.concatenate([generator.integers(1 << 19, 1 << 31, 20000), ends])
    expected = one_over_one_plus_x(wrap32((totals << count_leading_zeros(totals)) - (1 << 31)))
    assert [reciprocal_of_sum(int(total)) for total in totals] == expected.tolist()


@pytest.mark.parametrize("zero", [0, 5])
def test_reshape_of_another_zero_point_is_left_to_the_plain_kernel(zero: int) -> None:
    model = one_layer("RESHAPE", [Activation((1, 2, 3), 1.0)], Activation((1, 6), 1.0, zero))
    assert (fast_nodes(model) == {0}) == (zero == 0)
    assert_twins(model, np.arange(6).astype(np.int8).reshape(1, 2, 3))
