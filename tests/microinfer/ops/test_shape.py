"""SHAPE: the dimensions of a tensor."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


def test_each_sample_has_its_own() -> None:
    model = parse(content("SHAPE", [Activation((1, 4))], [Activation((2,), dtype="int32")]))
    assert outputs_of(model, np.zeros((3, 4), np.int8))[0].tolist() == [[1, 4]] * 3


@QUICK
@given(lengths(1, 5), st.sampled_from(["bool", "int8", "int16", "int32", "int64", "float32"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], dtype: str, seed: int) -> None:
    file = content("SHAPE", [Activation(shape, dtype=dtype)], [Activation((len(shape),), dtype="int32")])
    assert_agrees(file, samples(seed, shape, dtype))
