"""Runs many cases of many functions and keeps what is wrong; the same seed gives the same report, however many workers.

Workers are told numbers of cases and answer with what they saw. Defects are searched, shrunk and explained there too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from microinfer.errors import KernelError
from microinfer.verify.bench import Bench
from microinfer.verify.corpus import entry_of, read_corpus
from microinfer.verify.coverage import Blocks, Coverage, coverage
from microinfer.verify.function_run import FunctionRun
from microinfer.verify.merge import merged
from microinfer.verify.result import CampaignResult, FunctionResult
from microinfer.verify.signature import cmsis_functions
from microinfer.verify.source import Entry
from microinfer.verify.spec import all_specs, spec_of
from microinfer.verify.task import Answer, Setup, Task
from microinfer.verify.user_specs import read_specs, use_spec_files
from microinfer.verify.workers import Given, Here, Workers, run_tasks

__all__ = ["CASES", "Campaign", "CampaignResult", "FunctionResult"]

CASES = 1000


@dataclass(frozen=True)
class Campaign:
    """A library to verify: `functions` empty means all that have a specification.

    `corpus` is a folder of saved cases to run first, `specs` are files with specifications of one's own.
    """

    elf: Path
    core: str
    cases: int = CASES
    seed: int = 0
    functions: tuple[str, ...] = ()
    corpus: Path | None = None
    specs: tuple[Path, ...] = ()

    @cached_property
    def _setup(self) -> Setup:
        specs = read_specs(self.specs)
        use_spec_files(specs)
        try:
            return Setup(Path(self.elf).name, Path(self.elf).read_bytes(), self.core, specs)
        except OSError as error:
            raise KernelError(f"cannot read {self.elf}: {error.strerror}") from error

    @cached_property
    def _bench(self) -> Bench:
        setup = self._setup
        return Bench(self.elf, self.core, setup.content)

    def chosen(self) -> tuple[str, ...]:
        """Names of the functions to run; raises UnknownName, or KernelError for one the library lacks."""
        bench = self._bench
        for name in self.functions:
            spec_of(name)
            bench.require(name)
        return tuple(dict.fromkeys(self.functions)) or tuple(name for name in all_specs() if bench.has(name))

    def unknown(self) -> tuple[str, ...]:
        """Functions named arm_* of the library that have no specification and are no size functions."""
        bench, specs = self._bench, all_specs()
        named = (n for n in bench.functions if n.startswith("arm_") and n in cmsis_functions())
        return tuple(sorted(n for n in named if n not in specs and "_get_" not in n))

    @property
    def steps(self) -> int:
        """Number of `progress` calls of a run."""
        return sum(one.steps for one in self._runs())

    def run(
        self, executor: Executor | Workers | None = None, progress: Callable[[], None] = lambda: None
    ) -> CampaignResult:
        """Run it here, on any Executor, or on Workers, which it closes; Ctrl-C leaves what is done so far."""
        runs = {one.function: one for one in self._runs()}
        workers = Here() if executor is None else Given(executor) if isinstance(executor, Executor) else executor

        def accept(task: Task, answer: Answer) -> Sequence[Task]:
            if not isinstance(answer, tuple):
                progress()
            return runs[task.function].accept(task, answer)

        at_once = True
        try:
            run_tasks(self._setup, [task for one in runs.values() for task in one.begin()], accept, workers)
            at_once = False
        except KeyboardInterrupt:
            pass
        finally:
            workers.close(at_once)
        return self._result(tuple(runs.values()), interrupted=at_once)

    def _runs(self) -> Sequence[FunctionRun]:
        corpus = {name: read_corpus(self.corpus, name) if self.corpus else () for name in self.chosen()}
        return [FunctionRun(name, self.seed, self.cases, entries) for name, entries in corpus.items()]

    def _result(self, runs: Sequence[FunctionRun], interrupted: bool) -> CampaignResult:
        blocks: Blocks = frozenset().union(*(one.blocks for one in runs))
        results = tuple(one.result() for one in runs)
        return CampaignResult(
            Path(self.elf).name,
            self.core,
            self.seed,
            results if interrupted else merged(self._bench, results),
            self.unknown(),
            self._coverage([one.function for one in runs], blocks),
            self._new_cases(runs) if self.corpus else (),
            interrupted,
        )

    def _coverage(self, functions: Sequence[str], blocks: Blocks) -> tuple[Coverage, ...]:
        bench = self._bench
        others = sorted(n for n in bench.functions if n.startswith("arm_") and n not in functions)
        rows = coverage(bench, blocks, (*functions, *others))
        return tuple(row for row in rows if row.function in functions or row.executed)

    @staticmethod
    def _new_cases(runs: Sequence[FunctionRun]) -> tuple[tuple[str, Entry], ...]:
        return tuple(
            (one.function, entry_of(one.source.case(spec_of(one.function), kept.number), kept.tape))
            for one in runs
            for kept in one.kept
            if kept.number >= 0
        )
