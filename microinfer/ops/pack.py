"""Pack: equal tensors become one along a new axis; int8, int16, int32, int64, float32. Elements are copied as stored.

Source: TensorFlow Lite Micro kernels/pack.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, holds_samples, resolve_axis, where
from microinfer.ops.registry import Kernel, operator


def pack(*inputs: Array, axis: int) -> Array:
    """`inputs` of one shape along a new `axis` of their number."""
    return np.stack(inputs, axis=axis)


def _axis(node: Node) -> int:
    return resolve_axis(node, node.options.get("axis", 0), len(node.output.shape))


def folds(node: Node) -> bool:
    """Samples stay apart when the new axis is not the first and every input is an activation."""
    return _axis(node) != 0 and all(t is not None and holds_samples(t) for t in node.inputs)


@operator("PACK", ("int8", "int16", "int32", "int64", "float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    count, axis = len(node.inputs), _axis(node)
    if node.options.get("values_count", count) != count:
        raise ModelError(f"{where(node)}: {count} inputs for values_count {node.options.get('values_count', count)}")
    shape = node.input(0).shape
    for position in range(count):
        if node.input(position).dtype != node.output.dtype:
            raise ModelError(f"{where(node)}: inputs differ in dtype: {node.dtypes}")
        check_shape(node, node.input(position), shape)
    check_shape(node, node.output, (*shape[:axis], count, *shape[axis:]))
    return partial(pack, axis=axis)
