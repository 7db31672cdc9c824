"""Batch to space: images become the pixels at each place of a block; int8, float32, NHWC or NHC.

The inverse of SPACE_TO_BATCH_ND, with the border cropped.
Source: TensorFlow Lite reference_ops::BatchToSpaceND.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.blocks import Blocks, as_nhwc, image, like
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator


def batch_to_space_nd(x: Array, *_: Array, blocks: Blocks) -> Array:
    """`x` (block height * block width * N, H, W, C) as (N, H * block height, W * block width, C) less the crops."""
    images, height, width, channels = image(x).shape
    n = images // (blocks.height * blocks.width)
    cells = x.reshape(blocks.height, blocks.width, n, height, width, channels).transpose(2, 3, 0, 4, 1, 5)
    whole = cells.reshape(n, height * blocks.height, width * blocks.width, channels)
    (top, bottom), (left, right) = blocks.rows, blocks.columns
    cropped = np.asarray(whole[:, top : whole.shape[1] - bottom, left : whole.shape[2] - right], order="C")
    return cropped.reshape(like(x.shape, cropped.shape))


@operator("BATCH_TO_SPACE_ND", ("int8xint32xint32->int8", "float32xint32xint32->float32"), folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    blocks = Blocks.of(node)
    source = node.input(0)
    images, h, w, channels = as_nhwc(source.shape)
    cells = blocks.height * blocks.width
    height, width = h * blocks.height - sum(blocks.rows), w * blocks.width - sum(blocks.columns)
    if images % cells or min(height, width) < 1:
        raise ShapeError(f"{where(node)}: blocks of {blocks.height}x{blocks.width} do not fit {source.shape}")
    check_shape(node, node.output, like(source.shape, (images // cells, height, width, channels)))
    return partial(batch_to_space_nd, blocks=blocks)
