"""What wrong values look like: another way to compute that gives exactly the wrong outputs, found by trying many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microinfer.errors import MicroinferError
from microinfer.fixedpoint import Int64Array, requantize_single, wrap32
from microinfer.verify.arithmetic import EXACT, Arithmetic
from microinfer.verify.case import Case
from microinfer.verify.knobs import knob_items, with_knob
from microinfer.verify.spec import Arrays, OutOfDomain, Spec

_ENOUGH = 0.75
_LEAST = {"stride": 1, "dilation": 1, "pad": 0}
_SHAPES = ("size", "kernel", "out", "batch", "rows", "columns", "channels", "filters", "outputs", "depth", "groups")


@dataclass(frozen=True, eq=False)
class Wrong:
    """A failing case, what it should have given and what it gave."""

    case: Case
    expected: Arrays
    actual: Arrays


Compute = Callable[[Spec, Case], Arrays | None]


@dataclass(frozen=True)
class Variant:
    """Another way to compute: as text, and as outputs for a case (None where it means nothing)."""

    text: str
    compute: Compute


def _truncating(value: ArrayLike, multiplier: ArrayLike, shift: ArrayLike) -> Int64Array:
    product = np.asarray(value, np.int64) * np.asarray(multiplier, np.int64)
    return wrap32(product >> (31 - np.asarray(shift, np.int64)))


def explain(spec: Spec, wrong: Sequence[Wrong]) -> str:
    """One line, empty where nothing fits the last case and three in four of all; the first that does is taken."""
    parts = [_where(wrong)]
    for variant in _variants(spec, wrong[0].case):
        met = [_fits(spec, variant, one) for one in wrong]
        known = [m for m in met if m is not None]
        if known and met[-1] and sum(known) >= _ENOUGH * len(known) and len(known) >= _ENOUGH * len(met):
            parts.insert(0, f"{variant.text} ({sum(known)} of {len(known)} cases)")
            break
    return "; ".join(part for part in parts if part)


def _fits(spec: Spec, variant: Variant, one: Wrong) -> bool | None:
    """Whether the variant gives the wrong outputs; None where it gives the right ones or none."""
    try:
        got = variant.compute(spec, one.case)
    except (ArithmeticError, ValueError, IndexError, KeyError, MicroinferError, OutOfDomain):
        return None
    if got is None or any(got[path].shape != wanted.shape for path, wanted in one.actual.items()):
        return None
    return all(bool((got[path] == wanted).all()) for path, wanted in one.actual.items())


def _variants(spec: Spec, case: Case) -> Iterator[Variant]:
    """Ways to compute, the ones that say most first."""
    yield _arithmetic("all differences vanish under single rounding", Arithmetic(requantize=requantize_single))
    yield _arithmetic("all differences vanish without rounding", Arithmetic(requantize=_truncating))
    for error in (1, -1):
        text = f"as if padding were the zero point {'+' if error > 0 else '-'} 1"
        yield _arithmetic(text, Arithmetic(padding=error))
    yield Variant("as if padding were 0 instead of the zero point", _zero_padding)
    paths = [path for path in case.arrays if path not in spec.derived(case.knobs)]
    yield from (variant for path in paths if "bias" in path for variant in _array_variants(path))
    for path, value in knob_items(case.knobs):
        if isinstance(value, int) and not isinstance(value, bool) and path.split(".")[-1] not in _SHAPES:
            yield from _knob_variants(path)
    yield from (variant for path in paths if "bias" not in path for variant in _array_variants(path))


def _array_variants(path: str) -> Iterator[Variant]:
    name = path.split(".")[-1]
    yield Variant(f"as if {name} were missing or zero", _with_array(path, np.zeros_like))
    yield Variant(f"as if {name} held its first value everywhere", _with_array(path, _first))
    if path.endswith(("bias_data", "multiplier", "shift")):
        yield Variant(f"as if {name} were that of the channel before", _with_array(path, lambda a: np.roll(a, 1)))
        yield Variant(f"as if {name} were that of the channel behind", _with_array(path, lambda a: np.roll(a, -1)))
    if path.startswith("filter"):
        yield Variant("as if the two nibbles of a weight byte were swapped", _with_array(path, _swapped_nibbles))


def _zero_padding(spec: Spec, case: Case) -> Arrays:
    offset = int(dict(knob_items(case.knobs))["input_offset"])
    return spec.reference(case.knobs, case.arrays, Arithmetic(padding=offset))


def _swapped_nibbles(array: NDArray[Any]) -> NDArray[Any]:
    raw = array.view(np.uint8)
    return ((raw << 4) | (raw >> 4)).view(array.dtype)


def _arithmetic(text: str, arithmetic: Arithmetic) -> Variant:
    return Variant(text, lambda spec, case: spec.reference(case.knobs, case.arrays, arithmetic))


def _first(array: NDArray[Any]) -> NDArray[Any]:
    return np.full_like(array, array.reshape(-1)[0])


def _with_array(path: str, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Compute:
    def compute(spec: Spec, case: Case) -> Arrays | None:
        if path not in case.arrays:
            return None
        return spec.reference(case.knobs, {**case.arrays, path: change(case.arrays[path])}, EXACT)

    return compute


def _knob_variants(path: str) -> Iterator[Variant]:
    """The knob off by one, at 0 or 1, or that of the other axis."""
    name = path.replace(".", " ")
    changes: tuple[tuple[str, Callable[[int], int]], ...] = (
        (f"as if {name} were 0", lambda v: 0),
        (f"as if {name} were 1", lambda v: 1),
        (f"as if {name} were one more", lambda v: v + 1),
        (f"as if {name} were one less", lambda v: v - 1),
        (f"as if {name} were negated", lambda v: -v),
        (f"as if {name} were not there", lambda v: -(1 << 15) if name.endswith("low") else (1 << 15) - 1),
    )
    for text, change in changes:
        if text.endswith("not there") and name.split()[-1] not in ("low", "high"):
            continue
        if text.endswith("negated") and "offset" not in name:
            continue
        yield Variant(text, lambda spec, case, f=change: _changed(spec, case, path, f))  # type: ignore[misc]
    head, _, leaf = path.partition(".")
    other = {"x": "y", "y": "x"}.get(head)
    if other and leaf:
        mirror = f"{other}.{leaf}"
        text = f"as if {name} were {mirror.replace('.', ' ')}"
        yield Variant(text, lambda spec, case: _swapped(spec, case, path, mirror))


def _changed(spec: Spec, case: Case, path: str, change: Callable[[int], int]) -> Arrays | None:
    value = change(int(dict(knob_items(case.knobs))[path]))
    if value < _LEAST.get(path.split(".")[-1], value):
        return None
    return spec.reference(with_knob(case.knobs, path, value), case.arrays, EXACT)


def _swapped(spec: Spec, case: Case, path: str, mirror: str) -> Arrays | None:
    value = dict(knob_items(case.knobs))[mirror]
    return spec.reference(with_knob(case.knobs, path, value), case.arrays, EXACT)


def _where(wrong: Sequence[Wrong]) -> str:
    """Which outputs are wrong, where the same ones are in every case: the last channel, odd ones, later batches."""
    places = [
        (np.argwhere(one.expected[path] != actual), actual.shape)
        for one in wrong
        for path, actual in one.actual.items()
        if actual.ndim > 1 and one.expected[path].shape == actual.shape
    ]
    places = [(at, shape) for at, shape in places if len(at)]
    if not places:
        return ""
    if all((at[:, -1] == shape[-1] - 1).all() for at, shape in places) and any(s[-1] > 1 for _, s in places):
        return "only in the last channel"
    if all((at[:, -1] % 2 == 1).all() for at, _ in places):
        return "only in odd channels"
    if all((at[:, 0] > 0).all() for at, _ in places):
        return "never in the first batch"
    return ""
