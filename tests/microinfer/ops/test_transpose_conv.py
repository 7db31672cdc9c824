"""TRANSPOSE_CONV: cases worked by hand, and TensorFlow Lite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from microinfer.errors import ShapeError, UnsupportedError
from tests.microinfer import drawn
from tests.microinfer.layers import Activation, Constant, one_layer, run
from tests.microinfer.ops.twins import assert_same, values
from tests.microinfer.ops.weighted import FLOAT, INT8, WIDE, Kind, Layer, one_or

SHAPE = Constant(np.array([1, 3, 3, 1], np.int32))
SQUARE = Constant(np.array([1, 2, 3, 4], np.int8).reshape(1, 2, 2, 1), [1.0])


def test_each_input_cell_stamps_the_filter() -> None:
    inputs = [SHAPE, SQUARE, Activation((1, 2, 2, 1), 1.0)]
    model = one_layer("TRANSPOSE_CONV", inputs, Activation((1, 3, 3, 1), 1.0), padding="VALID", stride_h=1, stride_w=1)
    y = run(model, np.array([1, 0, 0, 2], np.int8).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(y[0, :, :, 0], [[1, 2, 0], [3, 4 + 2, 4], [0, 6, 8]])


def test_stride_spreads_the_stamps_and_same_cuts_them() -> None:
    wide = Constant(np.arange(1, 10, dtype=np.int8).reshape(1, 3, 3, 1), [1.0])
    inputs = [SHAPE, wide, Activation((1, 2, 2, 1), 1.0, 1), Constant(np.array([10], np.int32))]
    model = one_layer("TRANSPOSE_CONV", inputs, Activation((1, 3, 3, 1), 1.0), padding="SAME", stride_h=2, stride_w=2)
    y = run(model, np.array([2, 1, 1, 1], np.int8).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(y[0, :, :, 0], [[15, 16, 10], [18, 19, 10], [10, 10, 10]])


def test_weights_must_fit() -> None:
    inputs = [SHAPE, SQUARE, Activation((1, 2, 2, 2), 1.0)]
    model = one_layer("TRANSPOSE_CONV", inputs, Activation((1, 3, 3, 1), 1.0), padding="VALID", stride_h=1, stride_w=1)
    with pytest.raises(ShapeError, match=r"\(1, 2, 2, 1\) take \(1, 2, 2, 2\)"):
        run(model, np.zeros((1, 2, 2, 2), np.int8))


def test_int16_takes_no_int32_bias() -> None:
    inputs = [SHAPE, SQUARE, Activation((1, 2, 2, 1), 1.0, 0, "int16"), Constant(np.array([10], np.int32))]
    model = one_layer("TRANSPOSE_CONV", inputs, Activation((1, 3, 3, 1), 1.0, 0, "int16"), stride_h=1, stride_w=1)
    with pytest.raises(UnsupportedError, match="int32 bias for int16 activations; int64 or int16 works"):
        run(model, np.zeros((1, 2, 2, 1), np.int16))


KINDS = (
    INT8,
    FLOAT,
    WIDE,
    Kind("int16", "int8", "int16", 3),
    Kind("int8", "int8", "", 3),
    Kind("int16", "int8", "", 3),
)
pair = st.tuples(st.integers(1, 3), st.integers(1, 3))


@drawn.SOME
@given(
    st.sampled_from(KINDS),
    pair,
    pair,
    pair,
    st.tuples(*[st.integers(0, 2)] * 2),
    st.booleans(),
    pair,
    drawn.fused,
    drawn.seed,
)
def test_against_tflm(
    kind: Kind, size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], less: tuple[int, int],
    same: bool, channels: tuple[int, int], fused: str, seed: int,
) -> None:  # fmt: skip
    reach = [n * s if same else (n - 1) * s + k for n, s, k in zip(size, stride, kernel, strict=True)]
    height, width = (max(1, r - min(cut, s - 1)) for r, cut, s in zip(reach, less, stride, strict=True))
    assume(same or (height >= kernel[0] and width >= kernel[1]))
    layer, target = Layer(kind, seed), (2, height, width, channels[1])
    shape = layer.builder.constant(np.array(target, np.int32))
    x = layer.activation("x", (2, *size, channels[0]))
    w = layer.weights((channels[1], *kernel, channels[0]), one_or(channels[1], layer.rng), 0)
    y = layer.activation("y", target, output=True)
    options = {"stride_h": stride[0], "stride_w": stride[1], "padding": "SAME" if same else "VALID"}
    options["fused_activation_function"] = fused
    layer.builder.op("TRANSPOSE_CONV", [shape, w, x, *layer.bias(channels[1])], [y], version=kind.version, **options)
    assert_same(layer.builder.build(), values(layer.rng, (2, *size, channels[0]), kind.activation))
