"""Finds the operator files of this folder and picks the one that implements a node."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from microinfer.errors import UnsupportedError
from microinfer.graph.model import Array, Graph, Node
from microinfer.numerics import Numerics


@dataclass(frozen=True, eq=False)
class Update:
    """What a kernel with state answers: its outputs, and new values of variable inputs by input position."""

    outputs: tuple[Array, ...]
    variables: tuple[tuple[int, Array], ...]


Kernel = Callable[..., Array | tuple[Array, ...] | Update]
"""Called with every input of the node in order (None for an absent one); returns its output or outputs."""


class Context(Protocol):
    """What control operators may ask of the session that runs them."""

    resources: dict[str, Array]
    """Values of resource variables by name; they live as long as the session, as does `called`."""

    called: set[int]
    """Graphs that ran once and shall not run again."""

    def graph(self, number: int) -> Graph:
        """Graph by its number; raises ModelError when there is none."""

    def invoke(self, number: int, inputs: Sequence[Array]) -> tuple[Array, ...]:
        """Outputs of a graph for these inputs; raises ModelError when they do not fit."""


@dataclass(frozen=True)
class Operator:
    """One operator for one set of activation dtypes.

    `plan(node, numerics, context)` checks the node and returns its kernel. `folds(node)` says that the first axis of
    the activations is a batch: N invocations may be computed as one call on N times as many rows. `macs` counts
    multiply-accumulates. `keeps_state` says that one invocation can change the next by other means than variables.
    """

    name: str
    inputs: tuple[str, ...]
    output: str
    versions: range
    plan: Callable[[Node, Numerics, Context], Kernel]
    folds: Callable[[Node], bool]
    macs: Callable[[Node], int]
    keeps_state: bool = False


_OPERATORS: list[Operator] = []

ANY_OUTPUTS = "?"
PlanFunction = Callable[[Node, Numerics], Kernel]
ControlPlanFunction = Callable[[Node, Context], Kernel]


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
    folds: bool | Callable[[Node], bool] = True,
    macs: Callable[[Node], int] = no_macs,
) -> Callable[[PlanFunction], PlanFunction]:
    """Register a plan function for `.tflite` operator `name`.

    Each entry of `dtypes` is "first[xsecond...]->output" (trailing inputs are the plan function's to check) or one
    dtype for both sides, e.g. "int8xint8->int8", "float32->int8", "int8". "*" is any dtype; as output, that of the
    first input. `folds` may depend on the node.
    """

    def always(node: Node) -> bool:
        return bool(folds)

    def register(plan: PlanFunction) -> PlanFunction:
        def without_context(node: Node, numerics: Numerics, context: Context) -> Kernel:
            return plan(node, numerics)

        for entry in (dtypes,) if isinstance(dtypes, str) else dtypes:
            given, _, output = entry.partition("->")
            inputs = tuple(filter(None, given.split("x")))
            batches = folds if callable(folds) else always
            _OPERATORS.append(Operator(name, inputs, output or given, versions, without_context, batches, macs))
        return plan

    return register


def control_operator(
    name: str, dtypes: str, *, keeps_state: bool = False
) -> Callable[[ControlPlanFunction], ControlPlanFunction]:
    """Register a plan function that needs the session: one that invokes graphs or keeps resources. Never folds.

    `dtypes` as for `operator`; "?" as output means any outputs. `keeps_state` is for operators that store resources
    of their own, so that the order of invocations matters though the model has no variables.
    """

    def register(plan: ControlPlanFunction) -> ControlPlanFunction:
        def without_numerics(node: Node, numerics: Numerics, context: Context) -> Kernel:
            return plan(node, context)

        given, _, output = dtypes.partition("->")
        inputs = tuple(filter(None, given.split("x")))
        _OPERATORS.append(
            Operator(name, inputs, output, range(1, 100), without_numerics, lambda node: False, no_macs, keeps_state)
        )
        return plan

    return register


@cache
def _files() -> frozenset[str]:
    package = import_module("microinfer.ops")
    return frozenset(module.name for module in pkgutil.iter_modules(package.__path__))


@cache
def _discovered() -> tuple[Operator, ...]:
    for name in sorted(_files()):
        import_module(f"microinfer.ops.{name}")
    return tuple(_OPERATORS)


@cache
def _named(name: str) -> tuple[Operator, ...]:
    """Operators called `name`: those in the file of that name, else wherever they are."""
    if name.lower() in _files():
        import_module(f"microinfer.ops.{name.lower()}")
        if found := tuple(op for op in _OPERATORS if op.name == name):
            return found
    return tuple(op for op in _discovered() if op.name == name)


def _implements(op: Operator, node: Node) -> bool:
    given = [t.dtype for t in node.inputs if t is not None]
    if node.version not in op.versions or len(given) < len(op.inputs):
        return False
    if any(wanted not in ("*", actual) for wanted, actual in zip(op.inputs, given, strict=False)):
        return False
    answers = node.outputs[0].dtype if node.outputs else ""
    return op.output == ANY_OUTPUTS or answers == (given[0] if op.output == "*" and given else op.output)


def find(node: Node) -> Operator | None:
    """The operator that implements `node`, or None."""
    return next((op for op in _named(node.op) if _implements(op, node)), None)


def macs(node: Node) -> int:
    """Multiply-accumulates of `node`; zero for an operator without implementation."""
    op = find(node)
    return op.macs(node) if op else 0


def check(graphs: Sequence[Graph]) -> None:
    """Raise UnsupportedError that lists every node without an implementation, by name, version and dtypes."""
    missing: dict[str, list[str]] = {}
    for number, graph in enumerate(graphs):
        for node in graph.nodes:
            if find(node) is None:
                at = f"{node.index} of subgraph {number}" if number else str(node.index)
                missing.setdefault(f"{node.op} v{node.version} {node.dtypes}", []).append(at)
    if missing:
        rows = "; ".join(f"{what} (layer {', '.join(at)})" for what, at in missing.items())
        known = ", ".join(sorted({op.name for op in _discovered()}))
        raise UnsupportedError(f"unsupported operators: {rows}; supported: {known}")
