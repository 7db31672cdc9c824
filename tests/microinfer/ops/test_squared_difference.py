"""SQUARED_DIFFERENCE: cases worked by hand."""

from __future__ import annotations

import numpy as np

from tests.microinfer.layers import Activation, one_layer, run


def test_int8() -> None:
    """((12 - 2) * 0.5 - (4 + 4) * 0.25)**2 = 9, and 9 / 0.25 - 6 = 30."""
    inputs = [Activation((1, 1), 0.5, 2), Activation((1, 1), 0.25, -4)]
    model = one_layer("SQUARED_DIFFERENCE", inputs, Activation((1, 1), 0.25, -6))
    assert run(model, np.array([[12]], np.int8), np.array([[4]], np.int8)).item() == 30


def test_int32_wraps() -> None:
    tensor = Activation((1, 2), dtype="int32")
    y = run(one_layer("SQUARED_DIFFERENCE", [tensor, tensor], tensor), np.array([[65536, 3]], np.int32),
            np.array([[0, 5]], np.int32))  # fmt: skip
    assert y.tolist() == [[0, 4]]
