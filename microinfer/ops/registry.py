"""Finds the operator files of this folder and picks the one that implements a node."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from microinfer.errors import UnsupportedError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics

Kernel = Callable[..., Array]
"""Called with every input of the node in order (None for an absent one); returns the output array."""


@dataclass(frozen=True)
class Operator:
    """One operator for one set of activation dtypes.

    `plan(node, numerics)` checks the node and returns its kernel. `folds` says that the first axis of the activations
    is a batch: N invocations may be computed as one call on N times as many rows. `macs` counts multiply-accumulates.
    """

    name: str
    inputs: tuple[str, ...]
    output: str
    versions: range
    plan: Callable[[Node, Numerics], Kernel]
    folds: bool
    macs: Callable[[Node], int]


_OPERATORS: list[Operator] = []

PlanFunction = Callable[[Node, Numerics], Kernel]


def no_macs(node: Node) -> int:
    """Operators that do not multiply and accumulate."""
    return 0


def weight_macs(node: Node) -> int:
    """Each output element takes one pass over its filter; weights are (outputs, ...)."""
    weights = node.input(1)
    return node.output.elements * weights.elements // weights.shape[0]


def operator(
    name: str,
    dtypes: str | Sequence[str],
    *,
    versions: range = range(1, 100),
    folds: bool = True,
    macs: Callable[[Node], int] = no_macs,
) -> Callable[[PlanFunction], PlanFunction]:
    """Register a plan function for `.tflite` operator `name`.

    Each entry of `dtypes` is "first[xsecond]->output" (activation and weight inputs; trailing inputs are the plan
    function's to check) or one dtype for both sides, e.g. "int8xint8->int8", "float32->int8", "int8".
    """

    def register(plan: PlanFunction) -> PlanFunction:
        for entry in (dtypes,) if isinstance(dtypes, str) else dtypes:
            given, _, output = entry.partition("->")
            inputs = tuple(given.split("x"))
            _OPERATORS.append(Operator(name, inputs, output or inputs[0], versions, plan, folds, macs))
        return plan

    return register


@cache
def _discovered() -> tuple[Operator, ...]:
    package = import_module("microinfer.ops")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"microinfer.ops.{module.name}")
    return tuple(_OPERATORS)


def _implements(op: Operator, node: Node) -> bool:
    given = tuple(t.dtype for t in node.inputs if t is not None)[: len(op.inputs)]
    return (
        op.name == node.op
        and node.version in op.versions
        and op.inputs == given
        and bool(node.outputs)
        and op.output == node.output.dtype
    )


def find(node: Node) -> Operator | None:
    """The operator that implements `node`, or None."""
    return next((op for op in _discovered() if _implements(op, node)), None)


def macs(node: Node) -> int:
    """Multiply-accumulates of `node`; zero for an operator without implementation."""
    op = find(node)
    return op.macs(node) if op else 0


def check(nodes: Iterable[Node]) -> None:
    """Raise UnsupportedError that lists every node without an implementation, by name, version and dtypes."""
    missing: dict[str, list[int]] = {}
    for node in nodes:
        if find(node) is None:
            missing.setdefault(f"{node.op} v{node.version} {node.dtypes}", []).append(node.index)
    if missing:
        rows = "; ".join(f"{what} (layer {', '.join(map(str, at))})" for what, at in missing.items())
        known = ", ".join(sorted({op.name for op in _discovered()}))
        raise UnsupportedError(f"unsupported operators: {rows}; supported: {known}")
