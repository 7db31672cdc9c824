"""Runs many cases of many functions and keeps what is wrong; the same seed gives the same report, however many workers.

A case is named by (seed, function, number), so workers are told numbers and answer with numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from microinfer.errors import KernelError
from microinfer.verify.bench import Bench, Clean
from microinfer.verify.case import draw_case
from microinfer.verify.check import check
from microinfer.verify.coverage import Blocks, Coverage, blocks_run, coverage
from microinfer.verify.defect import Defect, find_defects
from microinfer.verify.finding import Finding
from microinfer.verify.signature import cmsis_functions
from microinfer.verify.spec import all_specs, spec_of

CASES = 1000
_CHUNK = 250


@dataclass(frozen=True)
class Failure:
    """Number of a case and what is wrong with it, the worst first."""

    index: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ChunkResult:
    """Cases [start, stop) of one function: failures, bytes of stack of the deepest clean case and its number,
    and the blocks that ran."""

    function: str
    start: int
    stop: int
    failures: tuple[Failure, ...]
    stack: int
    deepest: int
    blocks: Blocks


@dataclass(frozen=True, eq=False)
class FunctionResult:
    """All cases of one function; `skipped` says why none could run."""

    function: str
    cases: int
    failing: int
    stack: int
    deepest: int
    defects: tuple[Defect, ...]
    skipped: str = ""


@dataclass(frozen=True, eq=False)
class CampaignResult:
    """What a campaign found; `unknown` are functions of the library without a specification.

    `coverage` is that of the functions run and of the library's other functions named arm_* that they reached."""

    library: str
    core: str
    seed: int
    functions: tuple[FunctionResult, ...]
    unknown: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    interrupted: bool = False

    @property
    def defects(self) -> tuple[Defect, ...]:
        """All of them, by function."""
        return tuple(defect for function in self.functions for defect in function.defects)

    @property
    def cases(self) -> int:
        """Cases run."""
        return sum(function.cases for function in self.functions)


@dataclass(frozen=True)
class Campaign:
    """A library to verify: `functions` empty means all that have a specification."""

    elf: Path
    core: str
    cases: int = CASES
    seed: int = 0
    functions: tuple[str, ...] = ()

    def chosen(self) -> tuple[str, ...]:
        """Names of the functions to run; raises UnknownName, or KernelError for one the library lacks."""
        bench = _bench(self.elf, self.core)
        for name in self.functions:
            spec_of(name)
            bench.require(name)
        return self.functions or self._known(bench)

    @staticmethod
    def _known(bench: Bench) -> tuple[str, ...]:
        return tuple(name for name in all_specs() if bench.has(name))

    def unknown(self) -> tuple[str, ...]:
        """Functions named arm_* of the library that have no specification and are no size functions."""
        bench, specs = _bench(self.elf, self.core), all_specs()
        named = (n for n in bench.functions if n.startswith("arm_") and n in cmsis_functions())
        return tuple(sorted(n for n in named if n not in specs and "_get_" not in n))

    def run(self, executor: Executor | None = None, progress: Callable[[], None] = lambda: None) -> CampaignResult:
        """Run it, here or on `executor`; Ctrl-C leaves what is done so far."""
        functions = self.chosen()
        results: dict[str, list[ChunkResult]] = {name: [] for name in functions}
        skipped: dict[str, str] = {}
        interrupted = False
        try:
            for name, answer in self._answers(functions, executor):
                if isinstance(answer, str):
                    skipped[name] = answer
                else:
                    results[name].append(answer)
                progress()
        except KeyboardInterrupt:
            interrupted = True
        done = tuple(self._merged(name, results[name], skipped.get(name, "")) for name in functions)
        blocks: Blocks = frozenset().union(*(chunk.blocks for chunks in results.values() for chunk in chunks))
        reached = self._coverage(functions, blocks)
        return CampaignResult(self.elf.name, self.core, self.seed, done, self.unknown(), reached, interrupted)

    def _coverage(self, functions: Sequence[str], blocks: Blocks) -> tuple[Coverage, ...]:
        bench = _bench(self.elf, self.core)
        others = sorted(n for n in bench.functions if n.startswith("arm_") and n not in functions)
        rows = coverage(bench, blocks, (*functions, *others))
        return tuple(row for row in rows if row.function in functions or row.executed)

    @property
    def chunks(self) -> int:
        """Number of `progress` calls of a function."""
        return -(-self.cases // _CHUNK)

    def _answers(self, functions: Sequence[str], executor: Executor | None) -> Iterator[tuple[str, ChunkResult | str]]:
        starts = range(0, self.cases, _CHUNK)
        jobs = [(name, start, min(start + _CHUNK, self.cases)) for name in functions for start in starts]
        if executor is None:
            for job in jobs:
                yield job[0], run_chunk(self.elf, self.core, self.seed, *job)
            return
        waiting: list[tuple[str, Future[ChunkResult | str]]] = [
            (job[0], executor.submit(run_chunk, self.elf, self.core, self.seed, *job)) for job in jobs
        ]
        for name, future in waiting:
            yield name, future.result()

    def _merged(self, name: str, chunks: Iterable[ChunkResult], skipped: str) -> FunctionResult:
        ordered = sorted(chunks, key=lambda chunk: chunk.start)
        failures = tuple(failure for chunk in ordered for failure in chunk.failures)
        count = sum(chunk.stop - chunk.start for chunk in ordered)
        deepest = max(ordered, key=lambda chunk: chunk.stack, default=None)
        defects: tuple[Defect, ...] = ()
        if failures:
            bench = _bench(self.elf, self.core)
            cases = [(draw_case(spec_of(name), self.seed, f.index), f.findings) for f in failures]
            bad = {f.index for f in failures}
            done = (i for chunk in ordered for i in range(chunk.start, chunk.stop) if i not in bad)
            passing = [draw_case(spec_of(name), self.seed, i).knobs for i in done]
            defects = find_defects(bench, spec_of(name), cases, passing, count)
        depth = (deepest.stack, deepest.deepest) if deepest else (0, 0)
        return FunctionResult(name, count, len(failures), *depth, defects, skipped)


@cache
def _bench(elf: Path, core: str) -> Bench:
    return Bench(elf, core)


def run_chunk(elf: Path, core: str, seed: int, function: str, start: int, stop: int) -> ChunkResult | str:
    """Cases [start, stop) of a function, or why they cannot run."""
    bench, spec = _bench(elf, core), spec_of(function)
    bench.machine.clear_edges()
    failures, stack, deepest = [], 0, start
    for index in range(start, stop):
        try:
            result = check(bench, spec, draw_case(spec, seed, index))
        except KernelError as error:
            return str(error)
        if not isinstance(result, Clean):
            failures.append(Failure(index, result))
        elif result.stack > stack:
            stack, deepest = result.stack, index
    return ChunkResult(function, start, stop, tuple(failures), stack, deepest, blocks_run(bench))
