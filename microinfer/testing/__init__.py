"""Kernel tests in pytest: cases for Hypothesis, and an assertion that a library does what the reference does.

`Library` is an ELF on a core; fixtures come from the plugin (`--microinfer-elf LIB.elf --microinfer-core NAME`).
"""

from microinfer.testing.bit_exact import assert_bit_exact
from microinfer.testing.library import Library
from microinfer.verify.case import Case
from microinfer.verify.store import SavedCase, load_case

__all__ = ["Case", "Library", "SavedCase", "assert_bit_exact", "load_case"]
