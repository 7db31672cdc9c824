"""MAX_POOL_2D without padding: the larger of the window's cells, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fast.calls import clip
from microinfer.fast.canvas import Border, Canvas
from microinfer.fast.registry import FastLayer, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.pooling import pool_params
from microinfer.ops.window import Window


@dataclass(frozen=True, eq=False)
class FastMaxPool:
    """One max pool; outputs less the zero point lie in [low, high]."""

    border: Border
    window: Window
    low: int
    high: int

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        origin, (height, width) = sources[0].origin(self.window), self.window.output
        (sh, sw), (kh, kw) = self.window.stride, self.window.kernel
        cells = [
            origin[:, i : i + (height - 1) * sh + 1 : sh, j : j + (width - 1) * sw + 1 : sw]
            for i in range(kh)
            for j in range(kw)
        ]
        largest = scratch.take("sums", target.values.shape)
        low, high = np.float32(self.low), np.float32(self.high)
        rest = [partial(np.maximum, largest, cell, out=largest) for cell in cells[1:]]
        clamp: Step = partial(clip, largest, low, high, target.values)
        return [partial(np.copyto, largest, cells[0]), *rest, clamp]


@fast("MAX_POOL_2D")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    window, clamp = pool_params(node)
    if Border.of(window, node.input(0).shape[1:3]) != Border():
        return None
    zero_point = node.output.zero_point
    return FastMaxPool(Border(), window, clamp.min - zero_point, clamp.max - zero_point)
