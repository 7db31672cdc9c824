"""AVERAGE_POOL_2D: rounding, edges, and the loops of its definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.ops.average_pool_2d import average_pool_2d
from microinfer.ops.window import Window
from microinfer.quant import Clamp, activation_range
from tests.microinfer import drawn, integers
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, one_layer, run

WHOLE = Window(kernel=(1, 2), stride=(1, 2), dilation=(1, 1), padding=(0, 0), output=(1, 1))
ALL = Clamp(-128, 127)


@pytest.mark.parametrize(
    ("cells", "mean"), [((1, 2), 2), ((-1, -2), -2), ((1, 0), 1), ((-1, 0), -1), ((1, -1), 0), ((127, 127), 127)]
)
def test_ties_round_away_from_zero(cells: tuple[int, int], mean: int) -> None:
    assert average_pool_2d(np.array(cells, np.int8).reshape(1, 1, 2, 1), WHOLE, ALL).item() == mean


def test_padding_does_not_count() -> None:
    x = np.arange(1, 10, dtype=np.int8).reshape(1, 3, 3, 1)
    model = one_layer("AVERAGE_POOL_2D", [Activation(x.shape, 1.0, 7)], Activation((1, 2, 2, 1), 1.0, 7),
                      padding="SAME", filter_height=2, filter_width=2, stride_h=2, stride_w=2)  # fmt: skip
    np.testing.assert_array_equal(run(model, x)[0, :, :, 0], [[3, 5], [8, 9]])  # 12 / 4, 9 / 2, 15 / 2, 9 / 1


def test_activation_clamps_the_mean() -> None:
    x = np.array([-100, 100], np.int8).reshape(1, 1, 1, 2)
    one = Window((1, 1), (1, 1), (1, 1), (0, 0), (1, 1))
    np.testing.assert_array_equal(average_pool_2d(x, one, Clamp(-5, 60)).ravel(), [-5, 60])


def test_a_window_without_cells_has_no_mean() -> None:
    outside = Window(kernel=(1, 1), stride=(1, 1), dilation=(1, 1), padding=(0, 1), output=(1, 1))
    with pytest.raises(ShapeError, match="holds no input cell"):
        average_pool_2d(np.zeros((1, 1, 1, 1), np.int8), outside, ALL)


@drawn.SOME
@given(geometries(dilated=False), st.integers(1, 2), drawn.scale, drawn.zero_point, drawn.fused, drawn.seed)
def test_average_pool_2d_is_its_loops(
    g: Geometry, batch: int, scale: float, zero: int, fused: str, seed: int
) -> None:
    x = drawn.int8_array(np.random.default_rng(seed), (batch, *g.size, 2))
    options = {**g.options(), "filter_height": g.kernel[0], "filter_width": g.kernel[1]}
    output = Activation((batch, *g.output, 2), scale, zero)
    y = run(one_layer("AVERAGE_POOL_2D", [Activation(x.shape, scale, zero)], output,
                      fused_activation_function=fused, **options), x)  # fmt: skip
    clamp = activation_range(fused, scale, zero, "int8")
    for n, oy, ox, c in np.ndindex(y.shape):
        cells = [int(x[n, iy, ix, c]) for _, _, iy, ix in g.cells(oy, ox)]
        mean = integers.half_away(Fraction(sum(cells), len(cells)))
        assert y[n, oy, ox, c] == integers.clamp(mean, clamp.min, clamp.max)
