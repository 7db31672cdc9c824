"""What average and max pooling share: reading window and activation range from a node."""

from __future__ import annotations

from microinfer.errors import ModelError
from microinfer.graph.model import Node
from microinfer.ops.window import Window
from microinfer.quant import Clamp, activation_range


def pool_params(node: Node) -> tuple[Window, Clamp]:
    """Window and clamp of a pooling node; input and output must be quantised alike (as TensorFlow Lite demands)."""
    source, target = node.input(0), node.output
    if abs(source.scale - target.scale) > 1e-6 or source.zero_point != target.zero_point:
        raise ModelError(f"layer {node.index} ({node.op}): input and output are quantised differently")
    window = Window.of(node, (node.options.get("filter_height", 1), node.options.get("filter_width", 1)))
    fused = node.options.get("fused_activation_function", "NONE")
    return window, activation_range(fused, target.scale, target.zero_point, target.dtype)
