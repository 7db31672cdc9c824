"""CONV_2D: patches laid out as rows, then one matrix product; a 1x1 filter takes the activations as they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import as_strided

from microinfer.fast.canvas import Border, Canvas, Floats
from microinfer.fast.registry import FastLayer, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.fast.weighted import Weighted, flattened, weighted
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.conv_2d import ConvParams
from microinfer.ops.window import Window


@dataclass(frozen=True, eq=False)
class FastConv:
    """One convolution without groups; weights (KH * KW * C, O)."""

    window: Window
    border: Border
    weighted: Weighted

    def refined(self) -> FastConv:
        return replace(self, weighted=self.weighted.refined())

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        window, weights = self.window, self.weighted.weights
        if window.kernel == (1, 1) and window.stride == (1, 1):
            rows, steps = flattened(sources[0], weights.shape[0], scratch)
        else:
            rows, steps = _patches(sources[0], window, scratch)
        sums = scratch.take("sums", (rows.shape[0], weights.shape[1]))
        return [*steps, lambda: np.matmul(rows, weights, sums), *self.weighted.finish(sums, target, scratch)]


def _patches(source: Canvas, window: Window, scratch: Scratch) -> tuple[Floats, Sequence[Step]]:
    """Rows (N * OH * OW, KH * KW * C) and the step that fills them.

    Where the columns of a kernel row lie side by side they are copied as one item.
    """
    origin = source.origin(window)
    n, channels = origin.shape[0], origin.shape[3]
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    sn, sy, sx, sc = origin.strides
    joined = dw == 1
    inner = (kw * channels,) if joined else (kw, channels)
    strides = (sn, sh * sy, sw * sx, dh * sy, *((sc,) if joined else (dw * sx, sc)))
    view = as_strided(origin, (n, *window.output, kh, *inner), strides, writeable=False)
    patches = scratch.take("patches", view.shape)
    rows = patches.reshape(-1, kh * kw * channels)
    if not joined:
        return rows, (lambda: np.copyto(patches, view),)
    item = np.dtype((np.void, 4 * kw * channels))
    whole, parts = patches.view(item)[..., 0], _items(view, item)
    return rows, (lambda: np.copyto(whole, parts),)


def _items(view: Floats, item: np.dtype[np.void]) -> np.ndarray[tuple[int, ...], np.dtype[np.void]]:
    """`view` (..., K) with unit stride along K as items of K elements."""
    first = view[(0,) * (view.ndim - 1)].view(item)
    return as_strided(first, view.shape[:-1], view.strides[:-1], writeable=False)


@fast("CONV_2D")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    source, weights = node.input(0), node.input(1)
    if weights.data is None or weights.shape[3] != source.shape[3]:
        return None
    params = ConvParams.of(node, numerics)
    found = weighted(node, params.stage, weights.data.reshape(weights.shape[0], -1).T)
    return None if found is None else FastConv(params.window, Border.of(params.window, source.shape[1:3]), found)
