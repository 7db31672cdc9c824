"""MUL: cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.errors import ModelError
from tests.microinfer.layers import Activation, one_layer, run


def test_scales_and_zero_points() -> None:
    """(12 - 2) * 0.5 * (3 + 5) * 0.25 = 10, and 10 / 0.125 + 1 = 81."""
    inputs = [Activation((1, 1), 0.5, 2), Activation((1, 1), 0.25, -5)]
    model = one_layer("MUL", inputs, Activation((1, 1), 0.125, 1))
    assert run(model, np.array([[12]], np.int8), np.array([[3]], np.int8)).item() == 81


def test_int16() -> None:
    tensor = Activation((1, 3), 2.0**-15, dtype="int16")
    x = np.array([[-32768, 16384, 3]], np.int16)
    y = run(one_layer("MUL", [tensor, tensor], tensor), x, np.array([[-32768, -16384, 16384]], np.int16))
    assert y.tolist() == [[32767, -8192, 2]]  # 1.5 rounds away from zero


def test_int16_with_a_zero_point_is_refused() -> None:
    tensor = Activation((1, 3), 0.5, 1, "int16")
    with pytest.raises(ModelError, match="int16 tensors must have zero point 0"):
        run(one_layer("MUL", [tensor, tensor], tensor), *[np.zeros((1, 3), np.int16)] * 2)


def test_int32_wraps() -> None:
    tensor = Activation((1, 2), dtype="int32")
    x = np.array([[65536, -3]], np.int32)
    y = run(one_layer("MUL", [tensor, tensor], tensor), x, np.array([[65537, 7]], np.int32))
    assert y.tolist() == [[65536, -21]]
