"""MAX_POOL_2D: edges, and the loops of its definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.ops.max_pool_2d import max_pool_2d
from microinfer.ops.window import Window
from microinfer.quant import Clamp, activation_range
from tests.microinfer import drawn, integers
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, one_layer, run


def test_largest_of_each_window_and_channel() -> None:
    x = np.array([[[[1, -1], [5, -5]], [[7, -7], [3, -3]]]], np.int8)
    window = Window(kernel=(2, 2), stride=(1, 1), dilation=(1, 1), padding=(0, 0), output=(1, 1))
    np.testing.assert_array_equal(max_pool_2d(x, window, Clamp(-128, 127)).ravel(), [7, -1])
    np.testing.assert_array_equal(max_pool_2d(x, window, Clamp(0, 6)).ravel(), [6, 0])


def test_padding_is_never_the_largest() -> None:
    x = np.full((1, 3, 3, 1), -128, np.int8)
    x[0, 2, 2, 0] = -100
    model = one_layer("MAX_POOL_2D", [Activation(x.shape, 1.0)], Activation((1, 2, 2, 1), 1.0),
                      padding="SAME", filter_height=3, filter_width=3, stride_h=2, stride_w=2)  # fmt: skip
    np.testing.assert_array_equal(run(model, x)[0, :, :, 0], [[-128, -128], [-128, -100]])


@drawn.SOME
@given(geometries(dilated=False), st.integers(1, 2), drawn.scale, drawn.zero_point, drawn.fused, drawn.seed)
def test_max_pool_2d_is_its_loops(g: Geometry, batch: int, scale: float, zero: int, fused: str, seed: int) -> None:
    x = drawn.int8_array(np.random.default_rng(seed), (batch, *g.size, 2))
    options = {**g.options(), "filter_height": g.kernel[0], "filter_width": g.kernel[1]}
    output = Activation((batch, *g.output, 2), scale, zero)
    y = run(one_layer("MAX_POOL_2D", [Activation(x.shape, scale, zero)], output,
                      fused_activation_function=fused, **options), x)  # fmt: skip
    clamp = activation_range(fused, scale, zero, "int8")
    for n, oy, ox, c in np.ndindex(y.shape):
        largest = max(int(x[n, iy, ix, c]) for _, _, iy, ix in g.cells(oy, ox))
        assert y[n, oy, ox, c] == integers.clamp(largest, clamp.min, clamp.max)
