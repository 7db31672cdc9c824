"""Builds tests/firmware with each compiler there is, and runs it on QEMU."""

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

FOLDER = Path(__file__).parents[1] / "firmware"
MACHINES = {
    "cortex-m3": "mps2-an385",
    "cortex-m4": "mps2-an386",
    "cortex-m7": "mps2-an500",
    "cortex-m33": "mps2-an505",
}
UARTS = {"cortex-m33": 0x50200000}
COMPILERS = ("gcc", "zig")


@cache
def build(program: str, core: str = "cortex-m4", compiler: str = "gcc") -> bytes:
    """The ELF of tests/firmware/PROGRAM.c for an MPS2 board; skips where the compiler is missing."""
    return build_text((FOLDER / f"{program}.c").read_text(), core, compiler, f"{program}.c")


@cache
def build_text(text: str, core: str = "cortex-m4", compiler: str = "any", name: str = "main.c") -> bytes:
    """The ELF of a C file with a `main`; "any" compiler is gcc, else zig."""
    flags = ["-g", "-O1", "-mthumb", "-ffreestanding", "-nostdlib", "-fno-builtin", "-w", f"-I{FOLDER}"]
    flags.append(f"-DUART={UARTS.get(core, 0x40004000):#x}u")
    script = FOLDER / f"{MACHINES.get(core)}.ld"
    script = script if script.is_file() else FOLDER / "mps2.ld"
    command = [*_command(core, compiler), *flags, "-T", str(script), str(FOLDER / "startup.c")]
    shared = [path.read_bytes() for path in (*sorted(FOLDER.glob("*.h")), FOLDER / "startup.c", script)]

    def link() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, name), Path(folder, "firmware.elf")
            source.write_text(text)
            order = [*command[:-1], str(source), command[-1], "-o", str(target)]
            result = subprocess.run(order, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stderr
            return target.read_bytes()

    return kept(command, [name.encode(), text.encode(), *shared], link)


def _command(core: str, compiler: str) -> list[str]:
    if compiler != "zig" and (gcc := shutil.which("arm-none-eabi-gcc")):
        return [gcc, *(compiler_flags(core, "gcc") or ())]
    if compiler != "gcc" and find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc", *(compiler_flags(core, "zig") or ())]
    pytest.skip({"gcc": "needs arm-none-eabi-gcc", "zig": "needs ziglang"}.get(compiler, "needs a compiler for Arm"))


def run_qemu(elf: bytes, core: str = "cortex-m4") -> tuple[bytes, int]:
    """Output over UART and semihosting, and exit code; skips where QEMU is missing."""
    qemu = shutil.which("qemu-system-arm")
    if qemu is None:
        pytest.skip("needs qemu-system-arm")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "firmware.elf")
        path.write_bytes(elf)
        chardev = ["-chardev", "stdio,id=c,mux=on,signal=off", "-serial", "chardev:c"]
        semihosting = ["-semihosting-config", "enable=on,target=native,chardev=c"]
        machine = ["-M", MACHINES[core], "-display", "none", "-monitor", "none"]
        command = [qemu, *machine, *chardev, *semihosting, "-kernel", str(path)]
        quiet = {"capture_output": True, "stdin": subprocess.DEVNULL}
        result = subprocess.run(command, check=False, timeout=120, cwd=folder, **quiet)
    return result.stdout, result.returncode
