"""SUB: cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.layers import Activation, one_layer, run


def test_scales_and_zero_points() -> None:
    """(12 - 2) * 0.5 - (3 + 5) * 0.25 = 3, and 3 / 0.125 + 1 = 25."""
    inputs = [Activation((1, 1), 0.5, 2), Activation((1, 1), 0.25, -5)]
    model = one_layer("SUB", inputs, Activation((1, 1), 0.125, 1))
    assert run(model, np.array([[12]], np.int8), np.array([[3]], np.int8)).item() == 25


def test_int32_wraps_and_is_clamped() -> None:
    a = np.array([[-(2**31), 5, 9]], np.int32)
    b = np.array([[1, 7, 1]], np.int32)
    tensor = Activation((1, 3), dtype="int32")
    assert run(one_layer("SUB", [tensor, tensor], tensor), a, b).tolist() == [[2**31 - 1, -2, 8]]
    model = one_layer("SUB", [tensor, tensor], tensor, fused_activation_function="RELU6")
    assert run(model, a, b).tolist() == [[6, 0, 6]]


def test_float32_is_kept_finite() -> None:
    tensor = Activation((1, 2), dtype="float32")
    x = np.array([[np.inf, 1.0]], np.float32)
    y = run(one_layer("SUB", [tensor, tensor], tensor), x, np.array([[1.0, 2.5]], np.float32))
    assert y.tolist() == [[float(np.finfo(np.float32).max), -1.5]]


def test_quantised_int32_is_refused() -> None:
    tensor = Activation((1, 2), 0.5, dtype="int32")
    with pytest.raises(ModelError, match="int32 tensor in0 must not be quantised"):
        run(one_layer("SUB", [tensor, tensor], tensor), *[np.zeros((1, 2), np.int32)] * 2)


@pytest.mark.parametrize("op", ["ADD", "SUB"])
def test_an_output_scale_too_small_for_the_shift_is_refused(op: str) -> None:
    model = one_layer(op, [Activation((1, 1), 1.0)] * 2, Activation((1, 1), 2.0**-20))
    with pytest.raises(ModelError, match="scale ratio 2 must be below 1"):
        run(model, *[np.zeros((1, 1), np.int8)] * 2)


def test_shapes_that_do_not_broadcast_are_refused() -> None:
    model = one_layer("SUB", [Activation((1, 3), 1.0), Activation((1, 2), 1.0)], Activation((1, 3), 1.0))
    with pytest.raises(ShapeError, match=r"layer 0 \(SUB\): shapes 1x3, 1x2 do not broadcast"):
        run(model, np.zeros((1, 3), np.int8), np.zeros((1, 2), np.int8))
