"""Copies of our kernels with a statement put into arm_reshape_s8, and what verifying that function finds."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from microinfer.verify.campaign import Campaign
from microinfer.verify.defect import Defect
from tests.support.kernels import mutant

needs_native_counting = pytest.mark.skipif(
    find_spec("emulator.tracing._tracer") is None, reason="many emulated cases: takes minutes without the C extension"
)
COPY = "memcpy(output, input, total_size);"


def reshape_with(folder: Path, statement: str) -> Path:
    """ELF in which arm_reshape_s8 runs `statement`, in which COPY stands for its copy."""
    return mutant(folder, "src/arm_reshape_s8.c", COPY, statement)


def defects(elf: Path, function: str, cases: int = 60) -> tuple[Defect, ...]:
    """Distinct defects of one function."""
    return Campaign(elf, "cortex-m4", cases, functions=(function,)).run().defects
