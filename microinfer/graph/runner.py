"""Runs one graph, layer by layer, for a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from microinfer.errors import MicroinferError
from microinfer.graph.model import Array, Graph, Node, Tensor
from microinfer.numerics import Profile
from microinfer.ops import registry


class GraphRunner:
    """A graph planned for one numerics profile, with its variable tensors.

    `folds` tells whether samples may be stacked along the first axis of every activation.
    """

    def __init__(self, graph: Graph, profile: Profile, context: registry.Context) -> None:
        self.graph = graph
        found = [op for op in map(registry.find, graph.nodes) if op]
        pairs = list(zip(found, graph.nodes, strict=True))
        self._kernels = [op.plan(node, profile.for_operator(node.op), context) for op, node in pairs]
        self.folds = all(op.folds(node) for op, node in pairs) and _has_batch_axis(graph)
        self.reset()

    def reset(self) -> None:
        """Set variable tensors to their initial value: zero as their quantisation has it."""
        self._variables = {t.index: _initial(t) for t in self.graph.tensors if t.is_variable}

    def run(self, inputs: Sequence[Array]) -> dict[int, Array]:
        """All activations by tensor index, for inputs in the graph's order."""
        values = {tensor.index: array for tensor, array in zip(self.graph.inputs, inputs, strict=True)}
        for node in self.graph.nodes:
            values.update(zip((t.index for t in node.outputs), self.step(node, values), strict=True))
        return values

    def outputs(self, values: Mapping[int, Array]) -> tuple[Array, ...]:
        """Outputs of the graph among the activations of a run."""
        return tuple(t.data if t.data is not None else self._read(t, values) for t in self.graph.outputs)

    def step(self, node: Node, values: Mapping[int, Array]) -> tuple[Array, ...]:
        """Outputs of one layer for activations by tensor index; variables move on."""
        given = [None if t is None else t.data if t.data is not None else self._read(t, values) for t in node.inputs]
        try:
            result = self._kernels[node.index](*given)
        except (ValueError, TypeError, IndexError, MemoryError, ZeroDivisionError, OverflowError) as error:
            raise MicroinferError(f"layer {node.index} ({node.op}) cannot run: {error}") from error
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


def _initial(tensor: Tensor) -> Array:
    zero = 0 if tensor.quantization is None else tensor.zero_point
    return np.full(tensor.shape, zero, tensor.dtype)
