"""A policy: which metrics of a report may grow or shrink, by how much, before it counts.

It is TOML, a table a metric, named by the last part of its path in the report or by all of it, with * for anything:

    [cycles]
    direction = "lower"     # better: "lower", "higher" or "equal"
    percent = 2.0           # allowance, of the old value
    absolute = 100          # allowance, in the metric's unit; the larger of the two counts
    new = "allowed"         # where the old report lacks it; default "zero": as if it had been 0

    ["functions[arm_softmax_*].stack"]
    absolute = 64

A name that begins with a dot is the whole path: [".flash"] is the total, [flash] also that of every symbol. Of several
that fit a path the one with the longest name counts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from microinfer.errors import VerifyError

_DIRECTIONS = ("lower", "higher", "equal")
_NEW = ("zero", "allowed")


@dataclass(frozen=True)
class Rule:
    """How a metric may change: allowances in percent of the old value and in its unit, the larger one counts."""

    direction: str = "lower"
    percent: float = 0.0
    absolute: float = 0.0
    new: str = "zero"

    def allows(self, old: float | None, new: float | None) -> bool:
        """Whether the change is none for the worse beyond the allowance; a metric that is gone is not allowed."""
        if new is None:
            return False
        if old is None:
            if self.new == "allowed":
                return True
            old = 0.0
        worse = {"lower": new - old, "higher": old - new, "equal": abs(new - old)}[self.direction]
        return worse <= max(self.absolute, abs(old) * self.percent / 100)


@dataclass(frozen=True)
class Policy:
    """Rules by metric."""

    rules: Mapping[str, Rule]

    def rule(self, path: str) -> Rule | None:
        """The rule for a metric, None where it does not matter."""
        fitting = [name for name in self.rules if _fits(name, path)]
        return self.rules[max(fitting, key=len)] if fitting else None

    def without_metric(self, paths: set[str]) -> tuple[str, ...]:
        """Names of rules that fit none of the metrics."""
        return tuple(name for name in self.rules if not any(_fits(name, path) for path in paths))


def _fits(name: str, path: str) -> bool:
    pattern = ".*".join(map(re.escape, name.split("*")))
    return any(re.fullmatch(pattern, text) for text in (path, f".{path}", path.rpartition(".")[2]))


_COUNTS = ("failing", "defects", "bytes_differing", "interrupted", ".flash", ".ram")
_COSTS = ("cycles", "stack", "scratch", "memory.arena", "memory.data", "memory.code", "memory.weights")
DEFAULT_POLICY = Policy(
    {name: Rule() for name in _COUNTS}
    | {name: Rule(new="allowed") for name in _COSTS}
    | {"exact": Rule("higher", new="allowed"), "exit_code": Rule("equal", new="allowed")}
)
"""Nothing may get worse; functions and layers that were not there may cost what they cost."""


def read_policy(path: Path) -> Policy:
    """A policy file; VerifyError says what is wrong with it."""
    try:
        table = tomllib.loads(path.read_text())
        rules = {name: Rule(**row) for name, row in table.items()}
    except (OSError, ValueError, TypeError) as error:
        raise VerifyError(f"{path}: no policy ({error})") from error
    for name, rule in rules.items():
        _check(f"{path}: {name}", rule)
    return Policy(rules)


def _check(where: str, rule: Rule) -> None:
    if rule.direction not in _DIRECTIONS:
        raise VerifyError(f"{where}: direction {rule.direction!r}; known: {', '.join(_DIRECTIONS)}")
    if rule.new not in _NEW:
        raise VerifyError(f"{where}: new {rule.new!r}; known: {', '.join(_NEW)}")
    for name, value in (("percent", rule.percent), ("absolute", rule.absolute)):
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
            raise VerifyError(f"{where}: {name} {value!r}; wanted: a number from 0 on")
