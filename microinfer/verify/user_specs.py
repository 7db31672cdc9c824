"""Specifications from files of the user: `--spec my_ops.py` is imported, and registers what it declares."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from microinfer.errors import VerifyError


def load_specs(files: tuple[Path, ...]) -> None:
    """Import each file; VerifyError says which one cannot be and why."""
    for file in files:
        name = f"microinfer_spec_{file.stem}"
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None or not file.is_file():
            raise VerifyError(f"cannot read the specification {file}: no such Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise VerifyError(f"{file.name}: {type(error).__name__}: {error}") from error
