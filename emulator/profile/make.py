"""Puts a profile together from what a tracer counted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from emulator.profile.instructions import instruction_costs
from emulator.profile.lines import call_sites, line_costs
from emulator.profile.mix import mix
from emulator.profile.timeline import Timeline
from emulator.profile.tree import Profile, call_nodes
from emulator.program.source_lines import SourceLines
from emulator.timing.cost import CostModel
from emulator.tracing.operand_watch import SiteCounts
from emulator.tracing.tracer import Tracer


def make_profile(
    tracer: Tracer,
    model: CostModel,
    lines: SourceLines,
    name: Callable[[int], str],
    clock_hz: int,
    timeline: Timeline,
    sites: Sequence[SiteCounts] = (),
) -> Profile:
    """The profile so far; `name` gives the function of an address, `sites` are those of an OperandWatch."""
    calls = tracer.calls()
    holder = _holder(name, sorted({row[1] for row in calls}))
    costs = instruction_costs(tracer.edges(), model, tracer.stalls())
    for row in sites:
        if row.site.address in costs:
            costs[row.site.address].cycles += row.cycles
    return Profile(
        nodes=call_nodes(calls, name),
        cycles=tracer.cycles,
        clock_hz=clock_hz,
        timeline=tuple(timeline.events),
        exceptions=timeline.costs(),
        lines=line_costs(costs.values(), lines, holder),
        mix=mix(costs.values()),
        sites=call_sites(costs.values(), lines, holder),
    )


def _holder(name: Callable[[int], str], called: list[int]) -> Callable[[int], str]:
    """`name`, but where there is no symbol the function that was called last in front of an address."""

    def holder(address: int) -> str:
        text = name(address)
        if text != f"0x{address:08x}":
            return text
        index = bisect_right(called, address)
        return name(called[index - 1]) if index else text

    return holder
