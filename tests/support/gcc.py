"""What a test says when its numbers are those of the code that GCC makes."""

from __future__ import annotations

import shutil

import pytest

needs_gcc = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="expects the code that arm-none-eabi-gcc makes"
)
