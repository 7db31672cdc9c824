"""Finds a C cross compiler: arm-none-eabi-gcc on PATH, else clang as the ziglang package brings it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from microinfer.errors import BuildError

_GCC = "arm-none-eabi-gcc"

# Zig asks for unwind tables and undefined-behaviour traps by default, and forces the entry symbol `_start`.
_ZIG_OPTIONS = (
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
    "-fno-sanitize=undefined",
    "-Wl,-e,Reset_Handler",
)


@dataclass(frozen=True)
class Compiler:
    """`command` starts a compilation; `name` picks the flags of a core ("gcc", "zig"); `options` suit every core."""

    name: str
    command: tuple[str, ...]
    version: str
    options: tuple[str, ...] = ()


def _gcc() -> Compiler | None:
    path = shutil.which(_GCC)
    return None if path is None else Compiler("gcc", (path,), _first_line(path, "--version"))


def _zig() -> Compiler | None:
    if importlib.util.find_spec("ziglang") is None:
        return None
    command = (sys.executable, "-m", "ziglang", "cc")
    return Compiler("zig", command, f"ziglang {_first_line(*command[:3], 'version')}", _ZIG_OPTIONS)


_FINDERS: Mapping[str, Callable[[], Compiler | None]] = {"gcc": _gcc, "zig": _zig}
_HINTS = {"gcc": f"{_GCC} on PATH", "zig": "pip install 'microinfer[compiler]'"}
COMPILERS = tuple(_FINDERS)


@cache
def find_compiler(name: str | None = None) -> Compiler:
    """The compiler called `name`, or the first there is; raises BuildError saying what would help."""
    if name is not None and name not in _FINDERS:
        raise BuildError(f"no compiler '{name}'; known: {', '.join(COMPILERS)}")
    wanted = COMPILERS if name is None else (name,)
    for each in wanted:
        if compiler := _FINDERS[each]():
            return compiler
    raise BuildError(f"no C compiler for Arm; needed: {' or '.join(_HINTS[each] for each in wanted)}")


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"{' '.join(command)} does not run: {error}") from error
    return done.stdout.split("\n")[0]
