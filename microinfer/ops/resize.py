"""Resizing NHWC images: the checks that RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR share."""

from __future__ import annotations

from dataclasses import dataclass

from microinfer.graph.model import Node
from microinfer.ops.operands import check_rank, check_shape, integers


@dataclass(frozen=True)
class Resize:
    """Height and width before and after, and which points of the two images coincide.

    `align_corners` matches the centres of the corner pixels; `half_pixel_centers` matches the outer edges.
    """

    source: tuple[int, int]
    target: tuple[int, int]
    align_corners: bool
    half_pixel_centers: bool

    @classmethod
    def of(cls, node: Node) -> Resize:
        """Resize of a node with a constant size operand (height, width); raises ShapeError when its output differs."""
        check_rank(node, 4, 4)
        batch, source_height, source_width, channels = node.input(0).shape
        height, width = integers(node, 1, 2)
        check_shape(node, node.output, (batch, height, width, channels))
        corners, centers = node.options.get("align_corners", False), node.options.get("half_pixel_centers", False)
        return cls((source_height, source_width), (height, width), bool(corners), bool(centers))
