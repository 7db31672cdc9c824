"""x where not negative, e**x - 1 elsewhere.

float32: expm1f of the C library. int8: a table of 256 entries, formed in float32 from expf(x) - 1.
Source: TensorFlow Lite Micro kernels/elu.cc, reference_ops::Elu.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer import libm
from microinfer.graph.model import Array, Node, Tensor
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import round_half_away


def elu_float(x: Array) -> Array:
    """ELU of float32 `x`, any shape."""
    return np.where(x < 0, libm.expm1f(x), x)


def elu_table(source: Tensor, target: Tensor) -> Array:
    """int8 outputs for the inputs -128..127, in this order."""
    stored = np.arange(-128, 128)
    real = np.float32(source.scale) * (stored - source.zero_point).astype(np.float32)
    value = np.where(real < 0, libm.expf(real) - np.float32(1), real).astype(np.float32)
    rounded = round_half_away(value * (np.float32(1) / np.float32(target.scale))).astype(np.float32)
    return np.asarray(np.clip(rounded + np.float32(target.zero_point), -128, 127).astype(np.int8))


def elu(x: Array, table: Array) -> Array:
    """Entries of `table` for int8 `x`, any shape."""
    return np.asarray(table[x.astype(np.int64) + 128])


@operator("ELU", "int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(elu, table=elu_table(node.input(0), node.output))


@operator("ELU", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return elu_float
