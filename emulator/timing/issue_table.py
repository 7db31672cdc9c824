"""What a core file says for pipelines that pair instructions: latencies of results, pairs, holds.

[[result]] gives the cycles from the issue of an instruction to the earliest issue of one that uses its result, by the
role that the register plays there (emulator/timing/roles.py); `default` is for roles not listed. 0 is the same cycle.
[[pair]] rows say, first match first, whether two neighbours may issue together. [[hold]] keeps instructions of some
groups from issuing for so many cycles behind one of another group.

Groups are those of the timing class, plus: narrow or wide, "taken" for a taken branch, "sets flags", "any" for all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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
        return dict(self.roles).get(role, self.default)


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
class IssueTable:
    """All of it for one core."""

    results: Mapping[str, Result]
    pairs: tuple[Pair, ...]
    holds: tuple[Hold, ...]

    def may_pair(self, older: frozenset[str], younger: frozenset[str]) -> bool:
        """Whether instructions of these groups issue together as far as their groups say."""
        row = self.pair(older, younger)
        return row is not None and row.allowed

    def pair(self, older: frozenset[str], younger: frozenset[str]) -> Pair | None:
        """The first row that speaks of these groups."""
        return next((p for p in self.pairs if older & {*p.older} and younger & {*p.younger}), None)


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
    return IssueTable(results, pairs, tuple(Hold(**_tuples(row)) for row in tables.get("hold", ())))


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
