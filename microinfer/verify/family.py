"""The arguments a defect belongs to, found by search: a condition that failing cases meet and passing ones do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.verify.knobs import knob_items

_LONGEST = 4
_BEAM = 40
_THRESHOLDS = (0, 1, 2, 3, 4, 8, 16)
_CEILINGS = (3, 4, 8, 16)
_FEW = 4
_SIZE = 64
_NOT_SIZES = re.compile(r"offset|low|high|(?<!left_)shift|multiplier|value|diff_min|clip|power")

Bools = NDArray[Any]
Row = dict[str, Any]
Test = Callable[[Row], bool]


@dataclass(frozen=True)
class Atom:
    """One condition, as text and as a test of knobs."""

    text: str
    test: Test


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
        row = _row(knobs)
        return all(atom.test(row) for atom in self.atoms)

    def __str__(self) -> str:
        if not self.atoms or self.met < _FEW:
            return ""
        text = " and ".join(atom.text for atom in self.atoms)
        if self.is_pure:
            return f"always when {text}" + (f" ({self.met} of these)" if self.rest else ", never otherwise")
        share = f"{self.met} of {self.met + self.passing} such cases"
        return f"only when {text} ({share})" if not self.rest else f"mostly when {text} ({share})"


def find_family(smallest: Any, failing: Sequence[Any], passing: Sequence[Any]) -> Family:
    """The condition, true of `smallest`, that tells `failing` knobs from `passing` ones best; short ones first."""
    atoms = list(_atoms(_row(smallest)))
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
        beam = [(key, _all(bad, key), _all(good, key)) for _, key in grown[:_BEAM]]
    chosen = best[1]
    met, wrong = _all(bad, chosen), _all(good, chosen)
    rest = tuple(int(i) for i in np.flatnonzero(~met))
    return Family(tuple(atoms[i] for i in chosen), int(met.sum()), len(failing), int(wrong.sum()), rest)


def _all(cells: Bools, columns: tuple[int, ...]) -> Bools:
    return np.asarray(cells[:, list(columns)].all(axis=1))


def _score(met: Bools, wrong: Bools, length: int) -> float:
    """Share of failing cases met, less three times the share of passing ones, less a little for every condition."""
    return float(met.mean() - 3 * (wrong.mean() if wrong.size else 0) - 0.02 * length - (0.1 if wrong.any() else 0))


def _row(knobs: Any) -> Row:
    """Knobs by path, with what follows from them: the properties of their class, and cells of the window."""
    row: Row = dict(knob_items(knobs))
    for name, member in vars(type(knobs)).items():
        if isinstance(member, property) and isinstance(value := getattr(knobs, name), int):
            row[name] = value
    if "y.kernel" in row and "x.kernel" in row:
        row["kernel cells"] = row["y.kernel"] * row["x.kernel"]
        row["pad"] = row["y.pad"] + row["x.pad"]
    return row


def _matrix(atoms: Sequence[Atom], many: Sequence[Any]) -> Bools:
    rows = [_row(knobs) for knobs in many]
    cells = [[atom.test(row) for atom in atoms] for row in rows]
    return np.array(cells, bool).reshape(len(rows), len(atoms))


def _equal(path: str, value: Any) -> Test:
    return lambda row: bool(row[path] == value)


def _above(path: str, least: int) -> Test:
    return lambda row: bool(row[path] > least)


def _below(path: str, least: int) -> Test:
    return lambda row: bool(row[path] < least)


def _remainder(path: str, divisor: int, rest: int, equal: bool = True) -> Test:
    return lambda row: bool(row[path] % divisor == rest) == equal


def _greater(a: str, b: str) -> Test:
    return lambda row: bool(row[a] > row[b])


def _atoms(row: Row) -> Iterator[Atom]:
    """Conditions that hold for these knobs."""
    sizes = []
    for path, value in row.items():
        if isinstance(value, bool):
            yield Atom(path if value else f"no {path}", _equal(path, value))
        elif isinstance(value, str):
            yield Atom(f"{path} is {value}" if value else f"no {path}", _equal(path, value))
        elif not _NOT_SIZES.search(path) and 0 <= value <= _SIZE:
            sizes.append(path)
            yield from _size_atoms(path, value)
        elif value:
            yield (
                Atom(f"{path} is above 0", _above(path, 0))
                if value > 0
                else Atom(f"{path} is below 0", _below(path, 0))
            )
    for i, a in enumerate(sizes):
        for b in sizes[i + 1 :]:
            if _related(a, b) and row[a] != row[b]:
                yield Atom(f"{a} > {b}", _greater(a, b)) if row[a] > row[b] else Atom(f"{a} < {b}", _greater(b, a))


def _related(a: str, b: str) -> bool:
    """Whether comparing two knobs means something: same axis, same part of two axes or operands, or plain counts."""
    if "." in a or "." in b:
        return a.split(".")[0] == b.split(".")[0] or a.split(".")[-1] == b.split(".")[-1]
    return a.rstrip("12") == b.rstrip("12") or (a + b).isalpha()


def _size_atoms(path: str, value: int) -> Iterator[Atom]:
    if value <= 4:
        yield Atom(f"{path} is {value}", _equal(path, value))
    for least in _THRESHOLDS:
        if value > least:
            yield Atom(f"{path} is above {least}", _above(path, least))
    for most in _CEILINGS:
        if value < most:
            yield Atom(f"{path} is below {most}", _below(path, most))
    if value > 0:
        yield Atom(f"{path} is {'odd' if value % 2 else 'even'}", _remainder(path, 2, value % 2))
    if value % 4:
        yield Atom(f"{path} is no multiple of 4", _remainder(path, 4, 0, equal=False))
