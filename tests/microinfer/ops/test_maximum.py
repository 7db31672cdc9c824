"""MAXIMUM and MINIMUM: values are compared as stored; which of two that are neither larger is taken."""

from __future__ import annotations

import numpy as np

from microinfer.ops.maximum import maximum
from microinfer.ops.minimum import minimum
from tests.microinfer.layers import Activation, one_layer, run


def test_quantisation_is_not_looked_at() -> None:
    model = one_layer("MAXIMUM", [Activation((1, 2), 1.0, 5), Activation((1, 1), 0.1)], Activation((1, 2), 3.0, 7))
    assert run(model, np.array([[3, -4]], np.int8), np.array([[-1]], np.int8)).tolist() == [[3, -1]]


def test_the_second_is_taken_unless_the_first_is_beyond() -> None:
    a, b = np.array([0.0, np.nan, 1.0], np.float32), np.array([-0.0, 1.0, np.nan], np.float32)
    for function in (maximum, minimum):
        y = function(a, b)
        assert np.signbit(y[0])
        assert y[1] == 1.0
        assert np.isnan(y[2])
