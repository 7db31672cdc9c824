"""MIRROR_PAD: a border that mirrors the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


@pytest.mark.parametrize(("mode", "row"), [("REFLECT", [3, 2, 1, 2, 3, 2]), ("SYMMETRIC", [2, 1, 1, 2, 3, 3])])
def test_the_edge_is_left_out_or_repeated(mode: str, row: list[int]) -> None:
    pads = Constant(np.array([[0, 0], [2, 1]], np.int32))
    file = content("MIRROR_PAD", [Activation((1, 3)), pads], [Activation((1, 6))], mode=mode)
    np.testing.assert_array_equal(outputs_of(parse(file), np.array([[1, 2, 3]], np.int8))[0], [row])


def test_the_border_before_ends_with_the_image() -> None:
    pads = Constant(np.array([[0, 0], [3, 0]], np.int32))
    file = content("MIRROR_PAD", [Activation((1, 3)), pads], [Activation((1, 6))], mode="REFLECT")
    with pytest.raises(ShapeError, match="reach further than its mirror image"):
        outputs_of(parse(file), np.zeros((1, 3), np.int8))


@QUICK
@given(lengths(1, 4), st.data(), st.sampled_from(["int8", "float32"]), st.sampled_from(["int32", "int64"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, index: str, seed: int) -> None:
    mode = data.draw(st.sampled_from(["REFLECT", "SYMMETRIC"]))
    edge = mode == "REFLECT"
    ends = [(data.draw(st.integers(0, n - edge)), data.draw(st.integers(0, 4))) for n in shape]
    target = tuple(n + a + b for n, (a, b) in zip(shape, ends, strict=True))
    inputs = [Activation(shape, dtype=dtype), Constant(np.array(ends, index))]
    file = content("MIRROR_PAD", inputs, [Activation(target, dtype=dtype)], mode=mode)
    assert_agrees(file, samples(seed, shape, dtype))
