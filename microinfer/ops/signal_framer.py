"""Cut a signal into frames of `frame_size` samples, one every `frame_step`, across invocations.

Each row along the last axis is a signal of its own. With `prefill` the signal begins with frame_size - frame_step
zeros. The second output says whether all frames were full; the runtime does not write frames that are not, here they
are zeros. Source: TensorFlow Lite Micro signal/micro/kernels/framer.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.ops.operands import where
from microinfer.ops.registry import Context, Kernel, control_operator
from microinfer.ops.signal_node import Memory, attributes, check_inputs, check_outputs, check_range

_LONGEST = 1 << 20


@dataclass(frozen=True)
class Framing:
    """Samples a frame, samples from one frame to the next, and whether the first is padded with zeros in front."""

    frame_size: int
    frame_step: int
    prefill: int

    @classmethod
    def of(cls, node: Node) -> Framing:
        """Raises ModelError for steps that the runtime cannot take."""
        framing = cls(*attributes(node, "frame_size", "frame_step", "prefill"))
        check_range(node, "frame_size", framing.frame_size, 1, _LONGEST)
        check_range(node, "frame_step", framing.frame_step, 1, framing.frame_size if framing.prefill else _LONGEST)
        return framing

    @property
    def zeros(self) -> int:
        """Samples before the first one of the signal."""
        return self.frame_size - self.frame_step if self.prefill else 0


def frames(x: Array, past: Array, framing: Framing) -> tuple[Array, bool, Array]:
    """Frames (..., n, frame_size) of `past` and `x` (..., n * frame_step), whether all are full, and what is left."""
    size, step = framing.frame_size, framing.frame_step
    count, ready = x.shape[-1] // step, True
    output = np.zeros((*x.shape[:-1], count, size), x.dtype)
    for i in range(count):
        past = np.concatenate((past, x[..., i * step : (i + 1) * step]), axis=-1)
        if past.shape[-1] >= size:
            output[..., i, :] = past[..., :size]
            past = past[..., step:]
        else:
            ready = False
    return output, ready, past


@control_operator("SignalFramer", "int16->int16", keeps_state=True)
def plan(node: Node, context: Context) -> Kernel:
    framing, memory = Framing.of(node), Memory.of(node, context)
    check_inputs(node, -1)
    *rows, samples = node.input(0).shape
    if samples == 0 or samples % framing.frame_step:
        raise ShapeError(f"{where(node)}: {samples} samples are no whole number of steps of {framing.frame_step}")
    check_outputs(node, ("int16", (*rows, samples // framing.frame_step, framing.frame_size)), ("bool", ()))

    def kernel(x: Array) -> tuple[Array, Array]:
        past = memory.recall()
        begin = np.zeros((*rows, framing.zeros), np.int16) if past is None else past
        output, ready, left = frames(x, begin, framing)
        memory.keep(left)
        return output, np.array(ready)

    return kernel
