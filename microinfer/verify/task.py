"""Work that is handed to workers: a stretch of cases, or the search for the defect behind failing ones.

A task and its answer are plain data. A worker keeps one library loaded; nothing else of a task outlives it, so an
answer does not depend on who gives it or on what they did before.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import sha256

from microinfer.errors import KernelError
from microinfer.verify.bench import Bench, Clean
from microinfer.verify.check import check
from microinfer.verify.defect import Defect, find_defects
from microinfer.verify.finding import Finding
from microinfer.verify.source import Source
from microinfer.verify.spec import spec_of
from microinfer.verify.user_specs import SpecFile, use_spec_files

_OUTSIDE = 0

Edge = tuple[int, int, int]
"""Address and bytes of a block, address of the next one; 0 where that lies outside the library."""


@dataclass(frozen=True)
class Setup:
    """What every task needs: the library's file name and content, the core, files with specifications."""

    library: str
    content: bytes
    core: str
    specs: tuple[SpecFile, ...] = ()

    def bench(self) -> Bench:
        """The library in the emulator, one a thread."""
        key = sha256(self.content).hexdigest(), self.core
        if getattr(_LOADED, "key", None) != key:
            _LOADED.bench = Bench(self.library, self.core, self.content)
            _LOADED.bench.reserve()
            _LOADED.key = key
        bench: Bench = _LOADED.bench
        return bench


_LOADED = threading.local()


@dataclass(frozen=True)
class Failure:
    """Number of a case and what is wrong with it, the worst first."""

    number: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Reached:
    """A case that took edges which no case before it in its stretch took, and the tape of its knobs."""

    number: int
    edges: frozenset[Edge]
    tape: tuple[float, ...]


@dataclass(frozen=True)
class Stretch:
    """What came of cases [start, stop): `stack` in bytes is that of clean case `deepest`."""

    start: int
    stop: int
    failures: tuple[Failure, ...]
    stack: int
    deepest: int
    reached: tuple[Reached, ...]


@dataclass(frozen=True)
class CasesTask:
    """Run cases [start, stop) of a function; the answer is text where they cannot run."""

    source: Source
    start: int
    stop: int

    @property
    def function(self) -> str:
        """The function under test."""
        return self.source.function

    def run(self, setup: Setup) -> Stretch | str:
        """Run it here."""
        use_spec_files(setup.specs)
        bench, spec = setup.bench(), spec_of(self.function)
        watch = _Watch(bench)
        failures, reached = [], []
        stack, deepest = 0, self.start
        for number in range(self.start, self.stop):
            try:
                result = check(bench, spec, self.source.case(spec, number))
            except KernelError as error:
                return str(error)
            if not isinstance(result, Clean):
                failures.append(Failure(number, result))
            elif result.stack > stack:
                stack, deepest = result.stack, number
            if edges := watch.new():
                reached.append(Reached(number, edges, self.source.tape(spec, number)))
        return Stretch(self.start, self.stop, tuple(failures), stack, deepest, tuple(reached))


class _Watch:
    """Edges within the library that were not taken before."""

    def __init__(self, bench: Bench) -> None:
        self._machine = bench.machine
        functions = [s for s in bench.image.symbols if s.kind == "function"]
        self._first = min((s.address for s in functions), default=0)
        self._end = max((s.address + s.size for s in functions), default=0)
        self._seen: set[Edge] = set()
        self._rows = 0
        self._machine.clear_edges()

    def new(self) -> frozenset[Edge]:
        """Those since it was asked last."""
        rows = self._machine.edge_rows
        if len(rows) == self._rows:
            return frozenset()
        self._rows = len(rows)
        inside = range(self._first, self._end)
        now = {(row[0], row[1], row[2] if row[2] in inside else _OUTSIDE) for row in rows if row[0] in inside}
        new = frozenset(now - self._seen)
        self._seen |= new
        return new


@dataclass(frozen=True)
class DefectTask:
    """Find the defects behind failing cases of one kind, out of the cases in `stretches`; `failing` are all numbers."""

    source: Source
    group: tuple[Failure, ...]
    stretches: tuple[tuple[int, int], ...]
    failing: frozenset[int]

    @property
    def function(self) -> str:
        """The function under test."""
        return self.source.function

    def run(self, setup: Setup) -> tuple[Defect, ...]:
        """Run it here."""
        use_spec_files(setup.specs)
        bench, spec = setup.bench(), spec_of(self.function)
        numbers = [number for start, stop in self.stretches for number in range(start, stop)]
        drawn = (self.source.knobs(spec, number) for number in numbers if number not in self.failing)
        passing = [knobs for knobs in drawn if knobs is not None]
        failed = [(self.source.case(spec, failure.number), failure.findings) for failure in self.group]
        return find_defects(bench, spec, failed, passing, len(numbers))

    def unshrunk(self) -> tuple[Defect, ...]:
        """The defect as its first case shows it, for a campaign that ends before this ran."""
        spec, first = spec_of(self.function), self.group[0]
        count = sum(stop - start for start, stop in self.stretches)
        case = self.source.case(spec, first.number)
        return (Defect(self.function, first.findings[0], len(self.group), count, case, first.findings[1:]),)


Task = CasesTask | DefectTask
Answer = Stretch | str | tuple[Defect, ...]


def run_task(setup: Setup, task: Task) -> Answer:
    """What a worker calls."""
    return task.run(setup)
