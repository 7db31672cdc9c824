"""Add overlapping frames to a signal, one every `frame_step` samples, across invocations: int16 saturating, float32.

Each frame is added to what its predecessors left; the first frame_step samples go out. Rows of frames along the axes
before the last two are signals of their own. Source: TensorFlow Lite Micro signal/src/overlap_add.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator
from microinfer.ops.signal_node import Memory, attributes, check_inputs, check_outputs, check_range, check_type


@np.errstate(all="ignore")
def overlap_add(frames: Array, past: Array, step: int) -> tuple[Array, Array]:
    """Signal (rows, n * step) of `frames` (rows, n, size) on `past` (rows, size), and what is left (rows, size)."""
    parts = []
    for i in range(frames.shape[1]):
        total = _sum(past, frames[:, i])
        parts.append(total[:, :step])
        past = np.concatenate((total[:, step:], np.zeros_like(total[:, :step])), axis=1)
    return np.concatenate(parts, axis=1), past


def _sum(a: Array, b: Array) -> Array:
    if a.dtype == np.float32:
        return a + b
    return np.clip(a.astype(np.int32) + b, -32768, 32767).astype(np.int16)


@control_operator("SignalOverlapAdd", "int16->int16", keeps_state=True)
@control_operator("SignalOverlapAdd", "float32->float32", keeps_state=True)
def plan(node: Node, context: Context) -> Kernel:
    number, step = attributes(node, "T", "frame_step")
    check_type(node, number)
    check_inputs(node, -2)
    dtype, (*rows, count, size) = node.input(0).dtype, node.input(0).shape
    check_range(node, "frame_step", step, 1, size)
    check_outputs(node, (dtype, (*rows, count * step)))
    memory = Memory.of(node, context)

    def kernel(x: Array) -> Array:
        frames, past = x.reshape(-1, count, size), memory.recall()
        output, left = overlap_add(frames, np.zeros_like(frames[:, 0]) if past is None else past, step)
        memory.keep(left)
        return output.reshape(*rows, count * step)

    return kernel
