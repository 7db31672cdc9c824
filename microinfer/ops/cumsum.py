"""Cumulative sum along a constant axis, optionally exclusive or from the end: int8, float32.

int8: elements are brought to half their scale in 20 fractional bits, added modulo 2**32 and scaled to the output. As
in the reference the sum does not start at 0 but at minus the zero point, scaled alike.
float32: added one after the other from 0.
Source: TensorFlow Lite reference_ops::CumSum, TensorFlow Lite Micro kernels/cumsum.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, integers, resolve_axis, stacks, where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Multiplier, quantize_multiplier

_LEFT_SHIFT = 20


@dataclass(frozen=True)
class Direction:
    """Along which axis, whether an element counts itself, and whether the sum starts at the end."""

    axis: int
    exclusive: bool
    reverse: bool

    @classmethod
    def of(cls, node: Node) -> Direction:
        axis = resolve_axis(node, integers(node, 1, 1)[0], len(node.input(0).shape))
        return cls(axis, bool(node.options.get("exclusive", False)), bool(node.options.get("reverse", False)))

    def sums(self, terms: Array, start: Array) -> Array:
        """Running totals of `terms`, each after (exclusive: before) its own term, all beginning with `start`."""
        rows = np.moveaxis(terms, self.axis, -1)
        rows = rows[..., ::-1] if self.reverse else rows
        begin = np.broadcast_to(start, (*rows.shape[:-1], 1))
        totals = np.cumsum(np.concatenate([begin, rows], axis=-1), axis=-1, dtype=terms.dtype)
        totals = totals[..., :-1] if self.exclusive else totals[..., 1:]
        return np.moveaxis(totals[..., ::-1] if self.reverse else totals, -1, self.axis)


@dataclass(frozen=True, eq=False)
class CumsumScaling:
    """`input_offset` is minus the input's zero point; factors take inputs to 20 bits and sums to the output."""

    input_offset: int
    input_factor: Multiplier
    output_offset: int
    output_factor: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> CumsumScaling:
        source, target = node.input(0), node.output
        ratio = 2 * source.scale / ((1 << _LEFT_SHIFT) * target.scale)
        if not 0 < ratio < 1:
            raise ModelError(f"{where(node)}: input scale {source.scale:g} is too large for output {target.scale:g}")
        factor = quantize_multiplier(ratio)
        return cls(-source.zero_point, quantize_multiplier(0.5), target.zero_point, factor, numerics)


@np.errstate(all="ignore")
def cumsum_float(x: Array, *_: Array, direction: Direction) -> Array:
    """Running totals of float32 `x`; same shape."""
    return np.asarray(direction.sums(x, np.zeros(1, x.dtype)), order="C")


def cumsum_integer(x: Array, *_: Array, direction: Direction, scaling: CumsumScaling) -> Array:
    """Running totals of int8 `x` as int8 of the same shape."""

    def scaled(values: Array) -> Array:
        return scaling.numerics.requantize(wrap32(values << _LEFT_SHIFT), scaling.input_factor)

    offset = np.array([scaling.input_offset], np.int64)
    totals = wrap32(direction.sums(scaled(x.astype(np.int64) + offset), scaled(offset)))
    out = scaling.numerics.requantize(totals, scaling.output_factor) + scaling.output_offset
    return np.clip(out, -128, 127).astype(x.dtype)


def folds(node: Node) -> bool:
    """Samples stay apart when the sum runs along another axis."""
    return stacks(node) and Direction.of(node).axis != 0


@operator("CUMSUM", ("int8xint32->int8", "float32xint32->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 8)
    check_shape(node, node.output, node.input(0).shape)
    direction = Direction.of(node)
    if node.output.dtype == "float32":
        return partial(cumsum_float, direction=direction)
    return partial(cumsum_integer, direction=direction, scaling=CumsumScaling.of(node, numerics))
