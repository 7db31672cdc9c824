"""Conversion between number types.

To bool: whether not zero. Integer to narrower integer: the low bits. float32 to integer: truncated toward zero,
saturated to the integer's range, NaN to 0.
Source: TensorFlow Lite Micro kernels/cast.cc; what the build of 2026-10 answers for floats out of range, which older
builds left to the compiler.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator

_DTYPES = ("bool", "int8", "int16", "int32", "uint32", "float32")


def cast(x: Array, dtype: str) -> Array:
    """`x` of any shape as `dtype`; both bool, int8, int16, int32, uint32 or float32."""
    if dtype == "bool":
        return np.asarray(x != 0)
    if x.dtype.kind == "f" and dtype != "float32":
        limits = np.iinfo(dtype)
        bounded = np.clip(np.where(np.isnan(x), 0, x).astype(np.float64), limits.min, limits.max)
        return bounded.astype(np.int64).astype(dtype)
    return x.astype(dtype)


@operator("CAST", tuple(f"{a}->{b}" for a, b in product(_DTYPES, _DTYPES)))
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(cast, dtype=node.output.dtype)
