"""The command line as tests use it: the JSON it answers with, the line it refuses with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from microinfer.cli import main


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    """The document that a command prints with --json."""
    assert main([*argv, "--json", "-"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def refusal(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one line that a command refuses with."""
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and captured.out == ""
    return captured.err.strip()
