"""The arguments a defect belongs to, found by search: a condition that failing cases meet and passing ones do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.verify.knobs import Value, knob_items

_LONGEST = 4
_BEAM = 40
_THRESHOLDS = (4, 8, 16)
_SIZE = 64
_NOT_SIZES = re.compile(r"offset|low|high|shift|multiplier|value|diff_min|clip|power")

Bools = NDArray[Any]
Row = dict[str, Value]


@dataclass(frozen=True)
class Atom:
    """One condition, as text and as a test of knobs."""

    text: str
    test: Callable[[Row], bool]


@dataclass(frozen=True)
class Family:
    """A condition: how many failing and passing cases meet it, and which of the failing do not."""

    atoms: tuple[Atom, ...]
    met: int
    failing: int
    passing: int
    rest: tuple[int, ...]

    @property
    def is_pure(self) -> bool:
        """Whether every case that meets the condition fails."""
        return self.passing == 0 and bool(self.atoms)

    def holds(self, knobs: Any) -> bool:
        """Whether knobs meet the condition."""
        row = dict(knob_items(knobs))
        return all(atom.test(row) for atom in self.atoms)

    def __str__(self) -> str:
        if not self.atoms:
            return ""
        text = " and ".join(atom.text for atom in self.atoms)
        if self.is_pure:
            return f"always when {text}" + (", never otherwise" if not self.rest else "")
        share = f"{self.met} of {self.met + self.passing} such cases"
        return f"only when {text} ({share})" if not self.rest else f"mostly when {text} ({share})"


def find_family(smallest: Any, failing: Sequence[Any], passing: Sequence[Any]) -> Family:
    """The condition, true of `smallest`, that tells `failing` knobs from `passing` ones best; short ones first."""
    atoms = list(_atoms(dict(knob_items(smallest))))
    bad, good = _matrix(atoms, failing), _matrix(atoms, passing)
    best: tuple[float, tuple[int, ...]] = (-np.inf, ())
    beam: list[tuple[tuple[int, ...], Bools, Bools]] = [((), np.ones(len(bad), bool), np.ones(len(good), bool))]
    for length in range(1, _LONGEST + 1):
        grown = []
        seen = set()
        for chosen, met, wrong in beam:
            for at in range(len(atoms)):
                key = tuple(sorted((*chosen, at)))
                if at in chosen or key in seen:
                    continue
                seen.add(key)
                grown.append((_score(met & bad[:, at], wrong & good[:, at], length), key))
        grown.sort(key=lambda item: (-item[0], item[1]))
        if grown and grown[0][0] > best[0] + 1e-9:
            best = grown[0]
        elif length > 2 or not grown:
            break
        beam = [(key, bad[:, key].all(axis=1), good[:, key].all(axis=1)) for _, key in grown[:_BEAM]]
    chosen = best[1]
    met, wrong = bad[:, chosen].all(axis=1), good[:, chosen].all(axis=1)
    rest = tuple(int(i) for i in np.flatnonzero(~met))
    return Family(tuple(atoms[i] for i in chosen), int(met.sum()), len(failing), int(wrong.sum()), rest)


def _score(met: Bools, wrong: Bools, length: int) -> float:
    """Share of failing cases met, less three times the share of passing ones, less a little for every condition."""
    return float(met.mean() - 3 * (wrong.mean() if wrong.size else 0) - 0.02 * length - (0.1 if wrong.any() else 0))


def _matrix(atoms: Sequence[Atom], many: Sequence[Any]) -> Bools:
    rows = [dict(knob_items(knobs)) for knobs in many]
    cells = [[atom.test(row) for atom in atoms] for row in rows]
    return np.array(cells, bool).reshape(len(rows), len(atoms))


def _atoms(row: Row) -> Iterator[Atom]:
    """Conditions that hold for these knobs."""
    sizes = []
    for path, value in row.items():
        if isinstance(value, bool):
            yield Atom(path if value else f"no {path}", lambda r, p=path, v=value: r[p] == v)  # type: ignore[misc]
        elif isinstance(value, str):
            text = f"{path} is {value}" if value else f"no {path}"
            yield Atom(text, lambda r, p=path, v=value: r[p] == v)  # type: ignore[misc]
        elif not _NOT_SIZES.search(path) and 0 <= value <= _SIZE:
            sizes.append(path)
            yield from _size_atoms(path, value)
        elif value:
            sign = value > 0
            text = f"{path} is {'above' if sign else 'below'} 0"
            yield Atom(text, lambda r, p=path, s=sign: r[p] > 0 if s else r[p] < 0)  # type: ignore[misc,operator]
    for i, first in enumerate(sizes):
        for second in sizes[i + 1 :]:
            if _related(first, second):
                yield from _pair_atoms(first, second, row)


def _related(a: str, b: str) -> bool:
    """Whether comparing two knobs means something: same axis, same part of two axes or operands, or plain counts."""
    if "." in a or "." in b:
        return a.split(".")[0] == b.split(".")[0] or a.split(".")[-1] == b.split(".")[-1]
    return a.rstrip("12") == b.rstrip("12") or (a + b).isalpha()


def _size_atoms(path: str, value: int) -> Iterator[Atom]:
    if value <= 4:
        yield Atom(f"{path} is {value}", lambda r: r[path] == value)
    if value > 1:
        yield Atom(f"{path} is above 1", lambda r: r[path] > 1)  # type: ignore[operator]
    if value > 0:
        yield Atom(f"{path} is above 0", lambda r: r[path] > 0)  # type: ignore[operator]
        parity = value % 2
        text = f"{path} is {'odd' if parity else 'even'}"
        yield Atom(text, lambda r: r[path] % 2 == parity)  # type: ignore[operator]
        for least in _THRESHOLDS:
            if value > least:
                yield Atom(f"{path} is above {least}", lambda r, t=least: r[path] > t)  # type: ignore[misc,operator]
        if value % 4:
            yield Atom(f"{path} is no multiple of 4", lambda r: r[path] % 4 != 0)  # type: ignore[operator]


def _pair_atoms(a: str, b: str, row: Row) -> Iterator[Atom]:
    first, second = row[a], row[b]
    if first > second:  # type: ignore[operator]
        yield Atom(f"{a} > {b}", lambda r: r[a] > r[b])  # type: ignore[operator]
    if first < second:  # type: ignore[operator]
        yield Atom(f"{a} < {b}", lambda r: r[a] < r[b])  # type: ignore[operator]
