"""What Hypothesis draws in these tests, and how: the same examples in every run."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.microinfer.integers import INT32_MAX, INT32_MIN

MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SOME = settings(max_examples=40, deadline=None, derandomize=True, database=None)

int32 = st.one_of(
    st.sampled_from([INT32_MIN, INT32_MIN + 1, -(2**30), -1, 0, 1, 2**30, INT32_MAX - 1, INT32_MAX]),
    st.integers(INT32_MIN, INT32_MAX),
    st.integers(-1000, 1000),
)
multiplier = st.one_of(st.sampled_from([0, 2**30, INT32_MAX]), st.integers(2**30, INT32_MAX))
zero_point = st.one_of(st.sampled_from([-128, 0, 127]), st.integers(-128, 127))
scale = st.floats(2.0**-8, 4.0).map(lambda value: float(np.float32(value)))
fused = st.sampled_from(["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
seed = st.integers(0, 2**32 - 1)


def int8_array(generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Random int8 values, a third of them at either end of the range."""
    values = generator.integers(-128, 127, shape, np.int8, endpoint=True)
    ends = generator.choice(np.array([-128, 127], np.int8), shape)
    return np.where(generator.random(shape) < 1 / 3, ends, values)


def bias_array(generator: np.random.Generator, channels: int) -> NDArray[np.int32]:
    """Random biases, now and then one that makes the accumulator wrap."""
    small = generator.integers(-5000, 5000, channels)
    return np.where(generator.random(channels) < 0.1, INT32_MAX, small).astype(np.int32)


def weight_scales(generator: np.random.Generator, channels: int) -> list[float]:
    """One scale for all channels or one for each, as stored in float32."""
    count = channels if generator.random() < 0.6 else 1
    return [float(s) for s in (2.0 ** generator.uniform(-12, -4, count)).astype(np.float32)]
