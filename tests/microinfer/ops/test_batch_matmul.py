"""BATCH_MATMUL: cases worked by hand, and TensorFlow Lite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from tests.microinfer import drawn
from tests.microinfer.layers import Activation, Constant, one_layer, run
from tests.microinfer.ops.twins import assert_same, values
from tests.support.tflite_builder import Builder

A, B = np.array([[1, 2], [3, 4]], np.int8), np.array([[5, 6], [7, 8]], np.int8)


@pytest.mark.parametrize("adj_x", [False, True])
@pytest.mark.parametrize("adj_y", [False, True])
def test_either_operand_may_be_stored_turned(adj_x: bool, adj_y: bool) -> None:
    inputs = [Activation((2, 2), 1.0), Constant(B.T if adj_y else B, [1.0])]
    model = one_layer("BATCH_MATMUL", inputs, Activation((2, 2), 1.0), adj_x=adj_x, adj_y=adj_y)
    np.testing.assert_array_equal(run(model, A.T.copy() if adj_x else A), [[19, 22], [43, 50]])


def test_zero_points_of_all_three() -> None:
    inputs = [Activation((2, 2), 0.5, 1), Constant(B, [0.5], 2)]
    model = one_layer("BATCH_MATMUL", inputs, Activation((2, 2), 0.25, -3))
    np.testing.assert_array_equal(run(model, A), np.array([[0, 1], [2, 3]]) @ np.array([[3, 4], [5, 6]]) - 3)


def test_samples_are_stacked_along_the_batch_axis() -> None:
    inputs = [Activation((1, 2, 2), 1.0), Constant(B, [1.0])]
    model = one_layer("BATCH_MATMUL", inputs, Activation((1, 2, 2), 1.0))
    np.testing.assert_array_equal(run(model, np.stack((A, A + 1, A - 1)))[1], (A + 1) @ B)


def test_depths_must_agree() -> None:
    model = one_layer("BATCH_MATMUL", [Activation((2, 3), 1.0), Constant(B, [1.0])], Activation((2, 2), 1.0))
    with pytest.raises(ShapeError, match=r"\(2, 3\) by \(2, 2\) for output \(2, 2\)"):
        run(model, np.zeros((2, 3), np.int8))


def test_int16_has_no_zero_points() -> None:
    inputs = [Activation((2, 2), 1.0, 0, "int16"), Activation((2, 2), 1.0, 3, "int16")]
    model = one_layer("BATCH_MATMUL", inputs, Activation((2, 2), 1.0, 0, "int16"))
    with pytest.raises(ModelError, match="int16 tensors need zero point 0"):
        run(model, np.zeros((2, 2), np.int16), np.zeros((2, 2), np.int16))


sizes = st.lists(st.integers(1, 3), max_size=3).map(tuple)


@drawn.SOME
@given(st.sampled_from(["int8", "int16", "float32"]), sizes, st.integers(0, 7), st.integers(0, 3),
       st.tuples(*[st.integers(1, 6)] * 3), st.booleans(), st.booleans(), st.booleans(), drawn.seed)  # fmt: skip
def test_against_tflm(
    dtype: str, batch: tuple[int, ...], ones: int, shorter: int, matrix: tuple[int, int, int], adj_x: bool,
    adj_y: bool, constant: bool, seed: int,
) -> None:  # fmt: skip
    """Axes of the right operand broadcast where `ones` has a bit, and its first `shorter` are left out."""
    rng, (rows, depth, columns) = np.random.default_rng(seed), matrix
    other = tuple(1 if ones >> i & 1 else n for i, n in enumerate(batch))[shorter:]
    shapes = [(*batch, rows, depth), (*other, depth, columns)]
    if adj_x:
        shapes[0] = (*batch, depth, rows)
    if adj_y:
        shapes[1] = (*other, columns, depth)
    swap = bool(seed & 1) and rows == columns and not (adj_x or adj_y) and rows == depth
    shapes = shapes[::-1] if swap else shapes
    builder, inputs = Builder(), [values(rng, shape, dtype) for shape in shapes]
    scale = [None if dtype == "float32" else float(np.float32(2.0 ** rng.uniform(-9, -2))) for _ in range(3)]
    zeros = [int(z) if dtype == "int8" else 0 for z in rng.integers(-128, 128, 3)]
    a = builder.input("a", shapes[0], dtype, scale[0], zeros[0])
    if constant:
        b = builder.constant(inputs.pop(), scale[1], zeros[1])
    else:
        b = builder.input("b", shapes[1], dtype, scale[1], zeros[1])
    y = builder.output("y", (*batch, rows, columns), dtype, scale[2], zeros[2])
    builder.op("BATCH_MATMUL", [a, b], [y], version=4, adj_x=adj_x, adj_y=adj_y)
    assert_same(builder.build(), *inputs)
