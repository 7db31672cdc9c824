"""Stack each frame with those around it: left_context before, right_context after, one stack every `stacker_step`.

The first frame stands in for those before it. The second output says whether a stack was full; the runtime does not
write one that is not, here it is zeros. Source: TensorFlow Lite Micro signal/micro/kernels/stacker.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator
from microinfer.ops.signal_node import Memory, attributes, check_inputs, check_outputs, check_range

_LONGEST = 1 << 16


@dataclass(frozen=True)
class Stacking:
    """Values a frame, frames before and after, and frames from one stack to the next."""

    num_channels: int
    stacker_left_context: int
    stacker_right_context: int
    stacker_step: int

    @classmethod
    def of(cls, node: Node) -> Stacking:
        """Raises ModelError for steps that the runtime cannot take."""
        stacking = cls(*attributes(node, *cls.__dataclass_fields__))
        check_range(node, "num_channels", stacking.num_channels, 1, _LONGEST)
        check_range(node, "stacker_left_context", stacking.stacker_left_context, 0, _LONGEST)
        check_range(node, "stacker_right_context", stacking.stacker_right_context, 0, _LONGEST)
        check_range(node, "stacker_step", stacking.stacker_step, 1, stacking.frames)
        return stacking

    @property
    def frames(self) -> int:
        """Frames a stack."""
        return self.stacker_left_context + self.stacker_right_context + 1


def stack(frame: Array, past: Array | None, stacking: Stacking) -> tuple[Array, bool, Array]:
    """One stack (frames * channels,) after `frame` (channels,), whether it is full, and the frames left (n, channels).

    `past` (n, channels) is what was left, None before the first frame.
    """
    copies = stacking.stacker_left_context + 1 if past is None else 1
    newest = np.tile(frame, (copies, 1))
    waiting = newest if past is None else np.concatenate((past, newest))
    if len(waiting) < stacking.frames:
        return np.zeros(stacking.frames * frame.size, frame.dtype), False, waiting
    return waiting.reshape(-1)[: stacking.frames * frame.size].copy(), True, waiting[stacking.stacker_step :]


@control_operator("SignalStacker", "int16->int16", keeps_state=True)
def plan(node: Node, context: Context) -> Kernel:
    stacking, memory = Stacking.of(node), Memory.of(node, context)
    check_inputs(node, 1)
    check_range(node, "num_channels", stacking.num_channels, *node.input(0).shape * 2)
    check_outputs(node, ("int16", (stacking.frames * stacking.num_channels,)), ("bool", ()))

    def kernel(frame: Array) -> tuple[Array, Array]:
        output, ready, left = stack(frame, memory.recall(), stacking)
        memory.keep(left)
        return output, np.array(ready)

    return kernel
