"""Specifications from files of the user: `--spec my_ops.py` is imported, and registers what it declares."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from microinfer.errors import VerifyError

_LOCK = threading.Lock()
_USED: set[SpecFile] = set()


@dataclass(frozen=True)
class SpecFile:
    """A Python file as text, so that it can go to workers that do not have it."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """The name it is imported by."""
        return f"microinfer_spec_{Path(self.path).stem}"


def read_specs(files: tuple[Path, ...]) -> tuple[SpecFile, ...]:
    """Read each file; VerifyError says which one cannot be read."""
    found = []
    for file in files:
        try:
            found.append(SpecFile(str(file), file.read_text()))
        except (OSError, ValueError) as error:
            raise VerifyError(f"cannot read the specification {file}: no such Python file") from error
    return tuple(found)


def load_specs(files: tuple[Path, ...]) -> None:
    """Import each file; VerifyError says which one cannot be and why."""
    for file in read_specs(files):
        _import(file)


def use_spec_files(files: tuple[SpecFile, ...]) -> None:
    """Import those that this process has not imported yet."""
    with _LOCK:
        for file in files:
            if file not in _USED:
                _import(file)
                _USED.add(file)


def _import(file: SpecFile) -> None:
    module = ModuleType(file.module)
    module.__file__ = file.path
    sys.modules[file.module] = module
    try:
        exec(compile(file.text, file.path, "exec"), module.__dict__)
    except Exception as error:
        raise VerifyError(f"{Path(file.path).name}: {type(error).__name__}: {error}") from error
