"""The most that a core can do in a cycle, [[ideal]] rows of its file, and how much of it code does.

loads: words read from memory; MACs: products of integers, FP MACs: of floating-point numbers, whether or not they are
added to a sum. SMLAD and its kin make two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from emulator.errors import TimingError
from emulator.instructions.decode import Instruction

_TWO = re.compile(r"^sm(l[as]l?d|u[as]d)x?$")
_ONE = re.compile(r"^(mul|ml[as]|[su]mull|[su]mlal|umaal|sm(ul|la|lal)([bt][bt]|w[bt])|smm(ul|la|ls)r?)$")
_FLOATING = re.compile(r"^v(n?mul|n?ml[as]|fn?m[as])$")


@dataclass(frozen=True)
class Ideal:
    """A kind of work, and how much of it the core does in a cycle at best."""

    name: str
    per_cycle: float
    source: str


@cache
def load_ideals(core: str) -> tuple[Ideal, ...]:
    """The rows of the core file `core`; raises TimingError where they are wrong."""
    text = resources.files("emulator").joinpath("cores", f"{core}.toml").read_text(encoding="utf-8")
    return _rows(core, tomllib.loads(text))


def _rows(core: str, table: Mapping[str, Any]) -> tuple[Ideal, ...]:
    try:
        rows = tuple(Ideal(**row) for row in table.get("ideal", ()))
    except TypeError as error:
        raise TimingError(f"core table {core}.toml: {error}") from error
    known = [name for name, _ in _KINDS]
    if wrong := [row.name for row in rows if row.name not in known]:
        raise TimingError(f"core table {core}.toml: no ideal is called {wrong[0]}; there are: {', '.join(known)}")
    return rows


def work(instruction: Instruction) -> tuple[tuple[str, int], ...]:
    """How much of each kind of work one execution does, for the kinds that it does."""
    return tuple((name, amount) for name, count in _KINDS if (amount := count(instruction)))


def _loads(instruction: Instruction) -> int:
    return instruction.transfers if instruction.is_load else 0


def _macs(instruction: Instruction) -> int:
    if _TWO.match(instruction.name):
        return 2
    return 1 if _ONE.match(instruction.name) else 0


def _fp_macs(instruction: Instruction) -> int:
    return 1 if _FLOATING.match(instruction.name) else 0


_KINDS = (("loads", _loads), ("MACs", _macs), ("FP MACs", _fp_macs))
