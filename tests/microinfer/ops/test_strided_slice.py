"""STRIDED_SLICE: every n-th cell between two ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, numbers, outputs_of, samples, seeds

ROW = np.arange(6, dtype=np.int8)


@pytest.mark.parametrize(
    ("begin", "end", "stride", "masks", "cells"),
    [
        (1, 5, 2, {}, [1, 3]),
        (-2, 99, 1, {}, [4, 5]),
        (1, 2, 2, {"begin_mask": 1, "end_mask": 1}, [0, 2, 4]),
        (3, 0, -1, {"end_mask": 1}, [3, 2, 1, 0]),
        (0, 0, -2, {"begin_mask": 1, "end_mask": 1}, [5, 3, 1]),
        (-99, 2, 1, {}, [0, 1]),
    ],
)
def test_a_row(begin: int, end: int, stride: int, masks: dict[str, int], cells: list[int]) -> None:
    inputs = [Activation((6,)), numbers(begin), numbers(end), numbers(stride)]
    file = content("STRIDED_SLICE", inputs, [Activation((len(cells),))], **masks)
    assert outputs_of(parse(file), ROW)[0].tolist() == cells


def test_a_shrunk_axis_disappears() -> None:
    inputs = [Activation((2, 3)), numbers(-1, 0), numbers(0, 3), numbers(1, 1)]
    file = content("STRIDED_SLICE", inputs, [Activation((3,))], shrink_axis_mask=1)
    assert outputs_of(parse(file), ROW.reshape(2, 3))[0].tolist() == [3, 4, 5]


@pytest.mark.parametrize(("begin", "stride", "mask"), [(6, 1, 1), (2, -1, 1), (0, 0, 0)])
def test_what_has_no_answer(begin: int, stride: int, mask: int) -> None:
    inputs = [Activation((6,)), numbers(begin), numbers(6), numbers(stride)]
    file = content("STRIDED_SLICE", inputs, [Activation(() if mask else (6,))], shrink_axis_mask=mask)
    with pytest.raises(ShapeError, match=r"shrinks at|stride 0 along axis 0"):
        outputs_of(parse(file), ROW)


@QUICK
@given(
    lengths(1, 4), st.data(), st.sampled_from(["bool", "int8", "int16", "int32", "float32"]), seeds,
    st.integers(0, 15), st.integers(0, 15), st.sampled_from([0, 0, 1, 2, 4, 9]),
)  # fmt: skip
def test_as_tflite_micro(
    shape: tuple[int, ...], data: st.DataObject, dtype: str, seed: int, opened: int, ended: int, shrunk: int
) -> None:
    cuts, spans = [], []
    for axis, n in enumerate(shape):
        begin, end = data.draw(st.integers(-n, n - 1)), data.draw(st.integers(-n - 1, n + 1))
        shrinks = shrunk >> axis & 1
        stride = 1 if shrinks else data.draw(st.sampled_from([1, 1, 2, -1, -2, 3]))
        spans.append((begin, end, stride))
        first = None if opened >> axis & 1 else begin
        cuts.append((first or 0) if shrinks else slice(first, None if ended >> axis & 1 else end, stride))
    taken = np.zeros(shape)[tuple(cuts)]
    assume(taken.size > 0)
    begins, ends, strides = (numbers(*column) for column in zip(*spans, strict=True))
    inputs = [Activation(shape, dtype=dtype), begins, ends, strides]
    file = content("STRIDED_SLICE", inputs, [Activation(taken.shape, dtype=dtype)],
                   begin_mask=opened, end_mask=ended, shrink_axis_mask=shrunk)  # fmt: skip
    assert_agrees(file, samples(seed, shape, dtype))
