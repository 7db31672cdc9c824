"""Runs a model on the reference operators, keeping every tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from microinfer.errors import InputError, ModelError, UnknownName
from microinfer.graph.model import Array, Graph, Model, Node, Tensor, describe_shape
from microinfer.graph.runner import GraphRunner
from microinfer.numerics import profile as numerics_profile
from microinfer.ops import registry

_DEEPEST = 16
FEEDABLE = ("bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "float32", "float64")


@dataclass(frozen=True, eq=False)
class Trace:
    """What one run left behind: `outputs` in the model's order, and activations by tensor index, all unless told."""

    model: Model
    outputs: tuple[Array, ...]
    activations: Mapping[int, Array]

    def tensor(self, key: str | int) -> Array:
        """Value of a tensor by name or index, constants included."""
        tensor = self.model.tensor(key)
        if tensor.data is not None:
            return tensor.data
        if tensor.index not in self.activations:
            raise UnknownName(f"tensor {tensor.name} of {self.model.name} is a variable or was not kept")
        return self.activations[tensor.index]

    def layer(self, index: int) -> tuple[Array, ...]:
        """Outputs of layer `index`."""
        return tuple(self.activations[t.index] for t in self.model.nodes[index].outputs)


class Session:
    """A model planned for one numerics profile, and its state, which lives as long as the session.

    State are variable tensors and resources. Construction raises UnsupportedError listing all that is missing.
    """

    def __init__(self, model: Model, profile: str = "tflm") -> None:
        self.model = model
        self.profile = numerics_profile(profile)
        self.resources: dict[str, Array] = {}
        self.called: set[int] = set()
        self._depth = 0
        registry.check(model.graphs)
        self._runners = [GraphRunner(graph, self.profile, self) for graph in model.graphs]

    def run(self, *inputs: Array, keep: bool = True) -> Trace:
        """Run on one array per model input.

        Each array has the input's shape, or that shape without its leading 1 (one input), or with N in its place (a
        batch: N invocations, one after the other). Without `keep` the trace holds outputs only, and memory does not
        grow with N but for them. Raises InputError for any other shape or dtype.
        """
        stacks = stack_samples(self.model, inputs)
        chunks, start, count = [], 0, len(stacks[0])
        while start < count:
            size = _chunk_size(count - start, self._runners[0].chunk)
            chunks.append(self._chunk([s[start : start + size] for s in stacks], keep))
            start += size
        activations = chunks[0] if len(chunks) == 1 else _join(chunks, self._runners[0].folds)
        return Trace(self.model, self._runners[0].outputs(activations), activations)

    @property
    def stateful(self) -> bool:
        """Whether one invocation can change the next: the model has variables, or operators that keep something."""
        tensors = (t for graph in self.model.graphs for t in graph.tensors)
        operators = (registry.find(node) for graph in self.model.graphs for node in graph.nodes)
        return any(t.is_variable or t.dtype == "resource" for t in tensors) or any(
            op is not None and op.keeps_state for op in operators
        )

    def reset(self) -> None:
        """Forget all state."""
        self.resources.clear()
        self.called.clear()
        for runner in self._runners:
            runner.reset()

    def step(self, node: Node, values: Mapping[int, Array]) -> tuple[Array, ...]:
        """Outputs of one layer of the model for activations given by tensor index; state moves on."""
        return self._runners[0].step(node, values)

    def graph(self, number: int) -> Graph:
        """Graph of the model by number; raises ModelError when there is none."""
        if not 0 <= number < len(self.model.graphs):
            raise ModelError(f"{self.model.name} has no subgraph {number}")
        return self.model.graphs[number]

    def invoke(self, number: int, inputs: Sequence[Array]) -> tuple[Array, ...]:
        """Outputs of one graph; raises ModelError when the inputs do not fit it or graphs invoke each other."""
        graph = self.graph(number)
        if [(a.shape, a.dtype) for a in inputs] != [(t.shape, np.dtype(t.dtype)) for t in graph.inputs]:
            raise ModelError(f"{graph.name} is invoked with other inputs than it takes")
        if self._depth == _DEEPEST:
            raise ModelError(f"{graph.name} is invoked from within itself")
        self._depth += 1
        try:
            runner = self._runners[number]
            return runner.outputs(runner.run(inputs, keep=False))
        finally:
            self._depth -= 1

    def _chunk(self, stacks: Sequence[Array], keep: bool) -> dict[int, Array]:
        runner = self._runners[0]
        if not runner.folds:
            stacks = [s.reshape(t.shape) for t, s in zip(self.model.inputs, stacks, strict=True)]
        values = runner.run(stacks, keep)
        if keep:
            return values
        return {t.index: values[t.index] for t in self.model.outputs if t.index in values}


def _join(chunks: Sequence[Mapping[int, Array]], folded: bool) -> dict[int, Array]:
    """Activations of several runs along their leading axis, or along a new one where that is no batch axis."""
    joined = {}
    for index, first in chunks[0].items():
        values = [chunk[index] for chunk in chunks]
        joined[index] = np.concatenate(values) if folded or first.shape[:1] == (1,) else np.stack(values)
    return joined


def _chunk_size(left: int, most: int) -> int:
    """The largest power of two that is neither above `left` nor above `most`: so there are few plans to make."""
    return 1 << (min(left, most).bit_length() - 1)


def stack_samples(model: Model, inputs: Sequence[Array]) -> list[Array]:
    """Inputs with their samples along the first axis, equally many each; raises InputError where they do not fit."""
    if len(inputs) != len(model.inputs):
        names = ", ".join(f"{t.name} {describe_shape(t.shape)} {t.dtype}" for t in model.inputs)
        raise InputError(f"{model.name} takes {len(model.inputs)} inputs ({names}), got {len(inputs)}")
    stacks = [_stack(array, tensor) for array, tensor in zip(inputs, model.inputs, strict=True)]
    counts = sorted({len(stack) for stack in stacks})
    if len(counts) != 1 or counts[0] == 0:
        raise InputError(f"{model.name}: inputs hold {counts} samples; all need the same number, at least one")
    return stacks


def _stack(array: Array, tensor: Tensor) -> Array:
    """`array` with the samples along its first axis; each of them the input's shape without its leading 1."""
    array = np.asarray(array)
    if tensor.dtype not in FEEDABLE:
        raise InputError(f"input {tensor.name} is {tensor.dtype}, which cannot be given as an array")
    if array.dtype != np.dtype(tensor.dtype):
        raise InputError(f"input {tensor.name} is {tensor.dtype}, got {array.dtype}")
    shape = tensor.shape
    if array.shape == shape:
        return array if shape[:1] == (1,) else array[None]
    sample = shape[1:] if shape[:1] == (1,) else shape
    if array.shape == sample:
        return array[None]
    if array.shape[1:] in (sample, shape):
        return array.reshape(len(array), *sample)
    expected = f"{describe_shape(shape)} or N samples of {describe_shape(sample)}"
    raise InputError(f"input {tensor.name} is {expected}, got {describe_shape(array.shape)}")
