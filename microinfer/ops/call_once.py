"""Call once: invoke a graph without inputs and outputs the first time, and never again in this session.

Source: TensorFlow Lite Micro call_once.cc.
"""

from __future__ import annotations

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator


@control_operator("CALL_ONCE", "->")
def plan(node: Node, context: Context) -> Kernel:
    number = node.options.get("init_subgraph_index", 0)

    def call_once() -> tuple[Array, ...]:
        if number not in context.called:
            context.called.add(number)
            context.invoke(number, ())
        return ()

    return call_once
