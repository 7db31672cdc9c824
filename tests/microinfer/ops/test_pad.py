"""PAD and PADV2: a constant border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


def pairs(*ends: tuple[int, int]) -> Constant:
    return Constant(np.array(ends, np.int32))


def test_int8_is_padded_by_the_output_zero_point() -> None:
    file = content("PAD", [Activation((1, 2), 0.5, 3), pairs((0, 0), (1, 2))], [Activation((1, 5), 0.5, 3)])
    np.testing.assert_array_equal(outputs_of(parse(file), np.array([[7, 8]], np.int8))[0], [[3, 7, 8, 3, 3]])


def test_int16_is_padded_by_zero_whatever_the_zero_point() -> None:
    ends = [Activation((1, 1), 0.5, 3, "int16"), Activation((1, 2), 0.5, 3, "int16")]
    file = content("PAD", [ends[0], pairs((0, 0), (1, 0))], [ends[1]])
    np.testing.assert_array_equal(outputs_of(parse(file), np.array([[7]], np.int16))[0], [[0, 7]])


def test_padv2_is_padded_by_its_third_input() -> None:
    value = Constant(np.array([9], np.int8), 0.5, 3)
    file = content("PADV2", [Activation((1, 1), 0.5, 3), pairs((0, 0), (1, 0)), value], [Activation((1, 2), 0.5, 3)])
    np.testing.assert_array_equal(outputs_of(parse(file), np.array([[7]], np.int8))[0], [[9, 7]])


def test_the_value_must_be_quantised_as_the_output() -> None:
    value = Constant(np.array([9], np.int8), 0.25, 3)
    file = content("PADV2", [Activation((1, 1), 0.5, 3), pairs((0, 0), (1, 0)), value], [Activation((1, 2), 0.5, 3)])
    with pytest.raises(ModelError, match="padding value is quantised unlike the output"):
        outputs_of(parse(file), np.zeros((1, 1), np.int8))


def test_negative_paddings() -> None:
    file = content("PAD", [Activation((1, 2), 0.5), pairs((0, 0), (-1, 0))], [Activation((1, 1), 0.5)])
    with pytest.raises(ShapeError, match="negative paddings"):
        outputs_of(parse(file), np.zeros((1, 2), np.int8))


@QUICK
@given(lengths(1, 5), st.data(), st.sampled_from(["int8", "int16", "int32", "float32"]), drawn.zero_point, seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, zero: int, seed: int) -> None:
    ends = data.draw(
        st.lists(st.sampled_from([(0, 0), (1, 0), (0, 2), (1, 1)]), min_size=len(shape), max_size=len(shape))
    )
    target = tuple(n + a + b for n, (a, b) in zip(shape, ends, strict=True))
    scale = 0.5 if dtype in ("int8", "int16") else None
    inputs = [Activation(shape, scale, zero, dtype), pairs(*ends)]
    values = [samples(seed, shape, dtype)]
    kind = data.draw(st.sampled_from(["none", "constant", "activation"]))
    if kind == "constant":
        inputs.append(Constant(samples(seed, (1,), dtype, 1)[0], scale, zero))
    elif kind == "activation":
        inputs.append(Activation((1,), scale, zero, dtype))
        values.append(samples(seed + 1, (1,), dtype))
    op = "PAD" if kind == "none" else "PADV2"
    assert_agrees(content(op, inputs, [Activation(target, scale, zero, dtype)]), *values)
