"""Space to batch: the pixels at each place of a block become an image of their own; int8, float32, NHWC or NHC.

Image (i * block width + j) * N + n holds the pixels of padded image n at row i and column j of their block. The border
is zero. TensorFlow Lite Micro never sets the value of the border: it is what lies in fresh arena memory, normally 0;
int8 with padding and a zero point other than 0, where 0 would be wrong as well, is refused here.
Source: TensorFlow Lite reference_ops::SpaceToBatchND, TensorFlow Lite Micro kernels/space_to_batch_nd.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.blocks import Blocks, as_nhwc, image, like
from microinfer.ops.operands import check_shape, scale_and_zero_point, where
from microinfer.ops.registry import Kernel, operator


def space_to_batch_nd(x: Array, *_: Array, blocks: Blocks) -> Array:
    """`x` (N, H, W, C) padded by zeros, as (block height * block width * N, H / block height, W / block width, C)."""
    padded = np.pad(image(x), [(0, 0), blocks.rows, blocks.columns, (0, 0)])
    n, height, width, channels = padded.shape
    cells = padded.reshape(n, height // blocks.height, blocks.height, width // blocks.width, blocks.width, channels)
    images = cells.transpose(2, 4, 0, 1, 3, 5)
    out = (blocks.height * blocks.width * n, height // blocks.height, width // blocks.width, channels)
    return np.asarray(images, order="C").reshape(like(x.shape, out))


@operator("SPACE_TO_BATCH_ND", ("int8xint32xint32->int8", "float32xint32xint32->float32"), folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    blocks = Blocks.of(node)
    source = node.input(0)
    n, h, w, channels = as_nhwc(source.shape)
    height, width = h + sum(blocks.rows), w + sum(blocks.columns)
    if height % blocks.height or width % blocks.width:
        raise ShapeError(f"{where(node)}: blocks of {blocks.height}x{blocks.width} do not divide {height}x{width}")
    if any((*blocks.rows, *blocks.columns)) and source.dtype == "int8" and scale_and_zero_point(source)[1] != 0:
        raise ModelError(f"{where(node)}: padding has no defined value for int8 with a zero point other than 0")
    out = (blocks.height * blocks.width * n, height // blocks.height, width // blocks.width, channels)
    check_shape(node, node.output, like(source.shape, out))
    return partial(space_to_batch_nd, blocks=blocks)
