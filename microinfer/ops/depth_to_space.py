"""Depth to space: B * B groups of channels become a block of B x B pixels; int8, float32.

Source: TensorFlow Lite reference_ops::DepthToSpace.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, stacks, where
from microinfer.ops.registry import Kernel, operator


def depth_to_space(x: Array, block: int) -> Array:
    """`x` (N, H, W, block * block * C) as (N, H * block, W * block, C); groups fill a block row by row."""
    n, height, width, depth = x.shape
    channels = depth // (block * block)
    groups = x.reshape(n, height, width, block, block, channels).transpose(0, 1, 3, 2, 4, 5)
    return np.asarray(groups, order="C").reshape(n, height * block, width * block, channels)


@operator("DEPTH_TO_SPACE", ("int8", "float32"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 4, 4)
    block = node.options.get("block_size", 0)
    n, height, width, depth = node.input(0).shape
    if block < 1 or depth % (block * block):
        raise ShapeError(f"{where(node)}: blocks of {block} do not divide {depth} channels")
    check_shape(node, node.output, (n, height * block, width * block, depth // (block * block)))
    return partial(depth_to_space, block=block)
