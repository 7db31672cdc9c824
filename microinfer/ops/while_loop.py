"""While: as long as the condition graph answers true, the body graph's outputs become the next values.

Source: TensorFlow Lite Micro while.cc. A loop of more than `MOST_ROUNDS` rounds is refused, since it would be taken for
a hang on a device.
"""

from __future__ import annotations

from microinfer.errors import ModelError
from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator

MOST_ROUNDS = 10_000


@control_operator("WHILE", "->?")
def plan(node: Node, context: Context) -> Kernel:
    condition, body = node.options.get("cond_subgraph_index", 0), node.options.get("body_subgraph_index", 0)

    def while_loop(*values: Array) -> tuple[Array, ...]:
        for _ in range(MOST_ROUNDS):
            answer = context.invoke(condition, values)
            if not answer or not answer[0].ravel()[0]:
                return values
            values = context.invoke(body, values)
        raise ModelError(f"layer {node.index} (WHILE) goes round more than {MOST_ROUNDS} times")

    return while_loop
