"""EMBEDDING_LOOKUP: rows of a table."""

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

TABLE = np.array([[1, 2], [3, 4], [5, 6]], np.int8)


def test_rows_as_stored_or_scaled() -> None:
    rows = [Activation((2,), dtype="int32"), Constant(TABLE, 0.5)]
    picks = np.array([2, 0], np.int32)
    stored = parse(content("EMBEDDING_LOOKUP", rows, [Activation((2, 2), 0.5)]))
    scaled = parse(content("EMBEDDING_LOOKUP", rows, [Activation((2, 2), dtype="float32")]))
    assert outputs_of(stored, picks)[0].tolist() == [[5, 6], [1, 2]]
    assert outputs_of(scaled, picks)[0].tolist() == [[2.5, 3.0], [0.5, 1.0]]


def test_numbers_stay_inside() -> None:
    file = content(
        "EMBEDDING_LOOKUP", [Activation((1,), dtype="int32"), Constant(TABLE, 0.5)], [Activation((1, 2), 0.5)]
    )
    with pytest.raises(ShapeError, match=r"rows 3..3 outside 0..2"):
        outputs_of(parse(file), np.array([3], np.int32))


def test_a_scaled_table_has_zero_point_zero() -> None:
    rows = [Activation((1,), dtype="int32"), Constant(TABLE, 0.5, 1)]
    file = content("EMBEDDING_LOOKUP", rows, [Activation((1, 2), dtype="float32")])
    with pytest.raises(ModelError, match="table must have zero point 0, has 1"):
        outputs_of(parse(file), np.zeros(1, np.int32))


@QUICK
@given(
    lengths(2, 4), st.integers(1, 5), st.sampled_from([("int8", "int8"), ("int8", "float32"), ("float32", "float32")]),
    drawn.scale, seeds,
)  # fmt: skip
def test_as_tflite_micro(shape: tuple[int, ...], count: int, dtypes: tuple[str, str], scale: float, seed: int) -> None:
    table = samples(seed, shape, dtypes[0], 1)[0]
    picks = np.random.default_rng(seed).integers(0, shape[0], (2, count), np.int32)
    inputs = [Activation((count,), dtype="int32"), Constant(table, scale if dtypes[0] == "int8" else None)]
    assert_agrees(content("EMBEDDING_LOOKUP", inputs, [Activation((count, *shape[1:]), dtype=dtypes[1])]), picks)
