"""Runs one graph, layer by layer, for a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from microinfer.errors import ModelError
from microinfer.fast.registry import FastLayer
from microinfer.graph.model import Array, Graph, Node, Tensor
from microinfer.graph.plan import Plan, fast_layers, refined
from microinfer.numerics import Profile
from microinfer.ops import registry

_NONSENSE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError)
_CHUNK = 64
_RUNS_BEFORE_SEARCH = 32
_CHUNK_ELEMENTS = 1 << 16


class GraphRunner:
    """A graph planned for one numerics profile, with its variable tensors.

    `folds` tells whether samples may be stacked along the first axis of every activation, `chunk` how many to stack so
    that the largest activation stays in the processor's cache. `step` is the specification; `run` gives the same bytes
    by way of fast layers, which are prepared by the first run; after some runs a search for faster forms repays itself.
    """

    def __init__(self, graph: Graph, profile: Profile, context: registry.Context) -> None:
        self.graph = graph
        self._profile = profile
        self._layers: dict[int, FastLayer] | None = None
        self._plans: dict[int, Plan] = {}
        self._runs = 0
        found = [op for op in map(registry.find, graph.nodes) if op]
        pairs = list(zip(found, graph.nodes, strict=True))
        self._kernels = [_planned(op, node, profile, context) for op, node in pairs]
        self.folds = all(op.folds(node) for op, node in pairs) and _has_batch_axis(graph)
        largest = max((t.elements for node in graph.nodes for t in node.outputs), default=1)
        self.chunk = max(1, min(_CHUNK, _CHUNK_ELEMENTS // max(1, largest))) if self.folds else 1
        self.reset()

    def reset(self) -> None:
        """Set variable tensors to their initial value: zero as their quantisation has it."""
        self._variables = {t.index: initial_value(t) for t in self.graph.tensors if t.is_variable}

    def run(self, inputs: Sequence[Array], keep: bool = True) -> dict[int, Array]:
        """All activations by tensor index, for inputs in the graph's order; without `keep` perhaps only the outputs."""
        values = {tensor.index: array for tensor, array in zip(self.graph.inputs, inputs, strict=True)}
        batch = len(inputs[0]) if self.folds and inputs else 1
        self._runs += 1
        if self._runs == _RUNS_BEFORE_SEARCH:
            self._layers = refined(self._layers or fast_layers(self.graph, self._profile))
            self._plans.clear()
        plan = self._plans.pop(batch, None) or self._plan(batch)
        plan.run(values, self.step, keep)
        self._plans[batch] = plan
        return values

    def _plan(self, batch: int) -> Plan:
        """A new plan: while one runs it is not in `_plans`, so that a graph may be invoked from within itself."""
        if self._layers is None:
            self._layers = fast_layers(self.graph, self._profile)
        return Plan(self.graph, self._layers, batch)

    def outputs(self, values: Mapping[int, Array]) -> tuple[Array, ...]:
        """Outputs of the graph among the activations of a run."""
        return tuple(t.data if t.data is not None else self._read(t, values) for t in self.graph.outputs)

    def step(self, node: Node, values: Mapping[int, Array]) -> tuple[Array, ...]:
        """Outputs of one layer for activations by tensor index; variables move on."""
        given = [None if t is None else t.data if t.data is not None else self._read(t, values) for t in node.inputs]
        with _blaming(node, "run"):
            result = self._kernels[node.index](*given)
        if isinstance(result, registry.Update):
            for position, value in result.variables:
                self._variables[node.input(position).index] = value
            return result.outputs
        return result if isinstance(result, tuple) else (result,)

    def _read(self, tensor: Tensor, values: Mapping[int, Array]) -> Array:
        return self._variables[tensor.index] if tensor.is_variable else values[tensor.index]


def _has_batch_axis(graph: Graph) -> bool:
    """Whether every activation has a leading axis of length 1 that samples can be stacked along."""
    tensors = [t for node in graph.nodes for t in (*node.inputs, *node.outputs) if t is not None]
    return all(t.shape[:1] == (1,) for t in tensors if t.data is None)


@contextmanager
def _blaming(node: Node, what: str) -> Iterator[None]:
    """Turn what a nonsensical layer makes NumPy raise into a ModelError naming the layer; keep it from warning."""
    try:
        with np.errstate(all="ignore"):
            yield
    except _NONSENSE as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ModelError(f"layer {node.index} ({node.op}) cannot {what}: {reason}") from error


def _planned(op: registry.Operator, node: Node, profile: Profile, context: registry.Context) -> registry.Kernel:
    with _blaming(node, "be planned"):
        return op.plan(node, profile.for_operator(node.op), context)


def initial_value(tensor: Tensor) -> Array:
    """A variable before it is written: the zero point of int8, else zero, as TensorFlow Lite Micro sets it."""
    zero = tensor.zero_point if tensor.dtype == "int8" and tensor.quantization is not None else 0
    if not -128 <= zero <= 127:
        raise ModelError(f"variable {tensor.name} has zero point {zero}, which int8 does not hold")
    return np.full(tensor.shape, zero, tensor.dtype)
