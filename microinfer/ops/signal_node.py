"""What the Signal operators share: their options, the tensors they must have, and what they keep between invocations.

Their runtime reads options by position among the keys in alphabetical order, so a map with other keys than those it
expects means something else to it; here that is refused. Source: TensorFlow Lite Micro flatbuffer_utils.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node, Tensor, describe_shape
from microinfer.ops.operands import where
from microinfer.ops.registry import Context
from microinfer.quant import INTEGER_RANGE

_TYPE_NUMBERS = {"float32": 0, "int32": 2, "int16": 7}


def attributes(node: Node, *names: str) -> tuple[int, ...]:
    """Values of the node's options, int32 numbers or flags; raises ModelError unless it has just those of `names`."""
    given = dict(node.options.values)
    if set(given) != set(names):
        found = ", ".join(ascii(name)[1:-1] for name in sorted(given)) or "none"
        raise ModelError(f"{where(node)}: needs the options {', '.join(names)}; has {found}")
    low, high = INTEGER_RANGE["int32"]
    for name, value in given.items():
        if not isinstance(value, int) or not low <= value <= high:
            raise ModelError(f"{where(node)}: option {name} must be an int32 number, is {value!r}")
    return tuple(int(given[name]) for name in names)


def check_type(node: Node, number: int) -> None:
    """Raise ModelError unless `number`, the option T, is the type of the first input in the .tflite schema."""
    if _TYPE_NUMBERS.get(node.input(0).dtype) != number:
        raise ModelError(f"{where(node)}: option T is type {number}, input 0 is {node.input(0).dtype}")


def check_range(node: Node, name: str, value: int, low: int, high: int) -> None:
    """Raise ModelError unless `low` <= `value` <= `high`."""
    if not low <= value <= high:
        raise ModelError(f"{where(node)}: {name} is {value}, must be {low} to {high}")


def check_inputs(node: Node, *ranks: int) -> None:
    """Raise ShapeError or ModelError unless the inputs have just these numbers of dimensions; -n means at least n."""
    if len(node.inputs) != len(ranks):
        raise ModelError(f"{where(node)}: takes {len(ranks)} inputs, has {len(node.inputs)}")
    for position, rank in enumerate(ranks):
        shape = node.input(position).shape
        if len(shape) != rank and not 0 < -rank <= len(shape):
            wanted = f"at least {-rank}" if rank < 0 else rank
            raise ShapeError(f"{where(node)}: input {position} is {describe_shape(shape)}, needs {wanted} dimensions")


def check_outputs(node: Node, *wanted: tuple[str, tuple[int, ...]]) -> None:
    """Raise ModelError or ShapeError unless the outputs have these dtypes and shapes."""
    if len(node.outputs) != len(wanted):
        raise ModelError(f"{where(node)}: gives {len(wanted)} outputs, has {len(node.outputs)}")
    for tensor, (dtype, shape) in zip(node.outputs, wanted, strict=True):
        _check_output(node, tensor, dtype, shape)


def _check_output(node: Node, tensor: Tensor, dtype: str, shape: tuple[int, ...]) -> None:
    if tensor.dtype != dtype:
        raise ModelError(f"{where(node)}: output {tensor.name} is {tensor.dtype}, the operator gives {dtype}")
    if tensor.shape != shape:
        found = describe_shape(tensor.shape)
        raise ShapeError(f"{where(node)}: output {tensor.name} is {found}, the operator gives {describe_shape(shape)}")


@dataclass(frozen=True, eq=False)
class Memory:
    """One array that a node keeps in the session from one invocation to the next."""

    context: Context
    name: str

    @classmethod
    def of(cls, node: Node, context: Context) -> Memory:
        """Named after the node object itself: indices repeat from one subgraph to the next."""
        return cls(context, f"{node.op}#{id(node)}")

    def recall(self) -> Array | None:
        """What was kept last; None in the first invocation."""
        return self.context.resources.get(self.name)

    def keep(self, value: Array) -> None:
        self.context.resources[self.name] = value
