"""Int4 values: their bytes, and how models store them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.graph.tflite import parse
from microinfer.int4 import pack_int4, unpack_int4
from tests.microinfer import drawn
from tests.support.tflite_builder import Builder


def test_the_low_nibble_comes_first() -> None:
    np.testing.assert_array_equal(unpack_int4(np.array([0x21, 0xF8], np.uint8), 4), [1, 2, -8, -1])


def test_an_odd_last_nibble_is_left_over() -> None:
    packed = pack_int4(np.array([7, -8, -1], np.int8))
    np.testing.assert_array_equal(packed, [0x87, 0x0F])
    np.testing.assert_array_equal(unpack_int4(packed, 3), [7, -8, -1])


@drawn.SOME
@given(st.lists(st.integers(-8, 7)))
def test_packing_keeps_every_value(values: list[int]) -> None:
    array = np.array(values, np.int8)
    packed = pack_int4(array)
    assert packed.size == (array.size + 1) // 2
    np.testing.assert_array_equal(unpack_int4(packed, array.size), array)


def _weights(packed: list[int]) -> Builder:
    """A layer of two outputs and three inputs; its int4 rows share a byte."""
    b = Builder()
    x, y = b.input("x", (1, 3), scale=1.0), b.output("y", (1, 2), scale=1.0)
    w = b.constant(np.array(packed, np.uint8), 1.0, dtype="int4", shape=(2, 3), name="w")
    b.op("FULLY_CONNECTED", [x, w], [y], version=4)
    return b


def test_rows_are_not_padded_in_a_model() -> None:
    model = parse(_weights([0x21, 0x43, 0x65]).build())
    weights = model.tensor("w")
    np.testing.assert_array_equal(weights.data, [[1, 2, 3], [4, 5, 6]])
    assert (weights.dtype, weights.nbytes) == ("int4", 3)
    np.testing.assert_array_equal(model.run(np.array([[1, 1, 1]], np.int8)), [[6, 15]])


def test_missing_bytes_are_found() -> None:
    with pytest.raises(ModelError, match=r"w holds 2 bytes, int4 \(2, 3\) needs another number"):
        parse(_weights([0x21, 0x43]).build())
