"""Distinct defects: failing cases grouped by what went wrong and for which arguments, each with its smallest case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from microinfer.verify.bench import Bench, Suspect
from microinfer.verify.case import Case
from microinfer.verify.check import expected_of, findings_of
from microinfer.verify.detail import detailed, scratch_asked
from microinfer.verify.explain import Wrong, explain
from microinfer.verify.family import Family, find_family
from microinfer.verify.finding import Finding
from microinfer.verify.shrink import BUDGET, Shrinker
from microinfer.verify.spec import OutOfDomain, Spec

_FAMILIES = 3
_SAMPLE = 12
_SLOW_BUDGET = 60
_SHARE = 0.3
_LEAST = 15

Failed = tuple[Case, tuple[Finding, ...]]
"""A case and what is wrong with it."""

Key = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Defect:
    """What is wrong with a function, in how many of its cases, and the smallest case with its findings.

    `family` says which arguments it happens for, `explanation` what the wrong values look like; empty if not known.
    `samples` are some more of its cases, `also` other functions that show it because they call this one.
    """

    function: str
    finding: Finding
    failing: int
    cases: int
    smallest: Case
    others: tuple[Finding, ...] = ()
    family: str = ""
    explanation: str = ""
    samples: tuple[Case, ...] = ()
    also: tuple[str, ...] = ()


def find_defects(
    bench: Bench, spec: Spec, failures: Sequence[Failed], passing: Sequence[Any], cases: int
) -> tuple[Defect, ...]:
    """Defects of one function, the most frequent first; `passing` are knobs of cases without fault."""
    groups: dict[Key, list[Failed]] = {}
    for failure in failures:
        groups.setdefault(failure[1][0].key, []).append(failure)
    ordered = sorted(groups.values(), key=len, reverse=True)
    return tuple(defect for group in ordered for defect in _united(_of_group(bench, spec, group, passing, cases)))


def _united(defects: Iterator[Defect]) -> Iterable[Defect]:
    """Those of a group told apart by arguments alone are one: the same instruction, and the same explanation."""
    found: dict[object, Defect] = {}
    for defect in defects:
        key = (defect.finding.place, defect.explanation) if defect.finding.place else len(found)
        first = found.get(key)
        found[key] = defect if first is None else replace(first, failing=first.failing + defect.failing)
    return found.values()


def _of_group(
    bench: Bench, spec: Spec, group: Sequence[Failed], passing: Sequence[Any], cases: int
) -> Iterator[Defect]:
    """One defect, or several where a condition always fails and cases outside it fail too."""
    found: list[Family] = []
    left = list(group)
    while left and len(found) < _FAMILIES:
        key = left[0][1][0].key
        start = min(left, key=lambda failure: _weight(failure[0]))[0]
        outside = tuple(found)

        def same(case: Case, key: Key = key, outside: tuple[Family, ...] = outside) -> bool:
            return not any(f.holds(case.knobs) for f in outside) and shows(bench, spec, case, key)

        budget = _SLOW_BUDGET if key[0] == "does not return" else BUDGET
        smallest = Shrinker(spec, same, budget).shrink(start)
        family = find_family(smallest.knobs, [case.knobs for case, _ in left], passing)
        splits = family.is_pure and family.met >= max(_SHARE * len(left), _LEAST)
        rest = [left[i] for i in family.rest] if splits else []
        mine = [failure for failure in left if failure not in rest]
        findings = detailed(bench, spec, smallest, findings_of(bench, spec, smallest))
        explanation = _explanation(bench, spec, findings[0], smallest, [case for case, _ in mine])
        samples = tuple(case for case, _ in mine[:_SAMPLE])
        text = _described(family, rest)
        yield Defect(spec.function, findings[0], len(mine), cases, smallest, findings[1:], text, explanation, samples)
        found.append(family)
        left = rest


def _described(family: Family, rest: Sequence[Failed]) -> str:
    text = str(family)
    return text.split(" (")[0] + "; another reason elsewhere" if rest and text else text


def _explanation(bench: Bench, spec: Spec, finding: Finding, smallest: Case, cases: Sequence[Case]) -> str:
    if finding.mismatch is None:
        return scratch_asked(bench, smallest, finding)
    wrong = []
    for case in (*cases[:_SAMPLE], smallest):
        expected = expected_of(spec, case)
        outcome = bench.run(spec, case, expected)
        if isinstance(outcome, Suspect) and all(run.returned.error is None for run in outcome.runs):
            wrong.append(Wrong(case, expected, {path: outcome.runs[0].content(path) for path in expected}))
    return explain(spec, wrong) if wrong else ""


def shows(bench: Bench, spec: Spec, case: Case, key: Key) -> bool:
    """Whether the worst thing wrong with a case is the one with that key."""
    try:
        findings = findings_of(bench, spec, case)
    except OutOfDomain:
        return False
    return bool(findings) and findings[0].key == key


def _weight(case: Case) -> int:
    return sum(array.size for array in case.arrays.values())
