"""Delay a signal by `delay_length` samples from one invocation to the next, zeros first.

Each row along the last axis is a signal of its own. Source: TensorFlow Lite Micro signal/micro/kernels/delay.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator
from microinfer.ops.signal_node import Memory, attributes, check_inputs, check_outputs, check_range

_LONGEST = 1 << 20


def delay(x: Array, past: Array) -> tuple[Array, Array]:
    """`x` (..., n) behind `past` (..., delay_length): the first n samples, and those left for the next invocation."""
    samples = np.concatenate((past, x), axis=-1)
    return samples[..., : x.shape[-1]].copy(), samples[..., x.shape[-1] :]


@control_operator("SignalDelay", "int16->int16", keeps_state=True)
def plan(node: Node, context: Context) -> Kernel:
    (length,) = attributes(node, "delay_length")
    check_range(node, "delay_length", length, 0, _LONGEST)
    check_inputs(node, -1)
    shape = node.input(0).shape
    check_outputs(node, ("int16", shape))
    memory = Memory.of(node, context)

    def kernel(x: Array) -> Array:
        past = memory.recall()
        output, left = delay(x, np.zeros((*shape[:-1], length), np.int16) if past is None else past)
        memory.keep(left)
        return output

    return kernel
