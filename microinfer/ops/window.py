"""Sliding windows over NHWC: strides, dilation, padding, and the patches under each output cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node


@dataclass(frozen=True)
class Window:
    """Geometry of one layer, each pair as (h, w); padding is what lies before the first row and column."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]
    output: tuple[int, int]

    @classmethod
    def of(cls, node: Node, kernel: tuple[int, int]) -> Window:
        """Window of a convolution or pooling node; checks the output shape in the model against it.

        SAME pads so that output = ceil(input / stride), the odd cell going last; VALID does not pad
        (TensorFlow Lite ComputePaddingHeightWidth).
        """
        source, target = node.input(0).shape, node.output.shape
        if len(source) != 4 or len(target) != 4:
            raise ShapeError(f"layer {node.index} ({node.op}) needs NHWC tensors, has {source} -> {target}")
        option = node.options.get
        stride = (option("stride_h", 1), option("stride_w", 1))
        dilation = (option("dilation_h_factor", 1), option("dilation_w_factor", 1))
        if min(*kernel, *stride, *dilation) < 1:
            raise ShapeError(f"layer {node.index} ({node.op}): kernel {kernel}, stride {stride}, dilation {dilation}")
        same = option("padding", "SAME") == "SAME"
        axes = [_axis(source[1 + i], kernel[i], stride[i], dilation[i], same) for i in (0, 1)]
        window = cls(kernel, stride, dilation, (axes[0][1], axes[1][1]), (axes[0][0], axes[1][0]))
        if window.output != target[1:3] or target[0] != source[0]:
            raise ShapeError(f"layer {node.index} ({node.op}): {source} gives {window.output}, model says {target}")
        return window

    def pad(self, x: Array, value: int) -> Array:
        """`x` with a border of `value` wide enough for every window; rows and columns no window reaches are cut."""
        batch, height, width, channels = x.shape
        (top, left), (rows, columns) = self.padding, self._reach
        shape = max(rows, top + height), max(columns, left + width)
        if shape == (height, width):
            return x
        padded = np.full((batch, *shape, channels), value, x.dtype)
        padded[:, top : top + height, left : left + width] = x
        return padded

    def patches(self, padded: Array) -> Array:
        """View (N, OH, OW, C, KH, KW) of an array that `pad` made."""
        if padded.shape[1] < self._reach[0] or padded.shape[2] < self._reach[1]:
            raise ShapeError(f"windows reach {self._reach[0]} x {self._reach[1]} cells of {padded.shape[1:3]}")
        batch, row, column, channel = padded.strides
        (sh, sw), (dh, dw) = self.stride, self.dilation
        shape = (padded.shape[0], *self.output, padded.shape[3], *self.kernel)
        strides = (batch, row * sh, column * sw, channel, row * dh, column * dw)
        return as_strided(padded, shape, strides, writeable=False)

    @property
    def _reach(self) -> tuple[int, int]:
        """Rows and columns, padding included, that windows cover."""
        return self._reach_of(0), self._reach_of(1)

    def _reach_of(self, axis: int) -> int:
        return (self.output[axis] - 1) * self.stride[axis] + (self.kernel[axis] - 1) * self.dilation[axis] + 1


def _axis(size: int, kernel: int, stride: int, dilation: int, same: bool) -> tuple[int, int]:
    """Output length and leading padding along one axis."""
    span = (kernel - 1) * dilation + 1
    output = -(-size // stride) if same else -(-(size - span + 1) // stride)
    return output, leading_padding(size, span, stride, same)


def leading_padding(size: int, span: int, stride: int, same: bool) -> int:
    """Padding before the first cell along one axis of `size` cells: with SAME the smaller half of what is missing."""
    missing = (-(-size // stride) - 1) * stride + span - size
    return max(0, missing) // 2 if same else 0
