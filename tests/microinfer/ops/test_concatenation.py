"""CONCATENATION: tensors one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds

A, B = np.array([[1, 2]], np.int8), np.array([[3]], np.int8)


def test_along_the_last_axis() -> None:
    file = content("CONCATENATION", [Activation((1, 2)), Activation((1, 1))], [Activation((1, 3))], axis=-1)
    np.testing.assert_array_equal(outputs_of(parse(file), A, B)[0], [[1, 2, 3]])


@pytest.mark.parametrize(("scale", "zero"), [(0.25, 0), (0.5, 1)])
def test_int8_is_never_rescaled(scale: float, zero: int) -> None:
    inputs = [Activation((1, 2), 0.5), Activation((1, 1), scale, zero)]
    file = content("CONCATENATION", inputs, [Activation((1, 3), 0.5)], axis=1)
    with pytest.raises(ModelError, match="in1 is quantised unlike the output"):
        outputs_of(parse(file), A, B)


def test_int16_scales_are_not_looked_at() -> None:
    inputs = [Activation((1, 2), 0.5, dtype="int16"), Activation((1, 1), 0.25, dtype="int16")]
    file = content("CONCATENATION", inputs, [Activation((1, 3), 1.0, dtype="int16")], axis=1)
    assert_agrees(file, samples(0, (1, 2), "int16"), samples(1, (1, 1), "int16"))


def test_parts_must_fit() -> None:
    file = content("CONCATENATION", [Activation((1, 2)), Activation((1, 1))], [Activation((2, 2))], axis=0)
    with pytest.raises(ShapeError, match=r"\(1, 1\) does not fit \(2, 2\) along axis 0"):
        outputs_of(parse(file), A, B)


def test_a_fused_activation_is_refused() -> None:
    inputs, output = [Activation((1, 2)), Activation((1, 1))], Activation((1, 3))
    file = content("CONCATENATION", inputs, [output], axis=1, fused_activation_function="RELU")
    with pytest.raises(ModelError, match="fused activation"):
        outputs_of(parse(file), A, B)


@QUICK
@given(
    lengths(1, 4), st.data(), st.sampled_from(["bool", "int8", "int16", "int32", "int64", "float32"]),
    st.integers(1, 10), st.booleans(), seeds,
)  # fmt: skip
def test_as_tflite_micro(
    shape: tuple[int, ...], data: st.DataObject, dtype: str, count: int, fixed: bool, seed: int
) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    place = axis % len(shape)
    shapes = [(*shape[:place], size, *shape[place + 1 :]) for size in sizes]
    scale = 0.5 if dtype in ("int8", "int16") else None
    inputs: list[Activation | Constant] = [Activation(s, scale, 0, dtype) for s in shapes]
    values = [samples(seed + i, s, dtype) for i, s in enumerate(shapes)]
    if fixed and count > 1:
        inputs[-1] = Constant(values.pop()[0], scale)
    target = (*shape[:place], sum(sizes), *shape[place + 1 :])
    assert_agrees(content("CONCATENATION", inputs, [Activation(target, scale, 0, dtype)], axis=axis), *values)
