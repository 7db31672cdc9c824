"""Plans one memory for all activations and scratch buffers, as on the device.

Each buffer lives from the layer that writes it to the last layer that reads it. Placement is greedy by size, largest
first, each at the lowest address where nothing alive at the same time is in the way; this is what TensorFlow Lite
Micro's GreedyMemoryPlanner does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from microinfer.graph.model import Model

ALIGNMENT = 16


@dataclass(frozen=True)
class Request:
    """A buffer of `size` bytes alive from layer `first` to layer `last`, both included."""

    key: str
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Slot:
    """Where a request was placed."""

    request: Request
    offset: int

    @property
    def end(self) -> int:
        return self.offset + self.request.size


@dataclass(frozen=True)
class Plan:
    """All slots, and the bytes the arena needs."""

    slots: tuple[Slot, ...]
    size: int

    def offset(self, key: str) -> int:
        return next(slot.offset for slot in self.slots if slot.request.key == key)


def tensor_key(index: int) -> str:
    return f"tensor {index}"


def scratch_key(layer: int) -> str:
    return f"scratch {layer}"


def align(size: int) -> int:
    """`size` rounded up to the arena's alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def requests_of(model: Model, scratch: Mapping[int, int]) -> tuple[Request, ...]:
    """Buffers of a model: its activations, and `scratch` bytes by layer. Model outputs live to the end."""
    end = len(model.nodes)
    first = {t.index: 0 for t in model.inputs}
    last = {t.index: end for t in model.outputs if t.data is None}
    sizes = {t.index: t.nbytes for t in model.inputs}
    for node in model.nodes:
        for tensor in node.outputs:
            first.setdefault(tensor.index, node.index)
            sizes[tensor.index] = tensor.nbytes
        for read in (*node.inputs, *node.outputs):
            if read is not None and read.data is None:
                last[read.index] = max(last.get(read.index, 0), node.index)
    tensors = [Request(tensor_key(i), align(sizes[i]), first[i], last.get(i, first[i])) for i in sizes]
    return (*tensors, *(Request(scratch_key(n), align(size), n, n) for n, size in scratch.items() if size > 0))


def plan(requests: Iterable[Request]) -> Plan:
    """Place every request; equal sizes keep their order, so the same model gives the same plan."""
    placed: list[Slot] = []
    for request in sorted(requests, key=lambda r: -r.size):
        alive = [s for s in placed if s.request.first <= request.last and request.first <= s.request.last]
        offset = 0
        for slot in sorted(alive, key=lambda s: s.offset):
            if offset + request.size <= slot.offset:
                break
            offset = max(offset, slot.end)
        placed.append(Slot(request, offset))
    return Plan(tuple(placed), max((slot.end for slot in placed), default=0))
