"""Plans one memory for all activations and scratch buffers, as on the device.

Each buffer lives from the layer that writes it to the last layer that reads it. Placement is greedy by size, largest
first, each at the lowest address where nothing alive at the same time is in the way; this is what TensorFlow Lite
Micro's GreedyMemoryPlanner does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from microinfer.graph.model import Graph

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


def requests_of(graph: Graph, scratch: Mapping[int, int]) -> tuple[Request, ...]:
    """Buffers of a graph: its activations, and `scratch` bytes by layer. Its outputs live to the end."""
    end = len(graph.nodes)
    first = {t.index: 0 for t in graph.inputs}
    last = {t.index: end for t in graph.outputs if t.data is None}
    sizes = {t.index: t.nbytes for t in graph.inputs}
    for node in graph.nodes:
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
    return _place(sorted(requests, key=lambda r: -r.size))


_ORDERS: tuple[Callable[[Request], tuple[int, ...]], ...] = (
    lambda r: (-r.size,),
    lambda r: (r.first - r.last, -r.size),
    lambda r: (-r.size * (r.last - r.first + 1),),
    lambda r: (r.first, -r.size),
    lambda r: (-r.last, -r.size),
)
_SHUFFLES = 2000


def best_plan(requests: Sequence[Request], bound: int) -> Plan:
    """The smallest plan among several orders of placement and swaps of the best of them; ends at `bound` bytes.

    `bound` is the most that is alive at once, which no plan beats. The search is the same every time.
    """
    orders = [sorted(requests, key=key) for key in _ORDERS]
    best_order = min(orders, key=lambda order: _place(order).size)
    best = _place(best_order)
    generator = Random(0)
    for _ in range(_SHUFFLES if len(requests) > 1 else 0):
        if best.size <= bound:
            break
        order = list(best_order)
        first, second = generator.sample(range(len(order)), 2)
        order.insert(second, order.pop(first))
        if (found := _place(order)).size <= best.size:
            best_order, best = order, found
    return best


def _place(requests: Iterable[Request]) -> Plan:
    placed: list[Slot] = []
    for request in requests:
        alive = [s for s in placed if s.request.first <= request.last and request.first <= s.request.last]
        offset = 0
        for slot in sorted(alive, key=lambda s: s.offset):
            if offset + request.size <= slot.offset:
                break
            offset = max(offset, slot.end)
        placed.append(Slot(request, offset))
    return Plan(tuple(placed), max((slot.end for slot in placed), default=0))
