"""Writing result files: whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from microinfer.errors import OutputError


def check_writable(target: str | None) -> None:
    """Raise OutputError now when `target` ("-" and None are fine) cannot be written later."""
    if target in (None, "-"):
        return
    path = Path(str(target))
    folder = path.parent
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder")
    if not folder.is_dir():
        raise OutputError(f"cannot write {path}: no folder {folder}")
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


def write_json(target: str, text: str) -> None:
    """Write `text` to a file by renaming a finished temporary one, or to standard output for "-"."""
    if target == "-":
        sys.stdout.write(text + "\n")
        return
    write_file(Path(target), (text + "\n").encode())


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole; raises OutputError and leaves nothing behind when that fails."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        os.chmod(temporary, 0o644)  # noqa: PTH101
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
