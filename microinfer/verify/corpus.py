"""A corpus: saved cases that each reached something new, a folder a function, files named by what they hold.

A file says nothing of the library, core or campaign it comes from, so the same case has the same name everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from microinfer.errors import VerifyError
from microinfer.verify.case import Case
from microinfer.verify.source import Entry
from microinfer.verify.store import SavedCase, read_case, to_bytes

_DIGITS = 16


def entry_of(case: Case, tape: tuple[float, ...]) -> Entry:
    """The file of a case."""
    content = to_bytes(SavedCase(replace(case, origin=""), "", "", "", tape))
    return Entry(f"{sha256(content).hexdigest()[:_DIGITS]}.npz", content)


def read_corpus(folder: Path, function: str) -> tuple[Entry, ...]:
    """The saved cases of a function by name, none where there is no folder for it; VerifyError names a bad one."""
    found = []
    for path in sorted((folder / function).glob("*.npz")):
        try:
            entry = Entry(path.name, path.read_bytes())
        except OSError as error:
            raise VerifyError(f"cannot read {path}: {error.strerror}") from error
        case = read_case(entry.content, str(path)).case
        if case.function != function:
            raise VerifyError(f"{path}: a case of {case.function} among those of {function}")
        found.append(entry)
    return tuple(found)
