"""What AVERAGE_POOL_2D and MAX_POOL_2D refuse alike."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.errors import ModelError, ShapeError
from tests.microinfer.layers import Activation, one_layer, run

POOLS = pytest.mark.parametrize("op", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
X = np.zeros((1, 4, 4, 2), np.int8)


@POOLS
@pytest.mark.parametrize("output", [Activation((1, 2, 2, 2), 0.25), Activation((1, 2, 2, 2), 0.5, 1)])
def test_input_and_output_must_be_quantised_alike(op: str, output: Activation) -> None:
    model = one_layer(op, [Activation(X.shape, 0.5)], output, filter_height=2, filter_width=2, stride_h=2, stride_w=2)
    with pytest.raises(ModelError, match="quantised differently"):
        run(model, X)


@POOLS
def test_output_shape_must_follow_from_the_window(op: str) -> None:
    model = one_layer(op, [Activation(X.shape, 0.5)], Activation((1, 4, 4, 2), 0.5), filter_height=2, filter_width=2,
                      stride_h=2, stride_w=2)  # fmt: skip
    with pytest.raises(ShapeError, match=r"gives \(2, 2\), model says \(1, 4, 4, 2\)"):
        run(model, X)


@POOLS
@pytest.mark.parametrize("broken", ["filter_height", "filter_width", "stride_h", "stride_w"])
def test_nothing_may_be_zero(op: str, broken: str) -> None:
    options = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2} | {broken: 0}
    model = one_layer(op, [Activation(X.shape, 0.5)], Activation((1, 2, 2, 2), 0.5), **options)
    with pytest.raises(ShapeError, match=r"kernel .* stride"):
        run(model, X)


@POOLS
def test_output_channels_must_be_those_of_the_input(op: str) -> None:
    model = one_layer(op, [Activation(X.shape, 0.5)], Activation((1, 2, 2, 3), 0.5), filter_height=2, filter_width=2,
                      stride_h=2, stride_w=2)  # fmt: skip
    with pytest.raises(ShapeError):
        run(model, X)
