"""Blocks of pixels that move between space and batch: what SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND share.

Tensors are NHWC, or NHC, which counts as one column.
"""

from __future__ import annotations

from dataclasses import dataclass

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.ops.operands import check_rank, integers, where


@dataclass(frozen=True)
class Blocks:
    """Block height and width, and (before, after) borders of rows and columns: padding or crops."""

    height: int
    width: int
    rows: tuple[int, int]
    columns: tuple[int, int]

    @classmethod
    def of(cls, node: Node) -> Blocks:
        """Blocks of a node with constant operands; raises ShapeError for empty blocks and negative borders."""
        check_rank(node, 3, 4)
        spatial = len(node.input(0).shape) - 2
        sizes, borders = integers(node, 1, spatial), integers(node, 2, 2 * spatial)
        if min(sizes) < 1 or min(borders) < 0:
            raise ShapeError(f"{where(node)}: blocks of {sizes}, borders {borders}")
        height, width = (*sizes, 1)[:2]
        top, bottom, left, right = (*borders, 0, 0)[:4]
        return cls(height, width, (top, bottom), (left, right))


def as_nhwc(shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """NHC as NH1C, NHWC as it is."""
    n, height, *width, channels = shape
    return n, height, width[0] if width else 1, channels


def like(shape: tuple[int, ...], nhwc: tuple[int, int, int, int]) -> tuple[int, ...]:
    """`nhwc` with as many dimensions as `shape`."""
    return nhwc if len(shape) == 4 else (*nhwc[:2], nhwc[3])


def image(x: Array) -> Array:
    """`x` with four dimensions."""
    return x.reshape(as_nhwc(x.shape))
