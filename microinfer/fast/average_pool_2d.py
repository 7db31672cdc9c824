"""AVERAGE_POOL_2D without padding: sums in float32, then a table of every mean that a sum can have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from microinfer.fast.canvas import Border, Canvas, Floats
from microinfer.fast.registry import FastLayer, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.pooling import pool_params
from microinfer.ops.window import Window
from microinfer.quant import Clamp

_MOST_CELLS = 1 << 10


@dataclass(frozen=True, eq=False)
class FastAveragePool:
    """One average pool; `means[s - lowest]` is the output for a sum s, both less the zero point a cell."""

    border: Border
    window: Window
    means: Floats
    lowest: int

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        origin = sources[0].origin(self.window)
        sn, sy, sx, sc = origin.strides
        (sh, sw), (kh, kw) = self.window.stride, self.window.kernel
        shape = (origin.shape[0], *self.window.output, kh, kw, origin.shape[3])
        cells = as_strided(origin, shape, (sn, sh * sy, sw * sx, sy, sx, sc), writeable=False)
        sums = scratch.take("sums", target.values.shape)
        places = scratch.take("places", sums.shape, np.intp)
        lowest, means, values = np.float32(self.lowest), self.means, target.values
        rows = scratch.take("work", (*shape[:3], kw, shape[5]))
        return [
            lambda: np.add.reduce(cells, axis=3, out=rows),
            lambda: np.add.reduce(rows, axis=3, out=sums),
            lambda: np.subtract(sums, lowest, sums),
            lambda: np.copyto(places, sums, casting="unsafe"),
            lambda: np.copyto(values, means[places]),
        ]


def _means(cells: int, zero_point: int, clamp: Clamp) -> Floats:
    """Outputs less the zero point for all sums of `cells` stored values, in the arithmetic of `ops.average_pool_2d`."""
    total = np.arange(-128 * cells, 127 * cells + 1)
    mean = np.sign(total) * ((abs(total) + cells // 2) // cells)
    return (clamp(mean) - zero_point).astype(np.float32)


@fast("AVERAGE_POOL_2D")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    window, clamp = pool_params(node)
    cells = window.kernel[0] * window.kernel[1]
    if Border.of(window, node.input(0).shape[1:3]) != Border() or cells > _MOST_CELLS:
        return None
    zero_point = node.input(0).zero_point
    return FastAveragePool(Border(), window, _means(cells, zero_point, clamp), (-128 - zero_point) * cells)
