"""CONV_2D: cases worked by hand, and the loops of its definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from microinfer.errors import ModelError, ShapeError
from microinfer.quant import activation_range
from tests.microinfer import drawn, integers
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, Constant, one_layer, run

IMAGE = np.arange(1, 10, dtype=np.int8).reshape(1, 3, 3, 1)


def weights(*values: int) -> Constant:
    """One 2 x 2 filter of one channel and scale 1."""
    return Constant(np.array(values, np.int8).reshape(1, 2, 2, 1), [1.0])


def test_valid_slides_over_whole_windows_only() -> None:
    inputs = [Activation(IMAGE.shape, 1.0), weights(1, 2, 3, 4), None]
    model = one_layer("CONV_2D", inputs, Activation((1, 2, 2, 1), 1.0), padding="VALID", stride_h=1, stride_w=1)
    np.testing.assert_array_equal(run(model, IMAGE)[0, :, :, 0], [[37, 47], [67, 77]])


def test_same_pads_after_first_and_padding_adds_nothing() -> None:
    inputs = [Activation(IMAGE.shape, 1.0, 5), weights(1, 1, 1, 1), None]
    model = one_layer("CONV_2D", inputs, Activation((1, 3, 3, 1), 1.0), padding="SAME", stride_h=1, stride_w=1)
    expected = [[12 - 20, 16 - 20, 9 - 10], [24 - 20, 28 - 20, 15 - 10], [15 - 10, 17 - 10, 9 - 5]]
    np.testing.assert_array_equal(run(model, IMAGE)[0, :, :, 0], expected)


def test_bias_scale_zero_points_and_activation() -> None:
    """(acc + 10) * 0.5 * 0.5 / 1 - 20, and RELU keeps what is not below the zero point -20."""
    inputs = [Activation(IMAGE.shape, 0.5, 1), Constant(np.full((1, 3, 3, 1), 2, np.int8), [0.5]),
              Constant(np.array([10], np.int32))]  # fmt: skip
    options = {"padding": "VALID", "stride_h": 1, "stride_w": 1}
    model = one_layer("CONV_2D", inputs, Activation((1, 1, 1, 1), 1.0, -20), **options)
    assert run(model, IMAGE).item() == round(((45 - 9) * 2 + 10) * 0.25) + 1 - 20  # 20.5 rounds away from zero
    relu = one_layer("CONV_2D", inputs, Activation((1, 1, 1, 1), 1.0, -20), fused_activation_function="RELU", **options)
    assert run(relu, -IMAGE).item() == -20


def test_each_channel_has_its_own_scale() -> None:
    filters = Constant(np.ones((3, 1, 1, 1), np.int8), [1.0, 0.5, 0.25])
    model = one_layer("CONV_2D", [Activation((1, 1, 1, 1), 1.0), filters, None], Activation((1, 1, 1, 3), 1.0),
                      stride_h=1, stride_w=1)  # fmt: skip
    np.testing.assert_array_equal(run(model, np.array([[[10]]], np.int8)).ravel(), [10, 5, 3])
    np.testing.assert_array_equal(run(model, np.array([[[-10]]], np.int8)).ravel(), [-10, -5, -3])


def test_groups_see_only_their_channels() -> None:
    filters = Constant(np.array([[1, 1], [2, 2]], np.int8).reshape(2, 1, 1, 2), [1.0])
    model = one_layer("CONV_2D", [Activation((1, 1, 1, 4), 1.0), filters, None], Activation((1, 1, 1, 2), 1.0),
                      stride_h=1, stride_w=1)  # fmt: skip
    np.testing.assert_array_equal(run(model, np.array([[[1, 2, 10, 20]]], np.int8)).ravel(), [3, 60])


def test_bias_may_be_left_out_of_the_inputs() -> None:
    filters = Constant(np.full((1, 1, 1, 1), 3, np.int8), [1.0])
    model = one_layer("CONV_2D", [Activation((1, 1, 1, 1), 1.0), filters], Activation((1, 1, 1, 1), 1.0),
                      stride_h=1, stride_w=1)  # fmt: skip
    assert run(model, np.array([[[7]]], np.int8)).item() == 21


def test_accumulator_wraps() -> None:
    inputs = [Activation((1, 1, 1, 1), 1.0), Constant(np.ones((1, 1, 1, 1), np.int8), [2.0**-24]),
              Constant(np.array([2**31 - 1], np.int32))]  # fmt: skip
    model = one_layer("CONV_2D", inputs, Activation((1, 1, 1, 1), 1.0), stride_h=1, stride_w=1)
    np.testing.assert_array_equal(run(model, np.array([0, 1], np.int8).reshape(2, 1, 1, 1)).ravel(), [127, -128])


@pytest.mark.parametrize(
    ("shape", "filters", "output", "message"),
    [
        ((1, 4, 4, 3), (2, 3, 3, 3), (1, 4, 4, 5), "weights"),
        ((1, 4, 4, 3), (2, 3, 3, 3), (1, 3, 4, 2), "model says"),
        ((1, 4, 4, 3), (2, 3, 3, 2), (1, 4, 4, 2), "groups"),
        ((1, 4, 4, 4), (3, 3, 3, 2), (1, 4, 4, 3), "groups"),
        ((4, 4, 3), (2, 3, 3, 3), (1, 4, 4, 2), "NHWC"),
    ],
)
def test_shapes_that_do_not_fit(
    shape: tuple[int, ...], filters: tuple[int, ...], output: tuple[int, ...], message: str
) -> None:
    inputs = [Activation(shape, 1.0), Constant(np.ones(filters, np.int8), [1.0]), None]
    model = one_layer("CONV_2D", inputs, Activation(output, 1.0), stride_h=1, stride_w=1)
    with pytest.raises(ShapeError, match=message):
        run(model, np.zeros(shape, np.int8))


@pytest.mark.parametrize(("shape", "output"), [((1, 4, 4, 1), ()), ((1, 4, 4, 0), (1, 4, 4, 2))])
def test_degenerate_shapes_do_not_fit_either(shape: tuple[int, ...], output: tuple[int, ...]) -> None:
    inputs = [Activation(shape, 1.0), Constant(np.ones((2, 3, 3, 1), np.int8), [1.0]), None]
    model = one_layer("CONV_2D", inputs, Activation(output, 1.0), stride_h=1, stride_w=1)
    with pytest.raises(ShapeError, match="CONV_2D"):
        run(model, np.zeros(shape, np.int8))


@pytest.mark.parametrize(("scales", "message"), [(None, "have no scale"), ([1.0, 1.0, 1.0], "3 weight scales for 2")])
def test_weight_scales_that_do_not_fit(scales: list[float] | None, message: str) -> None:
    inputs = [Activation((1, 1, 1, 1), 1.0), Constant(np.ones((2, 1, 1, 1), np.int8), scales), None]
    model = one_layer("CONV_2D", inputs, Activation((1, 1, 1, 2), 1.0), stride_h=1, stride_w=1)
    with pytest.raises(ModelError, match=message):
        run(model, np.zeros((1, 1, 1, 1), np.int8))


def loops(
    g: Geometry, x: NDArray[Any], w: NDArray[Any], bias: NDArray[Any] | None, zero_point: int
) -> list[tuple[tuple[int, int, int, int], int]]:
    """Accumulator of every output cell (n, y, x, channel)."""
    per_group, filters = w.shape[3], w.shape[0]
    outputs_per_group = filters // (x.shape[3] // per_group)
    sums = []
    for n, oy, ox, o in np.ndindex(x.shape[0], *g.output, filters):
        first = o // outputs_per_group * per_group
        total = 0 if bias is None else int(bias[o])
        for ky, kx, iy, ix in g.cells(oy, ox):
            for c in range(per_group):
                total += (int(x[n, iy, ix, first + c]) - zero_point) * int(w[o, ky, kx, c])
        sums.append(((n, oy, ox, o), integers.wrap(total)))
    return sums


@drawn.SOME
@given(
    geometries(dilated=True), st.sampled_from([(1, 1), (2, 2), (1, 3)]), st.integers(1, 2), st.integers(1, 2),
    drawn.scale, drawn.scale, drawn.zero_point, drawn.zero_point, drawn.fused,
    st.sampled_from(["tflm", "cmsis-nn-single-rounding"]), st.booleans(), drawn.seed,
)  # fmt: skip
def test_conv_2d_is_its_loops(
    g: Geometry, grouping: tuple[int, int], per_group: int, outputs: int, in_scale: float, out_scale: float,
    in_zero: int, out_zero: int, fused: str, profile: str, with_bias: bool, seed: int,
) -> None:  # fmt: skip
    batch, groups = grouping
    rng = np.random.default_rng(seed)
    x = drawn.int8_array(rng, (batch, *g.size, groups * per_group))
    w = drawn.int8_array(rng, (groups * outputs, *g.kernel, per_group))
    bias = drawn.bias_array(rng, len(w)) if with_bias else None
    scales = drawn.weight_scales(rng, len(w))
    inputs = [Activation(x.shape, in_scale, in_zero), Constant(w, scales), None if bias is None else Constant(bias)]
    output = Activation((batch, *g.output, len(w)), out_scale, out_zero)
    model = one_layer("CONV_2D", inputs, output, fused_activation_function=fused, **g.options())
    y = run(model, x, profile=profile)
    rounding = "single" if "single" in profile else "double"
    clamp = activation_range(fused, out_scale, out_zero, "int8")
    for cell, total in loops(g, x, w, bias, in_zero):
        factor = in_scale * scales[cell[3] % len(scales)] / out_scale
        value = integers.wrap(integers.scale(total, factor, rounding) + out_zero)
        assert y[cell] == integers.clamp(value, clamp.min, clamp.max), cell
