"""SOFTMAX: known rows, closeness to the real function, and the formula of its definition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError
from microinfer.ops.softmax import softmax
from microinfer.quant import softmax_scaling
from tests.microinfer import drawn, integers
from tests.microinfer.layers import Activation, one_layer, run

OUTPUT = {"scale": 1 / 256, "zero_point": -128}


@pytest.mark.parametrize(
    ("row", "shares"),
    [
        ([5], [127]),  # all of it is 256 / 256, which saturates
        ([7, 7], [0, 0]),
        ([1, 1, 1, 1], [-64, -64, -64, -64]),
        ([127, -128], [127, -128]),
        ([0, 0, -128], [0, 0, -128]),
    ],
)
def test_rows_whose_shares_are_plain(row: list[int], shares: list[int]) -> None:
    np.testing.assert_array_equal(softmax(np.array(row, np.int8), softmax_scaling(1.0, 1.0)), shares)


@pytest.mark.parametrize(("diff_min", "shares"), [(-1, [59, -59]), (0, [127, -128])])
def test_differences_count_down_to_diff_min(diff_min: int, shares: list[int]) -> None:
    """With scale 1, 1 / (1 + exp(-1)) is 187 of 256."""
    scaling = replace(softmax_scaling(1.0, 1.0), diff_min=diff_min)
    np.testing.assert_array_equal(softmax(np.array([5, 4], np.int8), scaling), shares)


def test_every_row_of_every_axis_but_the_last_stands_alone() -> None:
    x = drawn.int8_array(np.random.default_rng(1), (2, 3, 4, 5))
    scaling = softmax_scaling(1.0, 0.05)
    rows = [softmax(row, scaling) for row in x.reshape(-1, 5)]
    np.testing.assert_array_equal(softmax(x, scaling).reshape(-1, 5), rows)


def test_beta_sharpens() -> None:
    x = np.array([[0, 10]], np.int8)
    inputs, output = [Activation(x.shape, 0.1)], Activation(x.shape, **OUTPUT)
    weak, strong = (run(one_layer("SOFTMAX", inputs, output, beta=beta), x) for beta in (0.5, 2.0))
    np.testing.assert_array_equal(weak, [[-31, 31]])  # 1 / (1 + exp(0.5)) is 0.378 of 256
    np.testing.assert_array_equal(strong, [[-97, 97]])  # 1 / (1 + exp(2)) is 0.119 of 256


@drawn.SOME
@given(st.integers(1, 12), st.floats(2.0**-6, 4.0), st.sampled_from([0.5, 1.0, 3.0]), drawn.seed)
def test_softmax_is_its_definition(width: int, scale: float, beta: float, seed: int) -> None:
    x = drawn.int8_array(np.random.default_rng(seed), (1, width))
    scale = float(np.float32(scale))
    y = run(one_layer("SOFTMAX", [Activation(x.shape, scale)], Activation(x.shape, **OUTPUT), beta=beta), x)
    scaling = softmax_scaling(beta, scale)
    expected = integers.softmax_row(x[0].tolist(), scaling.multiplier, scaling.shift, scaling.diff_min)
    np.testing.assert_array_equal(y[0], expected)


@drawn.SOME
@given(st.integers(1, 12), st.floats(2.0**-6, 4.0), drawn.seed)
def test_softmax_is_close_to_the_real_one(width: int, scale: float, seed: int) -> None:
    x = drawn.int8_array(np.random.default_rng(seed), (width,))
    real = np.exp((x.astype(np.float64) - x.max()) * scale)
    shares = np.minimum(256 * real / real.sum() - 128, 127)
    assert np.abs(softmax(x, softmax_scaling(1.0, scale)) - shares).max() < 0.51


@pytest.mark.parametrize("output", [{"scale": 1 / 128, "zero_point": -128}, {"scale": 1 / 256, "zero_point": 0}])
def test_output_quantisation_is_fixed(output: dict[str, float]) -> None:
    model = one_layer("SOFTMAX", [Activation((1, 3), 1.0)], Activation((1, 3), output["scale"],
                      int(output["zero_point"])), beta=1.0)  # fmt: skip
    with pytest.raises(ModelError, match="scale 1/256 and zero point -128"):
        run(model, np.zeros((1, 3), np.int8))
