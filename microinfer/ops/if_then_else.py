"""If: invoke one of two graphs with all inputs but the first, a bool that chooses.

Source: TensorFlow Lite Micro if.cc.
"""

from __future__ import annotations

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator


@control_operator("IF", "bool->?")
def plan(node: Node, context: Context) -> Kernel:
    then_graph = node.options.get("then_subgraph_index", 0)
    else_graph = node.options.get("else_subgraph_index", 0)

    def if_then_else(condition: Array, *inputs: Array) -> tuple[Array, ...]:
        return context.invoke(then_graph if condition.ravel()[0] else else_graph, inputs)

    return if_then_else
