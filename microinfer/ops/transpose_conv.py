"""Transpose convolution over NHWC: int8, int16 or float32 activations, one scale per output channel.

Every input cell adds (x + input_offset) * w[o] to the KH x KW output cells from (stride * row - padding) on; what
falls outside the output is dropped. Sums, offsets and the output step are those of conv_2d; int16 activations always
sum in 64 bits, their bias is int64 or int16. In float32 an output cell adds its input cells by row, column and channel,
then the bias. The padding is that of the convolution that would turn the output into the input; the shape is the output
tensor's, whatever the constant that names it says.
Source: CMSIS-NN arm_transpose_conv_s8; TensorFlow Lite reference_integer_ops::TransposeConv,
reference_ops::TransposeConv.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.bias import add_bias, sums_are_wide
from microinfer.ops.exact_sums import exact_dtype
from microinfer.ops.float_activation import FloatClamp, float_activation
from microinfer.ops.float_sums import Float32Array, dot_in_order, finish_float
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import leading_padding

_BIASES = {"int8": ("int32",), "int16": ("int64", "int16"), "float32": ("float32",)}


@dataclass(frozen=True)
class Scatter:
    """Geometry of one layer, pairs as (h, w); padding is what is cut before the first row and column of the output."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    output: tuple[int, int]

    @classmethod
    def of(cls, node: Node) -> Scatter:
        """Geometry of a TRANSPOSE_CONV node; raises ShapeError where weights (O, KH, KW, C) do not fit."""
        weights, source, target = node.input(1).shape, node.input(2).shape, node.output.shape
        fits = len(weights) == len(source) == len(target) == 4
        if not fits or (weights[0], weights[3], source[0]) != (target[3], source[3], target[0]):
            raise ShapeError(f"layer {node.index} (TRANSPOSE_CONV): weights {weights} take {source} to {target}")
        stride = (node.options.get("stride_h", 1), node.options.get("stride_w", 1))
        if min(*stride, *weights) < 1:
            raise ShapeError(f"layer {node.index} (TRANSPOSE_CONV): weights {weights}, stride {stride}")
        same = node.options.get("padding", "SAME") == "SAME"
        pads = [leading_padding(target[1 + i], weights[1 + i], stride[i], same) for i in (0, 1)]
        return cls(stride, (pads[0], pads[1]), (target[1], target[2]))

    def targets(self, x: Array, weights: Array) -> Iterator[tuple[int, int, tuple[slice, ...], Array]]:
        """For every filter cell, last first: row, column, the output cells it reaches, and the inputs that do so."""
        for row in reversed(range(weights.shape[1])):
            for column in reversed(range(weights.shape[2])):
                rows, into_rows = self._reach(0, row, x.shape[1])
                columns, into_columns = self._reach(1, column, x.shape[2])
                yield row, column, (slice(None), into_rows, into_columns), x[:, rows, columns]

    def _reach(self, axis: int, offset: int, size: int) -> tuple[slice, slice]:
        """Input indices that land inside the output through filter index `offset`, and where they land."""
        stride, shift = self.stride[axis], offset - self.padding[axis]
        first = max(0, -(shift // stride))
        last = max(first, min(size, -(-(self.output[axis] - shift) // stride)))
        start = first * stride + shift
        return slice(first, last), slice(start, start + (last - first) * stride, stride)


def transpose_conv_sums(x: Array, weights: Array, scatter: Scatter) -> Int64Array:
    """Exact sums (N, OH, OW, O) of integer `x` (N, H, W, C) scattered through integer `weights` (O, KH, KW, C)."""
    dtype = exact_dtype(x, weights, weights[0].size)
    total = np.zeros((x.shape[0], *scatter.output, weights.shape[0]), dtype)
    x, weights = x.astype(dtype), weights.astype(dtype)
    for row, column, reached, given in scatter.targets(x, weights):
        total[reached] += given @ weights[:, row, column].T
    return total.astype(np.int64)


def transpose_conv(
    x: Array, weights: Array, bias: Array | None, scatter: Scatter, input_offset: int, stage: OutputStage
) -> Array:
    """Scatter int8 or int16 `x` (N, H, W, C) through int8 `weights` (O, KH, KW, C) to (N, OH, OW, O) of its dtype.

    `bias` is int16, int32 or int64 (O,), or None; `input_offset` is minus the input's zero point, zero for int16.
    """
    shifted = x.astype(np.int32) + input_offset
    return stage(add_bias(transpose_conv_sums(shifted, weights, scatter), bias)).astype(x.dtype)


def transpose_conv_float(
    x: Float32Array, weights: Float32Array, bias: Array | None, scatter: Scatter, activation: FloatClamp
) -> Float32Array:
    """Scatter float32 `x` (N, H, W, C) through float32 `weights` (O, KH, KW, C) to (N, OH, OW, O)."""
    total = np.zeros((x.shape[0], *scatter.output, weights.shape[0]), np.float32)
    for row, column, reached, given in scatter.targets(x, weights):
        total[reached] = dot_in_order(given, weights[:, row, column].T, total[reached])
    return finish_float(total, bias, activation)


def macs(node: Node) -> int:
    """Each input element meets every cell of every filter once, also where the product is dropped."""
    weights = node.input(1).shape
    return node.input(2).elements * weights[0] * weights[1] * weights[2]


@operator("TRANSPOSE_CONV", ("int32xint8xint8->int8", "int32xint8xint16->int16"), macs=macs)
def plan(node: Node, numerics: Numerics) -> Kernel:
    source, scatter = node.input(2), Scatter.of(node)
    wide = sums_are_wide(node, source.dtype, position=3, allowed=_BIASES[source.dtype])
    stage = OutputStage.of(node, numerics, node.input(1).shape[0], source=2, wide=wide)
    offset = -source.zero_point
    if source.dtype == "int16":
        stage, offset = stage.without_offset(), 0
    run = partial(transpose_conv, scatter=scatter, input_offset=offset, stage=stage)
    return lambda shape, weights, x, bias=None: run(x, weights, bias)


@operator("TRANSPOSE_CONV", "int32xfloat32xfloat32->float32", macs=macs)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    sums_are_wide(node, "float32", position=3)
    run = partial(transpose_conv_float, scatter=Scatter.of(node), activation=float_activation(node))
    return lambda shape, weights, x, bias=None: run(x, weights, bias)
