"""The instruction mix: how many of which kind ran, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.instructions.decode import Instruction
from emulator.profile.instructions import InstructionCost

_MULTIPLY = re.compile(r"^(mul|mla|mls|[su]mull|[su]mlal)$")
_SYSTEM = {"svc", "bkpt", "msr", "mrs", "cps", "cpsie", "cpsid", "dsb", "dmb", "isb", "wfi", "wfe", "sev", "yield"}


@dataclass(frozen=True)
class MixRow:
    """Executions and cycles of a mnemonic. `kind`: ALU, multiply, divide, load, store, branch, DSP, FP, IT or system.

    DSP are the SIMD, saturating and half-word multiplying instructions of the DSP extension; FP are those that compute
    with or move floating-point registers, while their loads and stores are loads and stores.
    """

    kind: str
    mnemonic: str
    count: int
    cycles: int


def mix(costs: Iterable[InstructionCost]) -> tuple[MixRow, ...]:
    """Every mnemonic that ran, most executions first."""
    sums: dict[tuple[str, str], list[int]] = {}
    for cost in costs:
        row = sums.setdefault((kind(cost.instruction), cost.instruction.name), [0, 0])
        row[0] += cost.count
        row[1] += cost.cycles
    rows = (MixRow(*key, *row) for key, row in sums.items())
    return tuple(sorted(rows, key=lambda r: (-r.count, r.mnemonic)))


def by_kind(rows: Iterable[MixRow]) -> tuple[MixRow, ...]:
    """Sums over each kind, most executions first; `mnemonic` is empty."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        entry = sums.setdefault(row.kind, [0, 0])
        entry[0] += row.count
        entry[1] += row.cycles
    kinds = (MixRow(name, "", *entry) for name, entry in sums.items())
    return tuple(sorted(kinds, key=lambda r: (-r.count, r.kind)))


def kind(instruction: Instruction) -> str:
    """See MixRow."""
    name = instruction.name
    if instruction.is_load:
        return "load"
    if instruction.is_store:
        return "store"
    if instruction.writes_pc and name not in _SYSTEM:
        return "branch"
    if instruction.extension in ("fp", "dsp"):
        return instruction.extension.upper()
    if name == "it":
        return "IT"
    if name in ("sdiv", "udiv"):
        return "divide"
    if _MULTIPLY.match(name):
        return "multiply"
    return "system" if name in _SYSTEM else "ALU"
