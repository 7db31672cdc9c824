"""Kernel libraries for tests: ours by each compiler, and copies of ours with one line changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from microinfer.device.build import build, kernels_folder
from microinfer.device.toolchain import COMPILERS, Compiler, find_compiler
from microinfer.errors import BuildError

DIGITS = Path(__file__).parents[2] / "examples" / "digits"


def compiler_or_skip(name: str | None = None) -> Compiler:
    try:
        return find_compiler(name)
    except BuildError as error:
        pytest.skip(str(error))


def library(core: str = "cortex-m4", optimisation: str = "-O2", compiler: str | None = None) -> Path:
    """ELF of our kernels; skips the test where the compiler is absent."""
    return build(core, optimisation, compiler_or_skip(compiler))


def mutant(folder: Path, source: str, old: str, new: str) -> Path:
    """ELF of a copy of our kernels, made in `folder`, in whose file `source` the text `old` reads `new`."""
    copy = folder / "kernels"
    shutil.copytree(kernels_folder(), copy)
    file = copy / source
    text = file.read_text()
    assert text.count(old) >= 1, f"{source} no longer holds {old!r}"
    file.write_text(text.replace(old, new, 1))
    return build("cortex-m4", "-O2", compiler_or_skip(), copy)


__all__ = ["COMPILERS", "DIGITS", "compiler_or_skip", "library", "mutant"]
