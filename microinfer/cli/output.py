"""Writing result files: whole or not at all."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

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


def check_folder(folder: Path) -> None:
    """Raise OutputError unless files can be written to `folder`; it is made where it is absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}") from error
    check_writable(str(folder / "x"))


def write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    """Arrays by name as a compressed .npz, with the same bytes for the same content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name.replace('/', '_')}.npy"), entry.getvalue())
    write_file(path, content.getvalue())


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
