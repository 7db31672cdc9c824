"""What we counted for published measurements: recorded.csv, a line each, written by `microinfer accuracy --record`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from emulator.errors import AccuracyError

FIELDS = ("key", "cycles", "instructions", "stalls", "code", "command", "classes", "rules")
_FILE = "recorded.csv"

Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Recorded:
    """Our count for the measurement `key`.

    cycles, instructions, stalls (cycles waiting for memory): of one run, or per block; code: SHA-256 of the loaded
    bytes, first 16 digits; command: what measured it; classes: timing classes by the share of cycles spent in them;
    rules: those that it met, with their shares.
    """

    key: str
    cycles: float
    instructions: float
    stalls: float
    code: str
    command: str
    classes: Shares
    rules: Shares = ()


def rounded(shares: Shares) -> Shares:
    """Shares as they are recorded, those that vanish left out."""
    return tuple((name, round(share, 4)) for name, share in shares if round(share, 4))


@cache
def recorded() -> dict[str, Recorded]:
    """All rows of ours, by key."""
    text = resources.files("emulator").joinpath("accuracy", _FILE).read_text(encoding="utf-8")
    return {row.key: row for row in read_rows(text)}


def recorded_file() -> Path:
    """The file itself, for --record. Raises AccuracyError when the package lies in an archive."""
    path = resources.files("emulator").joinpath("accuracy", _FILE)
    if not isinstance(path, Path):
        raise AccuracyError("--record needs the package as files: install it with pip install --editable")
    return path


def read_rows(text: str) -> list[Recorded]:
    """Rows of a file's text. Raises AccuracyError when it is damaged."""
    try:
        return [_row(fields) for fields in csv.DictReader(io.StringIO(text))]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AccuracyError(f"{_FILE}: {type(error).__name__}: {error}; want columns {', '.join(FIELDS)}") from error


def write_rows(rows: Iterable[Recorded]) -> str:
    """The text of a file, rows by key; the same rows give the same text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in sorted(rows, key=lambda r: r.key):
        numbers = (_number(value) for value in (row.cycles, row.instructions, row.stalls))
        writer.writerow((row.key, *numbers, row.code, row.command, _list(row.classes), _list(row.rules)))
    return out.getvalue()


def _list(shares: Shares) -> str:
    return "; ".join(f"{name} {share:.4f}" for name, share in shares)


def _shares(text: str) -> Shares:
    parts = (part.rsplit(" ", 1) for part in text.split("; ") if part)
    return tuple((name, float(share)) for name, share in parts)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _row(fields: dict[str, str]) -> Recorded:
    cycles, instructions, stalls = (float(fields[name]) for name in ("cycles", "instructions", "stalls"))
    classes, rules = _shares(fields["classes"]), _shares(fields.get("rules", ""))
    return Recorded(fields["key"], cycles, instructions, stalls, fields["code"], fields["command"], classes, rules)
