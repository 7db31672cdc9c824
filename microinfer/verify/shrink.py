"""Makes a failing case small: every knob towards its simplest value, every array towards zeros, the failure kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.verify.case import Case
from microinfer.verify.knobs import Value, knob_items, with_knob
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Spec

BUDGET = 3000
_SIMPLEST: dict[str, tuple[int, ...]] = {
    "low": (-32768, -128),
    "high": (32767, 127),
    "multiplier": (1 << 30,),
}
_MULTIPLIERS = ("multiplier", "multipliers")
_SMALL_ARRAY = 64
_LARGEST = 1 << 18


class Shrinker:
    """`fails` says whether a case still shows the same defect; at most `budget` cases are tried."""

    def __init__(self, spec: Spec, fails: Callable[[Case], bool], budget: int = BUDGET) -> None:
        self._spec = spec
        self._fails = fails
        self._left = budget

    def shrink(self, case: Case) -> Case:
        """The smallest case found."""
        best = case
        while self._left > 0:
            smaller = self._pass(best)
            if smaller is best:
                return best
            best = smaller
        return best

    def _pass(self, case: Case) -> Case:
        for step in (self._knobs, self._pairs, self._arrays):
            case = step(case)
        return case

    def _try(self, case: Case | None) -> bool:
        if case is None or self._left <= 0:
            return False
        self._left -= 1
        return self._fails(case)

    def _knobs(self, case: Case) -> Case:
        for path, _ in knob_items(case.knobs):
            moved = True
            while moved:
                moved = False
                for value in _simpler(path, dict(knob_items(case.knobs))[path]):
                    candidate = self._changed(case, {path: value})
                    if self._try(candidate):
                        assert candidate is not None
                        case, moved = candidate, True
                        break
        return case

    def _pairs(self, case: Case) -> Case:
        """Two equal numbers at once: shapes that have to agree."""
        items = [(p, v) for p, v in knob_items(case.knobs) if isinstance(v, int) and v > 1 and abs(v) < 1 << 20]
        for i, (first, value) in enumerate(items):
            for second, other in items[i + 1 :]:
                if other != value:
                    continue
                for smaller in (1, value // 2, value - 1):
                    candidate = self._changed(case, {first: smaller, second: smaller})
                    if self._try(candidate):
                        assert candidate is not None
                        return candidate
        return case

    def _changed(self, case: Case, values: dict[str, Value]) -> Case | None:
        """The case with knobs changed and contents cut to size; outputs of an axis are reduced where they must be."""
        knobs = case.knobs
        for path, value in values.items():
            knobs = with_knob(knobs, path, value)
        made = with_knobs(self._spec, case, knobs)
        if made is not None or len(values) > 1:
            return made
        ((path, _),) = values.items()
        axis, _, name = path.rpartition(".")
        out = f"{axis}.out"
        have = dict(knob_items(knobs))
        if not axis or name == "out" or out not in have:
            return None
        for size in range(int(have[out]), 0, -1):
            if (made := with_knobs(self._spec, case, with_knob(knobs, out, size))) is not None:
                return made
        return None

    def _arrays(self, case: Case) -> Case:
        derived = self._spec.derived(case.knobs)
        for path in [p for p in case.arrays if p not in derived]:
            for content in _plainer(path, case.arrays[path]):
                if np.array_equal(content, case.arrays[path]):
                    continue
                candidate = replace(case, arrays={**case.arrays, path: content})
                if self._try(candidate):
                    case = candidate
                    break
            case = self._elements(case, path)
        return case

    def _elements(self, case: Case, path: str) -> Case:
        flat = case.arrays[path].reshape(-1)
        if path.endswith(_MULTIPLIERS) or not 1 < flat.size <= _SMALL_ARRAY:
            return case
        for at in np.flatnonzero(flat):
            array = case.arrays[path].copy()
            array.reshape(-1)[at] = 0
            candidate = replace(case, arrays={**case.arrays, path: array})
            if self._try(candidate):
                case = candidate
        return case


def with_knobs(spec: Spec, case: Case, knobs: Any) -> Case | None:
    """The case with other knobs: its contents cut, or filled with zeros, to the new shapes. None outside the domain."""
    try:
        plan = spec.plan_of(knobs, case.reject)
        if any(not 0 < math.prod(b.shape) <= _LARGEST for b in plan.buffers):
            return None
        derived = spec.derived(knobs)
        read = [b for b in plan.buffers if b.role in ("in", "inout")]
        arrays = {b.path: derived[b.path] if b.path in derived else _fitted(case.arrays, b) for b in read}
        return Case(case.function, knobs, plan, arrays, case.origin, case.reject)
    except (OutOfDomain, ValueError, IndexError, ZeroDivisionError):
        return None


def _fitted(arrays: Arrays, buffer: Buffer) -> NDArray[Any]:
    result = np.zeros(buffer.shape, buffer.dtype)
    old = arrays.get(buffer.path)
    if old is not None and old.ndim == result.ndim:
        common = tuple(slice(0, min(a, b)) for a, b in zip(old.shape, result.shape, strict=True))
        result[common] = old[common]
    return result


def _simpler(path: str, value: Value) -> Iterator[Value]:
    """Values nearer to the simplest one for a knob of that name."""
    if isinstance(value, str):
        return
    name = path.rpartition(".")[2]
    goals = next((v for key, v in _SIMPLEST.items() if name.startswith(key) or name.endswith(f"_{key}")), None)
    if goals is not None:
        if value not in goals:
            yield from goals
        return
    if isinstance(value, bool):
        if value:
            yield False
        return
    step = 1 if value > 0 else -1
    for simpler in (0, step, value // 2 if value > 0 else -(-value // 2), value - step):
        if abs(simpler) < abs(value):
            yield simpler


def _plainer(path: str, array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Plainer contents that stay in the domain of what `path` holds: a multiplier is 2**30 or more."""
    if path.endswith(_MULTIPLIERS):
        yield np.full_like(array, 1 << 30)
        return
    yield np.zeros_like(array)
    if path.endswith("shift"):
        return
    yield np.ones_like(array)
    if array.size > 1 and array.dtype != np.int32:
        yield np.arange(1, array.size + 1).reshape(array.shape).astype(array.dtype)
