"""RESIZE_BILINEAR: int8 in fixed point, float32."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds

KINDS = [{}, {"align_corners": True}, {"half_pixel_centers": True}]


def row(values: list[float], length: int, dtype: str = "int8", **options: bool) -> list[float]:
    source = Activation((1, 1, len(values), 1), dtype=dtype)
    file = content(
        "RESIZE_BILINEAR", [source, numbers(1, length)], [Activation((1, 1, length, 1), dtype=dtype)], **options
    )
    found: list[float] = outputs_of(parse(file), np.array(values, dtype).reshape(source.shape))[0].ravel().tolist()
    return found


@pytest.mark.parametrize(
    ("options", "resized"),
    [
        ({}, [0.0, 5.0, 10.0, 10.0]),
        ({"align_corners": True}, [0.0, 3.3333334922790527, 6.6666669845581055, 10.0]),
        ({"half_pixel_centers": True}, [0.0, 2.5, 7.5, 10.0]),
    ],
)
def test_two_cells_become_four(options: dict[str, bool], resized: list[float]) -> None:
    assert row([0, 10], 4, "float32", **options) == resized


def test_int8_rounds_ties_away_from_zero() -> None:
    assert row([0, 1], 4) == [0, 1, 1, 1]
    assert row([0, -1], 4) == [0, -1, -1, -1]


def test_int8_steps_may_leave_the_image() -> None:
    with pytest.raises(ShapeError, match="from 1 to 88 steps outside"):
        row([1], 88)


def test_corners_and_centers_exclude_each_other() -> None:
    with pytest.raises(ModelError, match="exclude each other"):
        row([0, 1], 4, align_corners=True, half_pixel_centers=True)


@QUICK
@given(
    st.tuples(st.integers(1, 2), st.integers(1, 9), st.integers(1, 9), st.integers(1, 2)),
    st.tuples(st.integers(1, 14), st.integers(1, 14)), st.sampled_from(KINDS),
    st.sampled_from(["int8", "float32"]), seeds,
)  # fmt: skip
def test_as_tflite_micro(
    shape: tuple[int, ...], size: tuple[int, int], options: dict[str, bool], dtype: str, seed: int
) -> None:
    target = (shape[0], *size, shape[3])
    inputs = [Activation(shape, dtype=dtype), numbers(*size)]
    file = content("RESIZE_BILINEAR", inputs, [Activation(target, dtype=dtype)], **options)
    assert_agrees(file, samples(seed, shape, dtype))
