"""Matrix product over the last two axes of two activations, the axes before them broadcast: int8, int16, float32.

accumulator = sum((a + a_offset) * (b + b_offset)), modulo 2**32 for int8, in 64 bits for int16, which has no offsets.
In float32 the sum runs over k in order.
Source: CMSIS-NN arm_batch_matmul_s8, _s16; TensorFlow Lite reference_ops::BatchMatMul.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.exact_sums import exact_matmul
from microinfer.ops.float_sums import Float32Array, dot_in_order
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.registry import Kernel, operator


@dataclass(frozen=True)
class Orientation:
    """Which operands are stored with rows and columns exchanged."""

    transpose_a: bool
    transpose_b: bool

    @classmethod
    def of(cls, node: Node) -> Orientation:
        """Orientation of a BATCH_MATMUL node; raises ShapeError unless 2 to 5 axes fit, and give the output's shape."""
        orientation = cls(bool(node.options.get("adj_x", False)), bool(node.options.get("adj_y", False)))
        a, b = node.input(0).shape, node.input(1).shape
        if not (2 <= len(a) <= 5 and 2 <= len(b) <= 5) or orientation.product(a, b) != node.output.shape:
            raise ShapeError(f"layer {node.index} (BATCH_MATMUL): {a} by {b} for output {node.output.shape}")
        return orientation

    def product(self, a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
        """Shape of the product of shapes `a` and `b`, None where they do not fit."""
        rows, depth = (a[-1], a[-2]) if self.transpose_a else (a[-2], a[-1])
        columns, other = (b[-2], b[-1]) if self.transpose_b else (b[-1], b[-2])
        try:
            return (*np.broadcast_shapes(a[:-2], b[:-2]), rows, columns) if depth == other else None
        except ValueError:
            return None

    def turn(self, a: Array, b: Array) -> tuple[Array, Array]:
        """Operands as rows by depth and depth by columns."""
        return a.swapaxes(-1, -2) if self.transpose_a else a, b.swapaxes(-1, -2) if self.transpose_b else b


def batch_matmul(a: Array, b: Array, offsets: tuple[int, int], orientation: Orientation, stage: OutputStage) -> Array:
    """Product of int8 or int16 `a` (..., M, K) and `b` (..., K, N), as `orientation` turns them.

    The result has shape (..., M, N) and the dtype of `a`; `offsets` are minus the zero points of the operands.
    """
    rows, columns = orientation.turn(a.astype(np.int32) + offsets[0], b.astype(np.int32) + offsets[1])
    return stage(exact_matmul(rows, columns)).astype(a.dtype)


def batch_matmul_float(a: Float32Array, b: Float32Array, orientation: Orientation) -> Float32Array:
    """Product of float32 `a` (..., M, K) and `b` (..., K, N), as `orientation` turns them: (..., M, N)."""
    return dot_in_order(*orientation.turn(a, b))


def macs(node: Node) -> int:
    depth = node.input(0).shape[-2 if node.options.get("adj_x", False) else -1]
    return node.output.elements * depth


def folds(node: Node) -> bool:
    """Whether the first axis of every activation is a batch axis of the product."""
    activations = [t for t in node.inputs if t is not None and t.data is None]
    return len(node.output.shape) > 2 and all(len(t.shape) == len(node.output.shape) for t in activations)


@operator("BATCH_MATMUL", ("int8xint8->int8", "int16xint16->int16"), macs=macs, folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    a, b, wide = node.input(0), node.input(1), node.output.dtype == "int16"
    if wide and (a.zero_point, b.zero_point, node.output.zero_point) != (0, 0, 0):
        raise ModelError(f"layer {node.index} (BATCH_MATMUL): int16 tensors need zero point 0")
    stage = OutputStage.of(node, numerics, channels=1, wide=wide)
    offsets = (-a.zero_point, -b.zero_point)
    return partial(batch_matmul, offsets=offsets, orientation=Orientation.of(node), stage=stage)


@operator("BATCH_MATMUL", "float32xfloat32->float32", macs=macs, folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    return partial(batch_matmul_float, orientation=Orientation.of(node))
