"""ARG_MAX and ARG_MIN: where the first extreme is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds

NAN, INF = float("nan"), float("inf")


def position(op: str, values: list[float], dtype: str) -> int:
    inputs = [Activation((len(values),), dtype=dtype), numbers(0)]
    file = content(op, inputs, [Activation((), dtype="int32")])
    return int(outputs_of(parse(file), np.array(values, dtype))[0])


def test_the_first_of_equals() -> None:
    assert position("ARG_MAX", [1, 9, 3, 9], "int8") == 1
    assert position("ARG_MIN", [1, -9, 3, -9], "int8") == 1
    assert position("ARG_MIN", [5, -128, 127], "int8") == 1


@pytest.mark.parametrize(
    ("values", "largest", "smallest"),
    [([NAN, 1, 2], 0, 0), ([1, NAN, 2], 2, 0), ([-INF, NAN, -INF], 0, 0), ([0.0, -0.0], 0, 0), ([INF, NAN, 1], 0, 2)],
)
def test_nan_is_never_more_extreme(values: list[float], largest: int, smallest: int) -> None:
    assert position("ARG_MAX", values, "float32") == largest
    assert position("ARG_MIN", values, "float32") == smallest


@QUICK
@given(lengths(1, 4), st.data(), st.sampled_from(["ARG_MAX", "ARG_MIN"]), st.sampled_from(["int8", "float32"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, op: str, dtype: str, seed: int) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    place = axis % len(shape)
    x = samples(seed, shape, dtype)
    if dtype == "float32":
        x[np.random.default_rng(seed).random(x.shape) < 0.2] = data.draw(st.sampled_from([NAN, INF, -INF]))
    inputs = [Activation(shape, dtype=dtype), numbers(axis)]
    assert_agrees(content(op, inputs, [Activation((*shape[:place], *shape[place + 1 :]), dtype="int32")]), x)
