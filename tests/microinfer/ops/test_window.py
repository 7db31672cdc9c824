"""Windows: padding, cutting, and the patches under each output cell."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from microinfer.ops.window import Window
from tests.microinfer.drawn import MANY
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.layers import Activation, one_layer


def window_of(g: Geometry) -> Window:
    """The window a convolution node with these options has."""
    output = Activation((1, *g.output, 1), 1.0)
    model = one_layer("CONV_2D", [Activation((1, *g.size, 1), 1.0), None, None], output, **g.options())
    return Window.of(model.nodes[0], g.kernel)


def test_same_pads_the_odd_cell_at_the_end() -> None:
    window = window_of(Geometry((4, 5), (3, 3), (2, 2), (1, 1), "SAME"))
    assert window == Window((3, 3), (2, 2), (1, 1), padding=(0, 1), output=(2, 3))


def test_dilation_widens_the_window() -> None:
    window = window_of(Geometry((7, 7), (3, 2), (1, 1), (2, 3), "VALID"))
    assert window == Window((3, 2), (1, 1), (2, 3), padding=(0, 0), output=(3, 4))


def test_pad_cuts_nothing_that_a_window_reaches() -> None:
    window = Window(kernel=(2, 2), stride=(2, 2), dilation=(1, 1), padding=(1, 0), output=(2, 1))
    x = np.arange(1, 7, dtype=np.int64).reshape(1, 2, 3, 1)
    patches = window.patches(window.pad(x, -1))
    assert patches.shape == (1, 2, 1, 1, 2, 2)
    np.testing.assert_array_equal(patches[0, :, 0, 0], [[[-1, -1], [1, 2]], [[4, 5], [-1, -1]]])


@MANY
@given(geometries(dilated=True))
def test_patches_hold_the_cells_of_the_geometry(g: Geometry) -> None:
    window = window_of(g)
    x = np.arange(1, 1 + g.size[0] * g.size[1]).reshape(1, *g.size, 1)
    patches = window.patches(window.pad(x, 0))
    for oy, ox in np.ndindex(g.output):
        expected = np.zeros(g.kernel, np.int64)
        for ky, kx, iy, ix in g.cells(oy, ox):
            expected[ky, kx] = x[0, iy, ix, 0]
        np.testing.assert_array_equal(patches[0, oy, ox, 0], expected)
