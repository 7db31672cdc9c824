"""Slow memories put to work: the tracer adds their stalls, the engine tells which data is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.engine.engine import Engine
from emulator.memories.data_path import data_path
from emulator.memories.fetch import fetch_ahead
from emulator.memories.layout import Layout
from emulator.memories.model import PythonMemories, make_memories
from emulator.memories.plan import make_plan
from emulator.timing.cost import CostModel
from emulator.tracing.reads import Reads
from emulator.tracing.tracer import CostFunction, Tracer, attach

MEMORY = (0, 0x3FFFFFFF)
"""Code and SRAM areas: reads of fast memory are told as well, or those of slow memory would get the wrong times."""

Planned = Callable[[int, int, int], tuple[int, int, int, int, int, bytes]]


def planned_cost(cost: CostFunction, model: CostModel, layout: Layout) -> Planned:
    """`cost` with the plan of each block."""
    ahead, path = fetch_ahead(model.core.name), data_path(model.core.name)
    plans: dict[tuple[int, int], bytes] = {}

    def planned(address: int, size: int, target: int) -> tuple[int, int, int, int, int, bytes]:
        cycles, instructions, *rest = (int(number) for number in cost(address, size, target)[:5])
        key = (address, size)
        if key not in plans:
            plans[key] = make_plan(model.block(*key), model.starts(*key), layout, ahead, path, model.younger(*key))
        mark, flow, function = rest or (0, 0, 0)
        return cycles, instructions, mark, flow, function, plans[key]

    return planned


def attach_with(
    engine: Engine,
    cost: CostFunction,
    model: CostModel,
    layout: Layout,
    guard: Callable[[Any], Any],
    wanted: str | None,
) -> Tracer:
    """A tracer for `cost`, with plans for slow memories if there are any; `guard` is put around the cost."""
    return attach(engine, guard(planned_cost(cost, model, layout) if layout.memories else cost), wanted)


def listened(layout: Layout) -> list[tuple[int, int]]:
    """First and last addresses of what memories are told of."""
    return [MEMORY, *(place for place in layout.data_ranges if place[0] > MEMORY[1])]


def attach_memories(tracer: Tracer, reads: Reads, layout: Layout) -> None:
    """Let `tracer`, whose costs come with plans, add the stalls of these memories from now on."""
    if not layout.memories:
        return
    model = make_memories(layout, reads.native)
    tracer.memories = model
    for place in listened(layout):
        if isinstance(model, PythonMemories):
            reads.call(lambda write, pc, address, size: model.access(write, address, size), place)
        else:
            reads.add(model.consumer, place)
