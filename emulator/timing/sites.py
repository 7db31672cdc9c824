"""Where a block's cycles depend on more than its instructions: on operands, and on what an IT skips.

Each such place is a site. Its executions fall into classes (emulator/timing/operands.py; SKIPPED where an IT skipped
it), and `extra` says by how many cycles each class differs from what the pipeline charges without looking: the row's
own cycles, and every instruction behind an IT executed. A site inside an IT block is looked at at its IT, with the
registers as they are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from emulator.instructions.conditions import ALWAYS, guards
from emulator.instructions.decode import Instruction
from emulator.timing.core import Core, core_names, load_core
from emulator.timing.operands import SKIPPED, is_signed, operand_registers
from emulator.timing.pipelines import Pipeline, make_pipeline

CONDITION = "condition"
"""The kind of a site for what an IT skips: class 0 where its first condition holds, SKIPPED where it does not."""

_BEHIND = 1


@dataclass(frozen=True)
class Site:
    """Looked at in front of `place`; `address` is the instruction that takes the cycles.

    `guard` is the condition under which it runs, ALWAYS outside an IT block.
    """

    place: int
    address: int
    kind: str
    signed: bool
    registers: tuple[str, ...]
    guard: int
    extra: tuple[int, ...]


class SiteFinder:
    """Finds the sites of one core."""

    def __init__(self, core: Core, pipeline: Pipeline) -> None:
        self._core, self._pipeline = core, pipeline

    def sites(self, block: Sequence[Instruction], masks: dict[int, int]) -> Iterator[Site]:
        """The sites of a block; `masks` has the low byte of each IT by its address."""
        place, conditions = 0, []
        for n, instruction in enumerate(block):
            if instruction.name == "it":
                place, conditions = instruction.address, guards(masks[instruction.address])
                yield from self._skips(block[n : n + 1 + len(conditions) + _BEHIND], list(conditions))
                continue
            guard = conditions.pop(0) if conditions else None
            at, condition = (instruction.address, ALWAYS) if guard is None else (place, guard)
            yield from self._operands(instruction, at, condition)

    def _operands(self, instruction: Instruction, place: int, guard: int) -> Iterator[Site]:
        row = self._core.by_operands(instruction)
        if row is None:
            return
        own = self._core.classify(instruction).cycles
        extra = [cycles - own for cycles in row.cycles]
        extra += [0] * (SKIPPED + 1 - len(extra))
        registers, signed = operand_registers(instruction), is_signed(instruction)
        yield Site(place, instruction.address, row.kind, signed, registers, guard, tuple(extra))

    def _skips(self, window: Sequence[Instruction], conditions: list[int]) -> Iterator[Site]:
        """What the IT at the start of `window` makes cheaper when its condition holds, and when it does not."""
        if not self._core.skipped_as_nop:
            return
        as_run = self._cycles(window)
        extra = [0] * (SKIPPED + 1)
        for place, runs in ((0, conditions[0]), (SKIPPED, conditions[0] ^ 1)):
            extra[place] = self._cycles(_without(window, conditions, runs)) - as_run
        if any(extra):
            first = window[0].address
            yield Site(first, first, CONDITION, False, (), conditions[0], tuple(extra))

    def _cycles(self, window: Sequence[Instruction]) -> int:
        return self._pipeline.edge(tuple(window), (), window[-1].end)


def _without(window: Sequence[Instruction], conditions: list[int], holds: int) -> list[Instruction]:
    """The window with NOPs for what is skipped; whether a branch was taken is known from the edge."""
    guarded = zip(window[1:], conditions, strict=False)
    kept = [i if condition == holds or i.writes_pc else _nop(i) for i, condition in guarded]
    return [window[0], *kept, *window[1 + len(kept) :]]


def _nop(instruction: Instruction) -> Instruction:
    nothing: frozenset[str] = frozenset()
    return replace(
        instruction, name="nop", operands="", reads=nothing, writes=nothing, address_registers=(), is_load=False,
        is_store=False, is_multiple=False, transfers=0, register_offset=False, offset=0, writeback=False,
        writes_pc=False, is_call=False, conditional=False, sets_flags=False, target=None, registers=(),
    )  # fmt: skip


def every_core(own: SiteFinder) -> tuple[SiteFinder, ...]:
    """Finders of all cores there are, `own` first: what they find together lets a run be costed for any of them."""
    others = (load_core(name) for name in core_names())
    return own, *(SiteFinder(core, make_pipeline(core)) for core in others)


def sites_of(finders: Sequence[SiteFinder], block: Sequence[Instruction], masks: dict[int, int]) -> Iterator[Site]:
    """What the finders find, each site once. Those of the first count, others take no cycles on top."""
    known: set[tuple[int, int, str]] = set()
    for finder in finders:
        for site in finder.sites(block, masks):
            key = (site.place, site.address, site.kind)
            if key not in known:
                known.add(key)
                yield site if finder is finders[0] else replace(site, extra=(0,) * (SKIPPED + 1))
