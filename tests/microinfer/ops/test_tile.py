"""TILE: repeats along axes, as the loops say."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import content, numbers, outputs_of, samples


def test_rows_and_columns_repeat() -> None:
    inputs = [Activation((2, 2)), numbers(2, 3)]
    file = content("TILE", inputs, [Activation((4, 6))])
    x = np.array([[1, 2], [3, 4]], np.int8)
    rows = [[1, 2, 1, 2, 1, 2], [3, 4, 3, 4, 3, 4]]
    assert outputs_of(parse(file), x)[0].tolist() == [*rows, *rows]


@pytest.mark.parametrize("dtype", ["int8", "int32", "float32", "bool"])
def test_each_cell_comes_from_its_remainder(dtype: str) -> None:
    file = content("TILE", [Activation((1, 3, 2), dtype=dtype), numbers(1, 2, 4)], [Activation((1, 6, 8), dtype=dtype)])
    stack = samples(5, (1, 3, 2), dtype)
    found = outputs_of(parse(file), stack)[0]
    for index in np.ndindex(found.shape):
        assert found[index] == stack[index[0], 0, index[1] % 3, index[2] % 2]


def test_the_output_shape_must_fit() -> None:
    file = content("TILE", [Activation((2,)), numbers(2)], [Activation((5,))])
    with pytest.raises(ShapeError, match="TILE"):
        outputs_of(parse(file), np.zeros(2, np.int8))
