"""Defects that several functions show because one calls the other, told once: with the function that has them.

A wrapper that fails exactly where it forwards is not broken itself, and a kernel that leaves scratch which its size
function made too small shares the defect of that size function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from microinfer.verify.bench import Bench
from microinfer.verify.case import Case
from microinfer.verify.check import expected_of, findings_of
from microinfer.verify.defect import Defect
from microinfer.verify.result import FunctionResult
from microinfer.verify.spec import OutOfDomain, Spec, spec_of

_SIZE = "_get_buffer_size"


def merged(bench: Bench, functions: Sequence[FunctionResult]) -> tuple[FunctionResult, ...]:
    """The same results, each defect only with the function that has it; `through` says whose others are."""
    found = [defect for function in functions for defect in function.defects]
    owners = {id(defect): _owner(bench, defect, found) for defect in found}
    also: dict[int, list[str]] = {}
    for defect in found:
        owner = _last(defect, owners)
        if owner is not defect:
            also.setdefault(id(owner), []).append(defect.function)
    return tuple(_result(function, owners, also) for function in functions)


def _result(function: FunctionResult, owners: dict[int, Defect | None], also: dict[int, list[str]]) -> FunctionResult:
    alone = [defect for defect in function.defects if owners[id(defect)] is None]
    own = [replace(defect, also=tuple(dict.fromkeys(also.get(id(defect), ())))) for defect in alone]
    through = dict.fromkeys(_last(d, owners).function for d in function.defects if owners[id(d)] is not None)
    return replace(function, defects=tuple(own), through=tuple(through))


def _last(defect: Defect, owners: dict[int, Defect | None]) -> Defect:
    while (owner := owners[id(defect)]) is not None:
        defect = owner
    return defect


def _owner(bench: Bench, defect: Defect, found: Sequence[Defect]) -> Defect | None:
    """The defect of another function that this one is; None for one of its own."""
    for other in found:
        if other.function == defect.function or (other is defect):
            continue
        if _sizes_scratch_of(defect, other) or (_is_same_kind(defect, other) and _forwards(bench, defect, other)):
            return other
    return None


def _sizes_scratch_of(defect: Defect, other: Defect) -> bool:
    """Whether this is a size function's, and the other that of scratch it made too small."""
    if defect.finding.kind != "wrong size":
        return False
    queries = {q.path: q.function for q in other.smallest.plan.scratch}
    function = queries.get(other.finding.buffer, "")
    return bool(function) and defect.function.startswith(function) and _SIZE in function


def _is_same_kind(defect: Defect, other: Defect) -> bool:
    mine, theirs = defect.finding, other.finding
    same = (_shown(mine.kind), _plain(mine.buffer)) == (_shown(theirs.kind), _plain(theirs.buffer))
    return same and (mine.kind != theirs.kind or mine.detail == theirs.detail)


def _shown(kind: str) -> str:
    """What a finding says of the output, whichever of its bytes show it."""
    return "wrong output" if kind == "output not written" else kind


def _plain(path: str) -> str:
    return path.removesuffix("_data")


def _forwards(bench: Bench, defect: Defect, other: Defect) -> bool:
    """Whether its cases run the other function, and fail there in the same way when it is called directly."""
    spec, base = spec_of(defect.function), spec_of(other.function)
    if not all(_enters(bench, spec, case, other.function) for case in (defect.smallest, *defect.samples)):
        return False
    case = _called_directly(spec, base, defect.smallest)
    if case is None:
        return True
    return any(_shown(f.kind) == _shown(defect.finding.kind) for f in findings_of(bench, base, case))


def _enters(bench: Bench, spec: Spec, case: Case, function: str) -> bool:
    bench.machine.clear_edges()
    bench.run(spec, case, expected_of(spec, case))
    return any(edge.address == bench.functions[function] for edge in bench.machine.edges)


def _called_directly(spec: Spec, base: Spec, case: Case) -> Case | None:
    """The case as a call of the function that it is forwarded to; None where that takes other arguments."""
    names = spec.signature.pointers, base.signature.pointers
    if spec.knobs is not base.knobs or len(names[0]) != len(names[1]) or case.reject:
        return None
    renamed = dict(zip(*names, strict=True))
    try:
        plan = base.plan(case.knobs)
    except OutOfDomain:
        return None
    arrays = {renamed[path]: content for path, content in case.arrays.items()}
    return Case(base.function, case.knobs, plan, arrays, case.origin)
