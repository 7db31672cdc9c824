"""Resource variables: VAR_HANDLE names one, READ_VARIABLE gives its value, ASSIGN_VARIABLE sets it.

A handle is an int32 number; values live in the session. A variable read before it was assigned holds the zero of the
tensor that is read into, as TensorFlow Lite Micro fills it. Source: TensorFlow Lite Micro var_handle.cc,
read_variable.cc, assign_variable.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator


@control_operator("VAR_HANDLE", "->resource")
def plan_handle(node: Node, context: Context) -> Kernel:
    name = f"{_text(node, 'container')}/{_text(node, 'shared_name')}"

    def var_handle() -> Array:
        return np.array(name)

    return var_handle


def _text(node: Node, option: str) -> str:
    value = node.options.get(option, b"") or b""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@control_operator("READ_VARIABLE", "resource->?")
def plan_read(node: Node, context: Context) -> Kernel:
    target = node.output
    zero = target.zero_point if target.quantization is not None else 0

    def read_variable(handle: Array) -> Array:
        value = context.resources.get(str(handle))
        return np.full(target.shape, zero, target.dtype) if value is None else value.reshape(target.shape)

    return read_variable


@control_operator("ASSIGN_VARIABLE", "resource->")
def plan_assign(node: Node, context: Context) -> Kernel:
    def assign_variable(handle: Array, value: Array) -> tuple[Array, ...]:
        context.resources[str(handle)] = value.copy()
        return ()

    return assign_variable
