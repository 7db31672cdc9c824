"""How C compilers are told which core to build for: the [toolchain] table of a core file."""

from __future__ import annotations

import tomllib
from importlib import resources

from emulator.timing.core import load_core


def compiler_flags(core: str, compiler: str) -> tuple[str, ...] | None:
    """Options that make `compiler` ("gcc", "zig") build for `core`, or None where the core file has none.

    Raises UnknownCore.
    """
    name = load_core(core).name
    text = resources.files("emulator").joinpath("cores", f"{name}.toml").read_text(encoding="utf-8")
    flags = tomllib.loads(text).get("toolchain", {}).get(compiler)
    return None if flags is None else tuple(flags)
