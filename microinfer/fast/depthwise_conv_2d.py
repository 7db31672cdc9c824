"""DEPTHWISE_CONV_2D: multiply-accumulate along whole rows, one kernel cell after the other.

Columns and channels are joined, and the weights repeated for every column, so that each kernel cell is one long
multiply-accumulate in which output x meets input x + column * channels. With a column stride the columns between are
computed as well and dropped: cheaper than short runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import as_strided

from microinfer.fast.calls import einsum
from microinfer.fast.canvas import Border, Canvas
from microinfer.fast.registry import FastLayer, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.fast.weighted import Weighted, weighted
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.depthwise_conv_2d import DepthwiseParams
from microinfer.ops.window import Window


@dataclass(frozen=True, eq=False)
class FastDepthwise:
    """One depthwise convolution with as many outputs as inputs; weights (KH * KW, C)."""

    window: Window
    border: Border
    weighted: Weighted

    def refined(self) -> FastDepthwise:
        return replace(self, weighted=self.weighted.refined())

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        window, origin = self.window, sources[0].origin(self.window)
        n, channels = origin.shape[0], origin.shape[3]
        (kh, kw), (dh, dw), (height, width) = window.kernel, window.dilation, window.output
        stride = window.stride[1] if width > 1 else 1
        columns = (width - 1) * stride + 1
        run = columns * channels
        sn, sy, sx, sc = origin.strides
        taps = (sn, window.stride[0] * sy, dh * sy, dw * sx, sc)
        view = as_strided(origin, (n, height, kh, kw, run), taps, writeable=False)
        weights = np.tile(self.weighted.weights.reshape(kh, kw, channels), columns)
        rows = scratch.take("sums", (n, height, run))
        sums = rows.reshape(n, height, columns, channels)[:, :, ::stride]
        return [lambda: einsum("nhijx,ijx->nhx", view, weights, out=rows), *self.weighted.finish(sums, target, scratch)]


@fast("DEPTHWISE_CONV_2D")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    source, weights = node.input(0), node.input(1)
    if weights.data is None or weights.shape[3] != source.shape[3]:
        return None
    params = DepthwiseParams.of(node, numerics)
    found = weighted(node, params.stage, weights.data.reshape(-1, weights.shape[3]))
    return None if found is None else FastDepthwise(params.window, Border.of(params.window, source.shape[1:3]), found)
