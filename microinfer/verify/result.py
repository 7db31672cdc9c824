"""What a campaign found, by function."""

from __future__ import annotations

from dataclasses import dataclass

from microinfer.verify.coverage import Coverage
from microinfer.verify.defect import Defect
from microinfer.verify.source import Entry


@dataclass(frozen=True, eq=False)
class FunctionResult:
    """All cases of one function.

    `stack` in bytes is that of clean case number `deepest`; `kept` cases reached something new; `skipped` says why
    cases could not run; `complete`: all were run and their defects searched; `through`: functions it calls that
    have the defect where it fails without one of its own.
    """

    function: str
    cases: int
    failing: int
    stack: int
    deepest: int
    kept: int
    defects: tuple[Defect, ...]
    skipped: str = ""
    complete: bool = True
    through: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CampaignResult:
    """What a campaign found; `unknown` are functions of the library without a specification.

    `coverage` is that of the functions run and of the library's other functions named arm_* that they reached,
    `corpus` the cases that reached something no saved case had, by function.
    """

    library: str
    core: str
    seed: int
    functions: tuple[FunctionResult, ...]
    unknown: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    corpus: tuple[tuple[str, Entry], ...] = ()
    interrupted: bool = False

    @property
    def defects(self) -> tuple[Defect, ...]:
        """All of them, by function."""
        return tuple(defect for function in self.functions for defect in function.defects)

    @property
    def cases(self) -> int:
        """Cases run."""
        return sum(function.cases for function in self.functions)
