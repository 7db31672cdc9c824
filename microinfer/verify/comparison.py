"""Two reports side by side under a policy: which metrics may grow or shrink, by how much, before it counts.

A policy is TOML: a table a metric, named by the last part of its path in the report.

    [cycles]
    direction = "lower"     # better: "lower", "higher" or "equal"
    percent = 2.0           # allowance
    absolute = 100
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from microinfer.errors import VerifyError

_DIRECTIONS = ("lower", "higher", "equal")
_NAMES = ("function", "layer", "name", "index", "op")


@dataclass(frozen=True)
class Rule:
    """How a metric may change: allowances in percent of the old value and in its unit, the larger one counts."""

    direction: str = "lower"
    percent: float = 0.0
    absolute: float = 0.0

    def allows(self, old: float, new: float) -> bool:
        """Whether the change is none for the worse beyond the allowance."""
        worse = {"lower": new - old, "higher": old - new, "equal": abs(new - old)}[self.direction]
        return worse <= max(self.absolute, abs(old) * self.percent / 100)


DEFAULT_POLICY: Mapping[str, Rule] = {
    name: Rule() for name in ("failing", "defects", "stack", "cycles", "bytes_differing", "scratch")
}


@dataclass(frozen=True)
class Change:
    """A number that differs; `new` or `old` is None where a report lacks it."""

    path: str
    old: float | None
    new: float | None
    allowed: bool


def read_policy(path: Path) -> Mapping[str, Rule]:
    """A policy file; VerifyError says what is wrong with it."""
    try:
        table = tomllib.loads(path.read_text())
        rules = {name: Rule(**row) for name, row in table.items()}
    except (OSError, ValueError, TypeError) as error:
        raise VerifyError(f"{path}: no policy ({error})") from error
    for name, rule in rules.items():
        if rule.direction not in _DIRECTIONS:
            raise VerifyError(f"{path}: {name}: direction {rule.direction!r}; known: {', '.join(_DIRECTIONS)}")
    return rules


def read_report(path: Path) -> Mapping[str, float]:
    """The numbers of a JSON report by path; parts of lists go by function, layer or name where they have one."""
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise VerifyError(f"{path}: no JSON report ({error})") from error
    if not isinstance(document, dict) or "schema" not in document:
        raise VerifyError(f"{path}: no report of microinfer (it has no schema)")
    return dict(_numbers(document, ""))


def _numbers(node: Any, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _numbers(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _numbers(value, f"{path}[{_label(value, at)}]")
    elif isinstance(node, int | float):
        yield path, float(node)


def _label(value: Any, at: int) -> str:
    if isinstance(value, dict):
        parts = [str(value[name]) for name in _NAMES if name in value]
        if parts:
            return " ".join(parts)
    return str(at)


def compare(old: Mapping[str, float], new: Mapping[str, float], policy: Mapping[str, Rule]) -> tuple[Change, ...]:
    """Metrics of the policy that differ, in the order of the new report; one that is gone is not allowed."""
    changes = []
    for path in dict.fromkeys((*new, *old)):
        rule = policy.get(path.rpartition(".")[2])
        before, after = old.get(path), new.get(path)
        if rule is None or before == after:
            continue
        allowed = after is not None and rule.allows(before or 0.0, after)
        changes.append(Change(path, before, after, allowed))
    return tuple(changes)
