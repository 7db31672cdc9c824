"""A verification as SARIF 2.1.0: a result a defect, at its source line where the ELF has DWARF, else its function."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any, get_args
from urllib.parse import quote

from microinfer.verify.coverage import Coverage
from microinfer.verify.defect import Defect
from microinfer.verify.finding import Kind
from microinfer.verify.knobs import knobs_to_values
from microinfer.verify.result import CampaignResult

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"
_LINE = re.compile(r"([^\s,:]+\.\w+):(\d+)")


def render(result: CampaignResult, root: Path | None = None) -> str:
    """The result as text. Files below `root` (default: the working directory) are named relative to it."""
    places = _Places(result.coverage, root or Path.cwd())
    run = {
        "tool": {"driver": {"name": "microinfer", "rules": _rules()}},
        "invocations": [_invocation(result)],
        "results": [_result(defect, places, result) for defect in result.defects],
        "properties": {"core": result.core, "seed": result.seed, "cases": result.cases},
    }
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2, allow_nan=False)


def _rules() -> list[dict[str, Any]]:
    """One a kind of defect, the same in every report."""
    return [{"id": _rule(kind), "shortDescription": {"text": kind}} for kind in get_args(Kind)]


def _rule(kind: str) -> str:
    return re.sub(r"[^a-z]+", "-", kind)


def _invocation(result: CampaignResult) -> dict[str, Any]:
    notes = [f"{one.function}: {one.skipped}" for one in result.functions if one.skipped]
    notes += [f"{name}: no specification" for name in result.unknown]
    if result.interrupted:
        notes.insert(0, "interrupted: this report is partial")
    messages = [{"level": "warning", "message": {"text": note}} for note in notes]
    return {"executionSuccessful": not result.interrupted, "toolExecutionNotifications": messages}


def _result(defect: Defect, places: _Places, result: CampaignResult) -> dict[str, Any]:
    finding = defect.finding
    rule = _rule(finding.kind)
    facts = [f"in {defect.failing} of {defect.cases} cases", defect.family, defect.explanation]
    if defect.also:
        facts.append(f"also through {', '.join(defect.also)}")
    text = f"{defect.function}: {finding}; {', '.join(filter(None, facts))}"
    return {
        "ruleId": rule,
        "ruleIndex": get_args(Kind).index(finding.kind),
        "level": "error",
        "message": {"text": text},
        "locations": [places.of(defect, result.library)],
        "partialFingerprints": {"microinfer/v1": "/".join((defect.function, *map(str, finding.key)))},
        "properties": {"smallest": knobs_to_values(defect.smallest.knobs), "origin": defect.smallest.origin},
    }


class _Places:
    """From findings to files and lines."""

    def __init__(self, coverage: tuple[Coverage, ...], root: Path) -> None:
        self._root = root
        self._functions = {row.function: row for row in coverage if row.file}
        self._files = {PurePosixPath(row.file).name: row.file for row in self._functions.values()}

    def of(self, defect: Defect, library: str) -> dict[str, Any]:
        """The line that the finding names, else the function's first, else the function in the library."""
        row = self._functions.get(defect.function)
        lines = _LINE.findall(defect.finding.place)
        if lines:
            # The last one is the caller's where the C library stopped.
            file, line = lines[-1]
            physical = self._line(self._files.get(file, file), int(line))
        elif row:
            physical = self._line(row.file, row.line)
        else:
            physical = {"artifactLocation": {"uri": _uri(library)}}
        logical = {"name": defect.function, "fullyQualifiedName": defect.function, "kind": "function"}
        return {"physicalLocation": physical, "logicalLocations": [logical]}

    def _line(self, file: str, line: int) -> dict[str, Any]:
        path = PurePosixPath(file)
        root = PurePosixPath(self._root.as_posix())
        relative = path.relative_to(root) if path.is_relative_to(root) else PurePosixPath(path.name)
        return {"artifactLocation": {"uri": _uri(str(relative))}, "region": {"startLine": line}}


def _uri(path: str) -> str:
    return quote(path)
