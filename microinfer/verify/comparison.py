"""Two reports side by side under a policy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from microinfer.errors import VerifyError
from microinfer.verify.policy import Policy

_NAMES = ("function", "layer", "name", "kind", "buffer", "symbol")


@dataclass(frozen=True)
class Report:
    """The numbers of a JSON report by path, such as functions[arm_softmax_s8].stack; truth counts as 1."""

    schema: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Change:
    """A number that differs; `new` or `old` is None where a report lacks it."""

    path: str
    old: float | None
    new: float | None
    allowed: bool


def read_report(path: Path) -> Report:
    """A JSON report; layers are named by index and operator, other parts of lists by function or name."""
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise VerifyError(f"{path}: no JSON report ({error})") from error
    if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
        raise VerifyError(f"{path}: no report of microinfer (it has no schema)")
    return Report(document["schema"], dict(_numbers(document, "")))


def _numbers(node: Any, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _numbers(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        counts: dict[str, int] = {}
        for at, value in enumerate(node):
            label = _label(value, at)
            counts[label] = counts.get(label, 0) + 1
            again = f" #{counts[label]}" if counts[label] > 1 else ""
            yield from _numbers(value, f"{path}[{label}{again}]")
    elif isinstance(node, int | float):
        yield path, float(node)


def _label(value: Any, at: int) -> str:
    if isinstance(value, dict) and "index" in value:
        return f"{value['index']} {value.get('op', '')}".rstrip()
    if isinstance(value, dict):
        parts = [str(value[name]) for name in _NAMES if value.get(name) not in (None, "")]
        if parts:
            return " ".join(parts)
    return str(at)


def compare(old: Report, new: Report, policy: Policy) -> tuple[Change, ...]:
    """Metrics of the policy that differ, in the order of the new report; VerifyError for reports of two kinds."""
    if old.schema != new.schema:
        raise VerifyError(f"cannot compare a report of {old.schema} with one of {new.schema}")
    changes = []
    for path in dict.fromkeys((*new.numbers, *old.numbers)):
        rule = policy.rule(path)
        before, after = old.numbers.get(path), new.numbers.get(path)
        if rule is not None and before != after:
            changes.append(Change(path, before, after, rule.allows(before, after)))
    return tuple(changes)
