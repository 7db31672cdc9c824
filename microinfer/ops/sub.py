"""Elementwise subtraction; shapes broadcast.

int8 and int16: as ADD with the second input taken away. int32: wraps, then clamped to the activation range. float32:
clamped to the activation range, which without activation is that of finite numbers.
Source: TensorFlow Lite Micro kernels/sub.cc, reference_ops::SubElementwise, SubWithActivation.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.add import AddParams
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.float_activation import FloatClamp, float_activation_range
from microinfer.ops.integer_arithmetic import check_not_quantised, int32_activation_range
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp


def sub(a: Array, b: Array, params: AddParams) -> Array:
    """`a` less `b`, both int8 or int16, NumPy broadcasting, same dtype."""
    return params.finish(params.align(a, 0) - params.align(b, 1)).astype(a.dtype)


def sub_int32(a: Array, b: Array, activation: Clamp) -> Array:
    """int32 `a` less `b` modulo 2**32, clamped."""
    return activation(wrap32(a.astype(np.int64) - b)).astype(np.int32)


def sub_float(a: Array, b: Array, activation: FloatClamp) -> Array:
    """float32 `a` less `b`, clamped."""
    with np.errstate(all="ignore"):
        return activation(a - b)


@operator("SUB", ("int8xint8->int8", "int16xint16->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(sub, params=AddParams.of(node, numerics))


@operator("SUB", "int32xint32->int32", folds=folds)
def plan_int32(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    check_not_quantised(node, node.input(0), node.input(1), node.output)
    return partial(sub_int32, activation=int32_activation_range(node))


@operator("SUB", "float32xfloat32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    fused = node.options.get("fused_activation_function", "NONE")
    return partial(sub_float, activation=float_activation_range(fused))
