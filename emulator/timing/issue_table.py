"""What a core file says for pipelines that pair instructions: latencies of results, pairs, holds.

[[result]] gives the cycles from the issue of an instruction to the earliest issue of one that uses its result, by the
role that the register plays there (emulator/timing/roles.py); `default` is for roles not listed. 0 is the same cycle.
[[pair]] rows say, first match first, whether two neighbours may issue together. [[hold]] keeps instructions of some
groups from issuing for so many cycles behind one of another group. [[ahead]] lets instructions issue before an operand
is there and wait in their unit.

Groups are those of the timing class, plus: narrow or wide, "taken" for a taken branch, "sets flags", "any" for all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from emulator.errors import TimingError


@dataclass(frozen=True)
class Result:
    """When a kind of result can be used."""

    name: str
    default: int
    source: str
    test: str = ""
    roles: tuple[tuple[str, int], ...] = ()

    def latency(self, role: str) -> int:
        """Cycles from issue to the earliest issue of a user in this role."""
        return self._by_role.get(role, self.default)

    @cached_property
    def _by_role(self) -> dict[str, int]:
        return dict(self.roles)


@dataclass(frozen=True)
class Pair:
    """Whether an instruction of a group of `older` and a following one of a group of `younger` issue together."""

    older: tuple[str, ...]
    younger: tuple[str, ...]
    allowed: bool
    source: str
    test: str = ""

    @property
    def name(self) -> str:
        """What it speaks of, for lists."""
        return f"pair {'/'.join(self.older)} + {'/'.join(self.younger)}"


@dataclass(frozen=True)
class Hold:
    """Behind `after`, `groups` wait for `cycles`; with `younger_only`, only to be the younger of a pair."""

    after: tuple[str, ...]
    groups: tuple[str, ...]
    cycles: int
    source: str
    test: str = ""
    younger_only: bool = False


@dataclass(frozen=True)
class Ahead:
    """Instructions of `groups` issue up to `cycles` before an operand in one of `roles`, one of `results`, is there.

    For as long as they wait their results come later, and instructions of the groups in `keeps` do not issue.
    """

    groups: tuple[str, ...]
    roles: tuple[str, ...]
    results: tuple[str, ...]
    cycles: int
    keeps: tuple[str, ...]
    source: str
    test: str = ""

    def before(self, result: Result, role: str) -> int:
        """By how many cycles this operand lets an instruction issue early."""
        return self.cycles if result.name in self.results and role in self.roles else 0


@dataclass(frozen=True)
class IssueTable:
    """All of it for one core."""

    results: Mapping[str, Result]
    pairs: tuple[Pair, ...]
    holds: tuple[Hold, ...]
    aheads: tuple[Ahead, ...] = ()

    def ahead(self, groups: frozenset[str]) -> Ahead | None:
        """The row that lets instructions of these groups issue early."""
        if groups not in self._known_aheads:
            self._known_aheads[groups] = next((row for row in self.aheads if groups & {*row.groups}), None)
        return self._known_aheads[groups]

    def may_pair(self, older: frozenset[str], younger: frozenset[str]) -> bool:
        """Whether instructions of these groups issue together as far as their groups say."""
        row = self.pair(older, younger)
        return row is not None and row.allowed

    def pair(self, older: frozenset[str], younger: frozenset[str]) -> Pair | None:
        """The first row that speaks of these groups."""
        key = older, younger
        if key not in self._known_pairs:
            found = (p for p in self.pairs if older & {*p.older} and younger & {*p.younger})
            self._known_pairs[key] = next(found, None)
        return self._known_pairs[key]

    @cached_property
    def _known_aheads(self) -> dict[frozenset[str], Ahead | None]:
        return {}

    @cached_property
    def _known_pairs(self) -> dict[tuple[frozenset[str], frozenset[str]], Pair | None]:
        return {}


@cache
def load_issue_table(core: str) -> IssueTable:
    """The tables of the core file `core`; raises TimingError where they are wrong."""
    text = resources.files("emulator").joinpath("cores", f"{core}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    try:
        return _table(tables)
    except (KeyError, TypeError) as error:
        raise TimingError(f"core table {core}.toml: {type(error).__name__}: {error}") from error


def _table(tables: Mapping[str, Any]) -> IssueTable:
    results = {row["name"]: Result(**{**row, "roles": tuple(row.get("roles", {}).items())}) for row in tables["result"]}
    wanted = {row[key] for row in tables["class"] for key in ("result", "early_result") if key in row}
    if missing := wanted - results.keys():
        raise KeyError(f"no [[result]] named {', '.join(sorted(missing))}")
    pairs = tuple(Pair(**_tuples(row)) for row in tables["pair"])
    holds = tuple(Hold(**_tuples(row)) for row in tables.get("hold", ()))
    return IssueTable(results, pairs, holds, tuple(Ahead(**_tuples(row)) for row in tables.get("ahead", ())))


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
