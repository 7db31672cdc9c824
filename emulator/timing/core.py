"""A core as data: which instructions it has, its timing classes and the numbers its pipeline needs.

Cores are the .toml files in emulator/cores; their names are the file names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from emulator.errors import TimingError, UnknownCore, suggestion
from emulator.instructions.decode import Instruction
from emulator.timing.operands import OperandCycles

_CONDITIONS: dict[str, Callable[[Instruction], bool]] = {
    "writes_pc": lambda i: i.writes_pc,
    "direct": lambda i: i.target is not None,
    "to_link": lambda i: i.operands.endswith("lr"),
    "register_offset": lambda i: i.register_offset,
    "narrow": lambda i: not i.wide,
    "sets_flags": lambda i: i.sets_flags,
    "conditional": lambda i: i.conditional,
    "shifted_register": lambda i: i.operand2.kind == "shifted register",
    "shifted_constant": lambda i: i.operand2.kind == "shifted constant",
    "double": lambda i: any(r.startswith("d") for r in i.registers),
    "two_core_registers": lambda i: sum(r[0] in "rl" for r in i.registers) == 2,
    "to_core": lambda i: bool(i.registers) and i.registers[0][0] in "rl",
    "from_core": lambda i: bool(i.registers) and i.registers[-1][0] in "rl",
    "constant": lambda i: "#" in i.operands,
}


_MULTIPLIERS = (1, 32)


@cache
def _named(patterns: tuple[str, ...], name: str) -> bool:
    return any(fnmatchcase(name, p) for p in patterns)


@dataclass(frozen=True)
class TimingClass:
    """One row of a core table.

    It applies to instructions whose name matches one of the patterns and for which every condition of `when` holds.
    `cycles` are those of the instruction by itself (of a branch: not taken), `per_transfer` those for each word moved
    on top, `taken` replaces `cycles` when the program goes elsewhere. The rest is for pipelines that issue two:
    `transfers_per_cycle` words move at once; `groups` are what rules on pairs speak of; `result` and `early_result`
    name rows that say when others can use what it computes (see emulator/timing/issue_table.py).
    """

    name: str
    instructions: tuple[str, ...]
    cycles: int
    source: str
    test: str = ""
    when: tuple[str, ...] = ()
    per_transfer: int = 0
    taken: int | None = None
    transfers_per_cycle: int = 1
    groups: tuple[str, ...] = ()
    result: str = ""
    early_result: str = ""

    def __post_init__(self) -> None:
        if unknown := set(self.when) - set(_CONDITIONS):
            known = ", ".join(_CONDITIONS)
            raise TimingError(f"class {self.name}: unknown condition {sorted(unknown)}; there are: {known}")

    def applies(self, instruction: Instruction) -> bool:
        """Whether the row is about this instruction."""
        return _named(self.instructions, instruction.name) and all(_CONDITIONS[c](instruction) for c in self.when)


@dataclass(frozen=True)
class Rule:
    """A number the pipeline wants, with where it comes from. `without` is its value where the rule plays no part."""

    name: str
    value: int
    source: str
    test: str = ""
    without: int = 0


@dataclass(frozen=True)
class Core:
    """A core table. `executes` lists instruction set extensions, `model` is the engine's CPU model.

    `skipped_as_nop`: an instruction that an IT skips takes the time of a NOP; else its own, for want of a source.
    `unaligned`: cycles on top of a load split into two and into three reads, None where that is not known.
    `saved_by_io_port`: cycles that an access to the single-cycle I/O port takes less.
    """

    name: str
    title: str
    model: str
    pipeline: str
    executes: tuple[str, ...]
    has_fpu: bool
    classes: tuple[TimingClass, ...]
    rules: tuple[Rule, ...]
    operands: tuple[OperandCycles, ...] = ()
    skipped_as_nop: bool = False
    unaligned: tuple[int, int] | None = None
    saved_by_io_port: int = 0

    def classify(self, instruction: Instruction) -> TimingClass:
        """The first row that applies; raises TimingError if none does."""
        for row in self.classes:
            if row.applies(instruction):
                return row
        raise TimingError(f"{self.name} has no timing class for {instruction.text} at 0x{instruction.address:08x}")

    def with_multiplier(self, cycles: int) -> Core:
        """The same core with the other multiplier that Armv6-M cores can have; raises TimingError for other cores."""
        if "multiply" not in [row.name for row in self.classes] or cycles not in _MULTIPLIERS:
            wanted = " or ".join(map(str, _MULTIPLIERS))
            raise TimingError(f"{self.name} with a multiplier of {cycles} cycles: only Armv6-M cores choose, {wanted}")
        rows = (replace(row, cycles=cycles) if row.name == "multiply" else row for row in self.classes)
        return replace(self, classes=tuple(rows))

    def multiplying_in(self, cycles: int) -> Core:
        """The same for the usual multiplier of one cycle, else as `with_multiplier`."""
        return self if cycles == 1 else self.with_multiplier(cycles)

    def without(self, rule: str) -> Core:
        """The same core as if it had no such rule."""
        rows = (replace(row, value=row.without) if row.name == rule else row for row in self.rules)
        return replace(self, rules=tuple(rows))

    def by_operands(self, instruction: Instruction) -> OperandCycles | None:
        """The row that gives its cycles by the values of its operands, if there is one."""
        return next((row for row in self.operands if row.applies(instruction)), None)


def core_names() -> list[str]:
    """All cores there are."""
    files = resources.files("emulator").joinpath("cores").iterdir()
    return sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml"))


@cache
def load_core(name: str) -> Core:
    """Read a core table; raises UnknownCore listing what there is, TimingError when the table is wrong."""
    if name not in core_names():
        listed = ", ".join(core_names())
        raise UnknownCore(f"no core {name}; {suggestion(name, core_names())} (cores: {listed})")
    text = resources.files("emulator").joinpath("cores", f"{name}.toml").read_text(encoding="utf-8")
    try:
        return _core(name, tomllib.loads(text))
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise TimingError(f"core table {name}.toml: {type(error).__name__}: {error}") from error


def _core(name: str, table: Mapping[str, Any]) -> Core:
    executes = tuple(table["executes"])
    return Core(
        name=name,
        title=table["title"],
        model=table["model"],
        pipeline=table["pipeline"],
        executes=executes,
        has_fpu="fp" in executes,
        classes=tuple(_class(row) for row in table["class"]),
        rules=tuple(Rule(**row) for row in table["rule"]),
        operands=tuple(OperandCycles(**_tuples(row)) for row in table.get("operands", ())),
        skipped_as_nop="skipped" in table and bool(table["skipped"]["as_nop"]),
        unaligned=(table["unaligned"]["in_two"], table["unaligned"]["in_three"]) if "unaligned" in table else None,
        saved_by_io_port=table.get("single_cycle_io", {}).get("saved", 0),
    )


def _class(row: Mapping[str, Any]) -> TimingClass:
    return TimingClass(**_tuples(row))


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
