"""Runs a model on the reference operators, keeping every tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from microinfer.errors import InputError, MicroinferError
from microinfer.graph.model import Array, Model, Node, Tensor, describe_shape
from microinfer.numerics import profile as numerics_profile
from microinfer.ops import registry

_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Trace:
    """What one run left behind: `outputs` in the model's order, and every activation by tensor index."""

    model: Model
    outputs: tuple[Array, ...]
    activations: Mapping[int, Array]

    def tensor(self, key: str | int) -> Array:
        """Value of a tensor by name or index, constants included."""
        tensor = self.model.tensor(key)
        return tensor.data if tensor.data is not None else self.activations[tensor.index]

    def layer(self, index: int) -> tuple[Array, ...]:
        """Outputs of layer `index`."""
        return tuple(self.activations[t.index] for t in self.model.nodes[index].outputs)


class Session:
    """A model planned for one numerics profile, and its variables, which live as long as the session.

    Construction raises UnsupportedError listing all that is missing.
    """

    def __init__(self, model: Model, profile: str = "tflm") -> None:
        self.model = model
        self.profile = numerics_profile(profile)
        registry.check(model.nodes)
        found = [op for op in map(registry.find, model.nodes) if op]
        self._kernels = [
            op.plan(node, self.profile.for_operator(node.op)) for op, node in zip(found, model.nodes, strict=True)
        ]
        self.reset()
        self._folds = all(op.folds(node) for op, node in zip(found, model.nodes, strict=True)) and _has_batch_axis(model)

    def run(self, *inputs: Array) -> Trace:
        """Run on one array per model input.

        Each array has the input's shape, or that shape without its leading 1 (one input), or with N in its place (a
        batch: N invocations, one after the other). Raises InputError for any other shape or dtype.
        """
        model = self.model
        stacks = stack_samples(model, inputs)
        activations = self._batch(stacks, len(stacks[0]))
        outputs = tuple(t.data if t.data is not None else activations[t.index] for t in model.outputs)
        return Trace(model, outputs, activations)

    def reset(self) -> None:
        """Set variables to their initial value: zero as their quantisation has it."""
        self._variables = {t.index: _initial(t) for t in self.model.tensors if t.is_variable}

    def step(self, node: Node, values: Mapping[int, Array]) -> tuple[Array, ...]:
        """Outputs of one layer for activations given by tensor index; variables of the session move on."""
        try:
            result = self._kernels[node.index](*(self._value(t, values) for t in node.inputs))
        except (ValueError, TypeError, IndexError, MemoryError) as error:
            raise MicroinferError(f"layer {node.index} ({node.op}) cannot run: {error}") from error
        if isinstance(result, registry.Update):
            for position, value in result.variables:
                self._variables[node.input(position).index] = value
            return result.outputs
        return result if isinstance(result, tuple) else (result,)

    def _value(self, tensor: Tensor | None, values: Mapping[int, Array]) -> Array | None:
        if tensor is None or tensor.data is not None:
            return None if tensor is None else tensor.data
        return self._variables[tensor.index] if tensor.is_variable else values[tensor.index]

    def _batch(self, stacks: Sequence[Array], count: int) -> dict[int, Array]:
        size = _CHUNK if self._folds else 1
        chunks = [self._chunk([s[i : i + size] for s in stacks]) for i in range(0, count, size)]
        if len(chunks) == 1:
            return chunks[0]
        return {index: np.concatenate([chunk[index] for chunk in chunks]) for index in chunks[0]}

    def _chunk(self, stacks: Sequence[Array]) -> dict[int, Array]:
        values: dict[int, Array] = {}
        for tensor, stack in zip(self.model.inputs, stacks, strict=True):
            values[tensor.index] = stack if self._folds else stack.reshape(tensor.shape)
        for node in self.model.nodes:
            values.update(zip((t.index for t in node.outputs), self.step(node, values), strict=True))
        return values


def _has_batch_axis(model: Model) -> bool:
    """Whether every activation has a leading axis of length 1 that samples can be stacked along."""
    tensors = [t for node in model.nodes for t in (*node.inputs, *node.outputs) if t is not None]
    return all(t.shape[:1] == (1,) for t in tensors if t.data is None)


def _initial(tensor: Tensor) -> Array:
    zero = 0 if tensor.quantization is None else tensor.zero_point
    return np.full(tensor.shape, zero, tensor.dtype)


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
    if array.dtype != np.dtype(tensor.dtype):
        raise InputError(f"input {tensor.name} is {tensor.dtype}, got {array.dtype}")
    shape = tensor.shape
    if array.shape == shape:
        return array if shape[:1] == (1,) else array[None]
    sample = shape[1:] if shape[:1] == (1,) else shape
    if array.shape == sample:
        return array[None]
    if array.shape[1:] == sample:
        return array
    expected = f"{describe_shape(shape)} or N samples of {describe_shape(sample)}"
    raise InputError(f"input {tensor.name} is {expected}, got {describe_shape(array.shape)}")
