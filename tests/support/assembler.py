"""Assembly to ELF for tests, with arm-none-eabi-gcc or else zig cc; skips the test where neither is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from emulator.program.toolchain import compiler_flags
from tests.support.built import kept

LINKER_SCRIPT = """
PHDRS { code PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS {
  . = 0x8000; .text : { KEEP(*(.text*)) KEEP(*(.rodata*)) } :code
  . = 0x20000000; .data : { KEEP(*(.data*)) } :data .bss : { *(.bss*) *(COMMON) } :data
  /DISCARD/ : { *(.ARM.exidx*) *(.ARM.extab*) *(.eh_frame*) *(.comment) }
}
"""


def assemble(body: str, core: str = "cortex-m4", *, source: str = "s") -> bytes:
    """An ELF with `body` as function `f` at 0x8000; .data and .bss follow at 0x20000000. Other labels may be in it.

    With source="c", `body` is a C file.
    """
    return _build(body if source == "c" else _function(body), core, source)


def _function(body: str) -> str:
    head = ".syntax unified\n.thumb\n.text\n.balign 4\n.global f\n.type f, %function\nf:\n"
    return f"{head}{body}\n.text\n.size f, . - f\n"


def _command(core: str) -> list[str]:
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is not None:
        return [gcc, *(compiler_flags(core, "gcc") or ())]
    if find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc", *(compiler_flags(core, "zig") or ())]
    pytest.skip("needs arm-none-eabi-gcc or ziglang")


@cache
def _build(text: str, core: str, suffix: str) -> bytes:
    command = [*_command(core), "-mthumb", "-O2", "-ffreestanding", "-fno-pic", "-nostdlib", "-Wl,-e,f"]

    def link() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target, script = Path(folder, f"t.{suffix}"), Path(folder, "t.elf"), Path(folder, "t.ld")
            source.write_text(text)
            script.write_text(LINKER_SCRIPT)
            order = [*command, "-T", str(script), str(source), "-o", str(target)]
            result = subprocess.run(order, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stderr
            return target.read_bytes()

    return kept(command, [suffix.encode(), text.encode(), LINKER_SCRIPT.encode()], link)
