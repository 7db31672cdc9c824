"""Position of the first smallest element along a constant axis: int8, float32 to int32; NaN as in ARG_MAX.

Source: TensorFlow Lite reference_ops::ArgMinMax, TensorFlow Lite Micro kernels/arg_min_max.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.arg_max import arg_axis, folds
from microinfer.ops.extremes import first_largest
from microinfer.ops.registry import Kernel, operator


def arg_min(x: Array, *_: Array, axis: int) -> Array:
    """int32 positions along `axis` of `x`, that axis dropped."""
    reversed_order = -x if x.dtype.kind == "f" else ~x
    return first_largest(np.moveaxis(reversed_order, axis, -1)).astype(np.int32)


@operator("ARG_MIN", ("int8xint32->int32", "float32xint32->int32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(arg_min, axis=arg_axis(node))
