"""Space to depth: every block of B x B pixels becomes one pixel with B * B times the channels; int8, float32.

Source: TensorFlow Lite reference_ops::SpaceToDepth.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, stacks, where
from microinfer.ops.registry import Kernel, operator


def space_to_depth(x: Array, block: int) -> Array:
    """`x` (N, H, W, C) as (N, H / block, W / block, block * block * C); a block's rows come first, then its columns."""
    n, height, width, channels = x.shape
    blocks = x.reshape(n, height // block, block, width // block, block, channels)
    pixels = blocks.transpose(0, 1, 3, 2, 4, 5)
    return np.asarray(pixels, order="C").reshape(n, height // block, width // block, block * block * channels)


@operator("SPACE_TO_DEPTH", ("int8", "float32"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 4, 4)
    block = node.options.get("block_size", 0)
    n, height, width, channels = node.input(0).shape
    if block < 1 or height % block or width % block:
        raise ShapeError(f"{where(node)}: blocks of {block} do not divide {height}x{width}")
    check_shape(node, node.output, (n, height // block, width // block, channels * block * block))
    return partial(space_to_depth, block=block)
