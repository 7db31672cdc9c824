"""Runs cases on a library, twice each: buffers against a guard at their end, then at their start, other noise around.

One sandbox serves all cases of a size, so nothing is mapped or allocated per case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from emulator import Machine
from emulator.calls.sandbox import Sandbox
from emulator.errors import Place
from emulator.program.elf import Image
from emulator.program.source_lines import SourceLines
from emulator.program.symbols import SymbolTable
from microinfer.errors import KernelError
from microinfer.verify.case import Case
from microinfer.verify.signature import cmsis_signature
from microinfer.verify.slots import ENDS, Prepared, Run, Slots, size_of
from microinfer.verify.spec import Arrays, Buffer, Plan, ScratchQuery, Spec
from microinfer.verify.static_data import StaticChange, StaticData

_PAGE = 4096
_STACK = 16 << 10
_UNUSED = 4096
_MOST_SCRATCH = 1 << 20
_RESERVED = (_PAGE, 2 * _PAGE, 4 * _PAGE)


@dataclass(frozen=True, eq=False)
class Clean:
    """A case without defect: cycles of a run, bytes of stack of the deeper one."""

    cycles: int
    stack: int


@dataclass(frozen=True, eq=False)
class Suspect:
    """A case with something wrong: its runs, to be judged, what was expected, static data changed.

    `null` are the pointers that were NULL.
    """

    case: Case
    plan: Plan
    expected: Arrays
    runs: tuple[Run, ...]
    static: StaticChange | None
    lines: SourceLines
    null: tuple[str, ...] = ()

    def place(self, place: Place) -> str:
        """A place with its source line where the ELF says it."""
        line = self.lines.find(place.pc)
        return f"{place}, {line}" if line else str(place)


class Bench:
    """A library in the emulator: the file `elf`, or `content` where that is given."""

    def __init__(self, elf: str | Path, core: str, content: bytes | None = None) -> None:
        self.path = Path(elf)
        self.core = core
        self.machine = Machine(core, stack_size=_UNUSED, heap_size=_UNUSED)
        self.image: Image = self.machine.load(self.path if content is None else content)
        self.functions = {s.name: s.address for s in self.image.symbols if s.kind == "function"}
        self.lines = SourceLines(self.path if content is None else content)
        self._symbols = SymbolTable(self.image.symbols)
        self._static = StaticData(self.machine, self.image)
        self._sandboxes: dict[tuple[int, int], Slots] = {}

    def reserve(self) -> None:
        """Map the usual sandboxes now, so that where buffers lie does not depend on which cases ran before."""
        for size in _RESERVED:
            for count in (4, 8, 12):
                self._slots(count, size)

    def has(self, function: str) -> bool:
        """Whether the library has the function."""
        return function in self.functions

    def require(self, function: str) -> None:
        """Raise KernelError unless the library has the function."""
        if not self.has(function):
            names = sorted(n for n in self.functions if n.startswith("arm_"))
            raise KernelError(f"{self.path.name} has no {function}; it has {', '.join(names[:6]) or 'no arm_*'}")

    def run(self, spec: Spec, case: Case, expected: Arrays) -> Clean | Suspect:
        """Run a case at both guards and compare everything with what is expected."""
        if case.plan.is_rejected and self._needs_none(case.plan):
            return Clean(0, 0)
        plan = self.sized(case.plan)
        slots = self._slots_for(plan)
        address = self.functions[spec.function]
        deepest = cycles = 0
        good = True
        for guard in ENDS:
            run = slots.run(spec.signature, address, plan, case.arrays, expected, guard)
            good = good and run.good
            if not good:
                break
            deepest, cycles = max(deepest, run.stack), run.returned.cycles
        static = self._static.restore()
        if good and static is None:
            return Clean(cycles, deepest)
        runs = []
        for guard in ENDS:
            runs.append(slots.run(spec.signature, address, plan, case.arrays, expected, guard, keep=True))
            static = self._static.restore() or static
        given = {buffer.path for buffer in plan.buffers}
        null = tuple(path for path in spec.signature.pointers if path not in given)
        return Suspect(case, plan, expected, tuple(runs), static, self.lines, null)

    def run_once(
        self, spec: Spec, case: Case, guard: str, prepared: Prepared | None = None, limit: int = 0
    ) -> Run:
        """One run at one guard, kept, for `limit` cycles if given; `prepared` is called right in front of the call."""
        plan = self.sized(case.plan)
        address, slots = self.functions[spec.function], self._slots_for(plan)
        run = slots.run(spec.signature, address, plan, case.arrays, {}, guard, True, prepared, limit)
        self._static.restore()
        return run

    def sandbox_of(self, case: Case) -> Sandbox:
        """The memory that a case runs in."""
        return self._slots_for(self.sized(case.plan)).sandbox

    def locate(self, pc: int) -> Place:
        """The function that holds an address."""
        return self._symbols.locate(pc)

    def sized(self, plan: Plan) -> Plan:
        """The plan with scratch as large as the library asks for."""
        if not plan.scratch and not plan.dropped:
            return plan
        buffers, values = [b for b in plan.buffers if b.path not in plan.dropped], dict(plan.values)
        for query in plan.scratch:
            size = self.scratch_size(query)
            values[query.size_path] = size
            if size and query.path not in plan.dropped:
                buffers.append(Buffer(query.path, "uint8", (size,), "scratch", 4))
        return replace(plan, values=values, buffers=tuple(buffers), scratch=(), dropped=frozenset())

    def _needs_none(self, plan: Plan) -> bool:
        """Whether scratch is withheld that the library does not ask for: nothing is wrong with that."""
        return any(query.path in plan.dropped and not self.scratch_size(query) for query in plan.scratch)

    def scratch_size(self, query: ScratchQuery) -> int:
        """What the library's size function answers; KernelError when it has none."""
        if query.function not in self.functions:
            raise KernelError(f"{self.path.name} lacks {query.function}, which says how much scratch to give")
        slots = self._slots(2, 0)
        size = slots.ask(cmsis_signature(query.function), self.functions[query.function], query.values)
        if not 0 <= size < _MOST_SCRATCH:
            raise KernelError(f"{query.function} asks for {size} bytes of scratch")
        return size

    def _slots_for(self, plan: Plan) -> Slots:
        return self._slots(len(plan.buffers) + 1, max((size_of(b) for b in plan.buffers), default=0))

    def _slots(self, count: int, largest: int) -> Slots:
        size = _PAGE
        while size < largest:
            size *= 2
        key = (-(-count // 4) * 4, size)
        if key not in self._sandboxes:
            self._sandboxes[key] = Slots(self.machine.sandbox(*key, _STACK), key[0] * size)
        return self._sandboxes[key]
