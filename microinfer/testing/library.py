"""A library under test that remembers what its cases took, for budgets."""

from __future__ import annotations

from pathlib import Path

from microinfer.verify.bench import Bench, Clean


class Library(Bench):
    """An ELF on a core; `spent` are the clean cases of `assert_bit_exact` so far."""

    def __init__(self, elf: str | Path, core: str = "cortex-m4") -> None:
        super().__init__(elf, core)
        self.spent: list[Clean] = []
